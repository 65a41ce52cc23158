//! `migrations/project-missing`: the migration tool finds no project.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "project-missing",
    severity: Severity::Fail,
    title: "the migration tool does not find its directory or configuration",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Path doesn't exist: {file}. {_}the 'init' command"),
    Text::new("No 'script_location' key found in configuration"),
    Text::new("No config file '{file}' found, or file has no '[alembic]' section"),
];
