//! `migrations/already-exists`: a migration creates what is there already.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "already-exists",
    severity: Severity::Fail,
    title: "a migration creates something that already exists",
    explanation: Explanation {
        meaning: "The migration tool believes that a migration was not applied yet, and what it would create is there: its record and the schema disagree.",
        tell: "relation … already exists, while migrating.",
        causes: &["the tables were made outside of the tool (create_all, a dump, a copy), and nothing was recorded", "an earlier run failed half way on a database without transactional DDL, or with autocommit", "two deployments migrate at the same time", "the version table stands in another schema, so the tool finds no record"],
        fixes: &["compare the schema with the migration; if it is all there, record it: alembic stamp REVISION, flask db stamp REVISION, or python manage.py migrate --fake-initial", "let one process migrate at a time"],
        mistaken_for: "A broken migration file: the file is right, the record is not.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("relation \"{table}\" already exists"),
    Text::new("DuplicateTable"),
    Text::new("type \"{type}\" already exists"),
    Text::new("column \"{column}\" of relation \"{table}\" already exists"),
    Text::new("table \"{table}\" already exists"),
];
