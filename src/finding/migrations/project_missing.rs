//! `migrations/project-missing`: the migration tool finds no project.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "project-missing",
    severity: Severity::Fail,
    title: "the migration tool does not find its directory or configuration",
    explanation: Explanation {
        meaning: "Alembic, or Flask-Migrate on top of it, looked for its scripts or its configuration and found none. The database was not asked.",
        tell: "The message names a path or the key script_location.",
        causes: &["the command runs in another directory than the project", "the migrations directory is not part of the deployed image or checkout", "the configuration has another name or place"],
        fixes: &["run it in the directory of the project, or name the place: alembic -c PATH, flask db -d DIR", "add the directory to what is deployed; see .gitignore and .dockerignore"],
        mistaken_for: "A database that was never migrated.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Path doesn't exist: {file}. "),
    Text::new("No 'script_location' key found in configuration"),
    Text::new("No config file '{file}' found, or file has no '[alembic]' section"),
];
