//! What the template of every server holds, as SQL: the roles of the matrix, and a shop's database to go with them.

use super::matrix::ROLES;
use super::{account, canary};

/// The database that the application uses. Nothing may change it: what changes things takes a copy of its own.
pub const SHOP: &str = "shop";
/// What copies are made of: the same as the shop, with nobody connected.
pub const BLUEPRINT: &str = "blueprint";
/// The revision at which the shop's schema stands.
pub const HEAD: &str = "c3d4e5f60718";

/// The roles and the databases, from `postgres`.
pub fn cluster() -> Vec<String> {
    let mut statements = Vec::new();
    for role in ROLES.iter().filter(|role| !role.create.is_empty()) {
        let create = role
            .create
            .replace("{password}", &canary::of(role.name))
            .replace("{awkward}", &canary::awkward());
        let encryption = if role.name == "md5" { "md5" } else { "scram-sha-256" };
        statements.push(format!("SET password_encryption = '{encryption}'"));
        statements.push(format!("CREATE ROLE \"{}\" {create}", role.name));
    }
    let own = account::own_name();
    if own != "postgres" {
        statements.push(format!("CREATE ROLE \"{own}\" LOGIN"));
    }
    let more = [
        "ALTER ROLE read_only SET default_transaction_read_only = on",
        "CREATE DATABASE blueprint OWNER owner",
        "CREATE DATABASE closed OWNER owner ALLOW_CONNECTIONS false",
        "CREATE DATABASE crowded OWNER owner CONNECTION LIMIT 0",
        "CREATE DATABASE private OWNER owner",
        "REVOKE CONNECT ON DATABASE private FROM PUBLIC",
    ];
    statements.extend(more.map(str::to_owned));
    statements
}

/// The shop's tables, from `blueprint`.
pub fn shop() -> Vec<String> {
    let mut statements: Vec<String> = SHOP_TABLES.iter().map(|&statement| statement.to_owned()).collect();
    statements.push(format!("INSERT INTO alembic_version VALUES ('{HEAD}')"));
    let own = account::own_name();
    if own != "postgres" {
        statements.push(format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO \"{own}\""));
        statements.push(format!("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO \"{own}\""));
    }
    statements
}

/// What makes the shop of the blueprint, from `postgres`.
pub const COPIES: &[&str] = &[
    "CREATE DATABASE shop TEMPLATE blueprint OWNER owner",
    "ALTER DATABASE blueprint ALLOW_CONNECTIONS false",
];

const SHOP_TABLES: &[&str] = &[
    "GRANT CREATE, USAGE ON SCHEMA public TO owner",
    "SET ROLE owner",
    "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)",
    "CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer, total numeric NOT NULL)",
    "CREATE TABLE invoice (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id integer NOT NULL REFERENCES orders)",
    "CREATE VIEW open_orders AS SELECT * FROM orders WHERE NOT EXISTS (SELECT FROM invoice WHERE order_id = orders.id)",
    "CREATE SCHEMA sealed",
    "CREATE TABLE sealed.ledger (id integer PRIMARY KEY, amount numeric)",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app, awkward, limited, certified, certified_too, trusted, tlsonly, plainonly, md5, cleartext",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO app, awkward, limited, certified, certified_too, trusted, tlsonly, plainonly, md5, cleartext",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app, awkward, limited, certified, certified_too, trusted, tlsonly, plainonly, md5, cleartext, monitor, read_only, no_sequence, no_schema, no_connect, passwordless, expired",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app, awkward, limited, certified, certified_too, trusted, tlsonly, plainonly, md5, cleartext, monitor, read_only, no_insert, no_schema, no_connect, passwordless, expired",
    "GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO no_insert",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sealed TO app, no_schema",
    "RESET ROLE",
];
