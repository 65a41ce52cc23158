//! `config/version-unsupported`: server or driver is older than the framework supports.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "version-unsupported",
    severity: Severity::Fail,
    title: "the server or the driver is older than the framework supports",
    explanation: Explanation {
        meaning: "The framework compared the version of the server, or of the installed driver, with the lowest that it supports, and stopped.",
        tell: "The message names both versions: the one that is required and the one that was found.",
        causes: &["the framework was upgraded and the server was not: Django 4.2 needs PostgreSQL 12, 5.1 needs 13, 5.2 and 6.0 need 14, 6.1 needs 15", "the settings lead to an old server that was thought to be retired", "the virtual environment holds an old driver"],
        fixes: &["upgrade the server, or stay with the release of the framework that supports it", "upgrade the driver in the virtual environment of the service"],
        mistaken_for: "A failed login: the login succeeded, or never took place.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("PostgreSQL {_} or later is required (found {version})"),
    Text::new("psycopg2 version {version} or newer is required"),
    Text::new("psycopg version {version} or newer is required"),
];
