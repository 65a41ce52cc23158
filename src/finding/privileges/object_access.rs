//! `privileges/object-access`: the role may not use a function, type, language or foreign server.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "object-access",
    severity: Severity::Fail,
    title: "the role may not use an object other than a table",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied for function {object}"),
    Text::new("permission denied for procedure {object}"),
    Text::new("permission denied for type {object}"),
    Text::new("permission denied for language {object}"),
    Text::new("permission denied for foreign server {object}"),
    Text::new("permission denied for foreign-data wrapper {object}"),
    Text::new("permission denied for large object {object}"),
    Text::new("permission denied for tablespace {object}"),
    Text::new("permission denied for database {database}"),
];
