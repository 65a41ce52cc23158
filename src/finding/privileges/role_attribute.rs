//! `privileges/role-attribute`: the role lacks an attribute such as CREATEDB.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "role-attribute",
    severity: Severity::Fail,
    title: "the role lacks an attribute that the command needs",
    explanation: Explanation {
        meaning: "Creating databases or roles, and starting replication, take an attribute of the role itself: CREATEDB, CREATEROLE, REPLICATION, or being a superuser. No GRANT on an object gives it.",
        tell: "permission denied to create database, or to create role. Test runners say it because they create a database of their own.",
        causes: &["a test run or a setup script uses the role of the application", "the role is meant to be restricted, and the command belongs to an administrator"],
        fixes: &["for test runs: ALTER ROLE … CREATEDB, on a development server", "have an administrator run the command, with an administrator's role"],
        mistaken_for: "Missing privileges on tables: none are involved.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to create database"),
    Text::new("permission denied to create role"),
    Text::new("permission denied to start WAL sender"),
    Text::new("permission denied to alter role"),
    Text::new("must be superuser to"),
];
