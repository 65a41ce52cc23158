//! `migrations/expected-column-missing`: the code uses a column that is not there.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "expected-column-missing",
    severity: Severity::Fail,
    title: "a column that the code names is not found",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("column \"{column}\" does not exist"),
    Text::new("column \"{column}\" of relation \"{table}\" does not exist"),
    Text::near_driver("column {column} does not exist"),
    Text::new("ERROR: column {column} does not exist"),
    Text::new("(psycopg2.errors.UndefinedColumn) column {column} does not exist"),
    Text::new("UndefinedColumn: column {column} does not exist"),
    Text::near_driver("The column `{column}` does not exist in the current database"),
];
