//! The layer privileges: a role that may not do what the application does.

use super::{DRIVER, proofs, server};
use crate::harness::{Doctor, Patient};
use crate::lab::database::Database;
use crate::lab::project::{Project, REVISIONS};
use crate::lab::server::Server;

const MEANT: &str = "which place the settings are meant to lead to is known to people alone";

/// What no command, SQL or line of configuration mends, and why.
pub const UNPROVEN: &[(&str, &str)] = &[
    ("privileges/object-access", DRIVER),
    ("privileges/role-attribute", DRIVER),
    ("privileges/set-role", DRIVER),
    ("privileges/transaction-aborted", DRIVER),
    ("privileges/read-only-replica", "where the primary is, is known to people alone"),
    ("privileges/schema-missing", MEANT),
    ("privileges/wrong-database", MEANT),
];

fn needing(needs: &str) -> Doctor {
    Doctor::check().args(["--needs", needs])
}

proofs! {
    connect_on_a_database: "privileges/connect-denied", |code| {
        let server = server();
        Patient::of(&server, server.dsn("app").database("private")).mends(code, &["database"]);
    }
    access_to_tables: "privileges/table-access", |code| {
        let server = server();
        Patient::of(&server, server.dsn("no_insert")).mends(code, &["database"]);
    }
    access_to_sequences: "privileges/sequence-access", |code| {
        let server = server();
        Patient::of(&server, server.dsn("no_sequence")).exemplifies(code).mends(code, &["database"]);
    }
    the_use_of_a_schema: "privileges/schema-usage", |code| {
        let server = server();
        let call = Doctor::check().args(["--schema", "sealed"]);
        Patient::of(&server, server.dsn("no_schema")).called(call).exemplifies(code).mends(code, &["database"]);
    }
    new_tables_in_a_schema: "privileges/schema-create", |code| {
        let server = server();
        Patient::of(&server, server.dsn("app")).called(needing("usage,select,create")).exemplifies(code).mends(code, &["database"]);
    }
    ownership: "privileges/not-owner", |code| {
        let server = server();
        Patient::of(&server, server.dsn("app")).called(needing("usage,ddl")).exemplifies(code).mends(code, &["database"]);
    }
    what_is_made_later: "privileges/default-privileges", |code| {
        let server = server();
        server.sql("shop", "ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public REVOKE INSERT ON TABLES FROM app");
        Patient::of(&server, server.dsn("app")).exemplifies(code).mends(code, &["database"]);
    }
    a_policy: "privileges/row-security", |code| {
        let server = server();
        hide_a_table(&server);
        Patient::of(&server, server.dsn("app")).exemplifies(code).mends(code, &["database"]);
    }
    policies_that_may_filter_again: "privileges/row-security", |code| {
        let server = server();
        hide_a_table(&server);
        server.sql("shop", "CREATE POLICY all_rows ON letter TO app USING (true)");
        for place in ["ROLE app", "DATABASE shop", "ROLE app IN DATABASE shop", "ROLE ALL"] {
            server.sql("shop", &format!("ALTER {place} SET row_security = off"));
            Patient::of(&server, server.dsn("app")).mends(code, &["database"]);
            server.sql("shop", &format!("ALTER {place} RESET row_security"));
        }
    }
    transactions_that_write: "privileges/read-only-default", |code| {
        let server = server();
        Patient::of(&server, server.dsn("read_only")).exemplifies(code).mends(code, &["database"]);
    }
    a_search_path: "privileges/search-path", |code| {
        let server = server();
        let database = Database::empty(&server);
        database.sql("CREATE SCHEMA shop AUTHORIZATION app");
        database.sql("CREATE TABLE shop.orders (id integer)");
        Patient::of(&server, database.dsn("app")).exemplifies(code).mends(code, &["database"]);
    }
    an_ordinary_role: "privileges/superuser", |code| {
        let server = server();
        Patient::of(&server, server.dsn("admin")).exemplifies(code).mends(code, &["database"]);
    }
    an_extension: "privileges/extension-denied", |code| {
        for name in ["citext", "pg_stat_statements"] {
            let server = server();
            let make = format!("op.execute('CREATE EXTENSION IF NOT EXISTS {name}')");
            let project = Project::shop().revision("d4e5f6071829", &[REVISIONS[2]], &make);
            let call = Doctor::check().project(&project.path);
            Patient::of(&server, server.dsn("app")).called(call).mends(code, &["database"]);
        }
    }
}

/// A table under row-level security, without a policy. Those of the template have the numbers of system tables, which no policy is for.
fn hide_a_table(server: &Server) {
    server.sql("shop", "CREATE TABLE letter AS SELECT 1 AS id");
    server.sql("shop", "GRANT SELECT, INSERT, UPDATE, DELETE ON letter TO app");
    server.sql("shop", "ALTER TABLE letter ENABLE ROW LEVEL SECURITY");
}
