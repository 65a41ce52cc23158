//! `migrations/expected-column-missing`: the code uses a column that is not there.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "expected-column-missing",
    severity: Severity::Fail,
    title: "a column that the code uses does not exist",
    explanation: Explanation {
        meaning: "The code expects a column that the table of this database does not have: code and schema are at different revisions.",
        tell: "column … does not exist. A hint that names a similar column points to a typing error instead.",
        causes: &["the deployed code is newer than the schema: a migration was not applied", "the deployed code is older: a migration that dropped the column was applied", "the statement misspells the column, or quotes a name with capital letters wrongly"],
        fixes: &["compare code and schema with dbdoctor check, then apply the pending migrations", "deploy the code that belongs to the schema"],
        mistaken_for: "Missing privileges on the column: that message says \"permission denied\".",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("column \"{column}\" does not exist"),
    Text::new("column \"{column}\" of relation \"{table}\" does not exist"),
    Text::near_driver("column {column} does not exist"),
    Text::new("ERROR: column {column} does not exist"),
    Text::new("(psycopg2.errors.UndefinedColumn) column {column} does not exist"),
    Text::new("UndefinedColumn: column {column} does not exist"),
];
