//! `migrations/no-metadata`: autogenerate has no models to compare with.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "no-metadata",
    severity: Severity::Fail,
    title: "the migration environment gives no models to compare with",
    explanation: Explanation {
        meaning: "alembic check and revision --autogenerate compare the database with target_metadata of env.py, and that is None.",
        tell: "Can't proceed with --autogenerate option.",
        causes: &["env.py still has target_metadata = None from the template", "env.py does not import the models"],
        fixes: &["in env.py: import the models and set target_metadata = Base.metadata"],
        mistaken_for: "A database behind its revisions.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Can't proceed with --autogenerate option; environment script"),
];
