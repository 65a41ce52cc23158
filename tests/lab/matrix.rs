//! One role per way to fail, and the lines of `pg_hba.conf` that make it fail.

use super::account;

/// A role of the matrix.
#[derive(Debug)]
pub struct Role {
    pub name: &'static str,
    /// What follows CREATE ROLE; `{password}` stands for the role's canary. Empty: the role does not exist.
    pub create: &'static str,
    /// The role's lines of `pg_hba.conf`.
    pub hba: &'static [&'static str],
}

const SCRAM: &[&str] = &["local all {role} scram-sha-256", "host all {role} all scram-sha-256"];

const fn role(name: &'static str, create: &'static str, hba: &'static [&'static str]) -> Role {
    Role { name, create, hba }
}

/// Every role but the superuser `postgres`. There is no line for anybody else.
pub const ROLES: &[Role] = &[
    // Sound.
    role("app", "LOGIN PASSWORD '{password}'", SCRAM),
    role("awkward", "LOGIN PASSWORD '{awkward}'", SCRAM),
    role("owner", "LOGIN PASSWORD '{password}'", SCRAM),
    role("monitor", "LOGIN PASSWORD '{password}' IN ROLE pg_monitor", SCRAM),
    role("admin", "LOGIN SUPERUSER PASSWORD '{password}'", SCRAM),
    role("md5", "LOGIN PASSWORD '{password}'", &["host all {role} all md5"]),
    role("cleartext", "LOGIN PASSWORD '{password}'", &["host all {role} all password"]),
    role("trusted", "LOGIN", &["local all {role} trust", "host all {role} all trust"]),
    // Refused with the password: all of them look like a wrong one.
    role("passwordless", "LOGIN", SCRAM),
    role("expired", "LOGIN PASSWORD '{password}' VALID UNTIL '2001-01-01'", SCRAM),
    role("ghost", "", SCRAM),
    // Refused for what the role is.
    role("nologin", "NOLOGIN PASSWORD '{password}'", SCRAM),
    role("trusted_ghost", "", &["host all {role} all trust"]),
    role("limited", "LOGIN PASSWORD '{password}' CONNECTION LIMIT 0", SCRAM),
    // Refused by pg_hba.conf.
    role("nohba", "LOGIN PASSWORD '{password}'", &[]),
    role("rejected", "LOGIN PASSWORD '{password}'", &["host all {role} all reject"]),
    role("tlsonly", "LOGIN PASSWORD '{password}'", &["hostssl all {role} all scram-sha-256"]),
    role(
        "plainonly",
        "LOGIN PASSWORD '{password}'",
        &["hostnossl all {role} all scram-sha-256"],
    ),
    role("peered", "LOGIN", &["local all {role} peer"]),
    role("certified", "LOGIN", &["hostssl all {role} all cert"]),
    role(
        "certified_too",
        "LOGIN PASSWORD '{password}'",
        &["hostssl all {role} all scram-sha-256 clientcert=verify-ca"],
    ),
    // Let in, with less than the application needs.
    role("no_insert", "LOGIN PASSWORD '{password}'", SCRAM),
    role("no_sequence", "LOGIN PASSWORD '{password}'", SCRAM),
    role("no_schema", "LOGIN PASSWORD '{password}'", SCRAM),
    role("no_connect", "LOGIN PASSWORD '{password}'", SCRAM),
    role("read_only", "LOGIN PASSWORD '{password}'", SCRAM),
];

/// The whole `pg_hba.conf`.
pub fn hba() -> String {
    let mut lines = vec![
        "local all postgres trust".to_owned(),
        format!("local all {} peer", account::own_name()),
    ];
    lines.extend(
        ROLES
            .iter()
            .flat_map(|role| role.hba.iter().map(|line| line.replace("{role}", role.name))),
    );
    lines.push("local replication postgres trust".to_owned());
    lines.join("\n") + "\n"
}
