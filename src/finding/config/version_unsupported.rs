//! `config/version-unsupported`: server or driver is older than the framework supports.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "version-unsupported",
    severity: Severity::Fail,
    title: "the server or the driver is older than the framework supports",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("PostgreSQL {_} or later is required (found {version})"),
    Text::new("psycopg2 version {version} or newer is required"),
    Text::new("psycopg version {version} or newer is required"),
];
