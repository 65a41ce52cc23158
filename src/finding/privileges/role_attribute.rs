//! `privileges/role-attribute`: the role lacks an attribute such as CREATEDB.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "role-attribute",
    severity: Severity::Fail,
    title: "the role lacks an attribute that the command needs",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to create database"),
    Text::new("permission denied to create role"),
    Text::new("permission denied to start WAL sender"),
    Text::new("permission denied to alter role"),
    Text::new("ERROR: must be superuser to"),
    Text::near_driver("must be superuser to"),
    Text::new("must be superuser or have privileges of the {_} role to"),
    Text::new("permission denied to COPY "),
    Text::new("must be superuser or a member of the {_} role to"),
];
