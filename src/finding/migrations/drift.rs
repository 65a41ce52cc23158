//! `migrations/drift`: the models have changes that no migration holds.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "drift",
    severity: Severity::Warn,
    title: "the models have changes that no migration holds",
    explanation: Explanation {
        meaning: "alembic check compared the models with the database and found operations that would be needed.",
        tell: "New upgrade operations detected, while the database stands at its head revision.",
        causes: &["a model was changed and no revision was generated", "the database was changed by hand"],
        fixes: &["generate the revision, read it, and apply it: alembic revision --autogenerate"],
        mistaken_for: "Pending migrations: those exist as files and are not applied yet.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("New upgrade operations detected: "),
];
