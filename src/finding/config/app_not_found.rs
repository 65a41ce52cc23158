//! `config/app-not-found`: the command line of Flask finds no application.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "app-not-found",
    severity: Severity::Fail,
    title: "the flask command finds no application",
    explanation: Explanation {
        meaning: "flask could not import an application, so the commands that extensions add, such as db of Flask-Migrate, do not exist either. The database was not involved.",
        tell: "The message is about the application or about the command db, not about a connection.",
        causes: &["FLASK_APP is not set in this shell, or the command runs in another directory", "importing the application fails, often because a variable such as DATABASE_URL is missing", "Flask-Migrate is not installed in this virtual environment"],
        fixes: &["name the application: flask --app MODULE db upgrade, in the directory of the project", "import the application by hand to see its real error: python -c \"import MODULE\""],
        mistaken_for: "A fault of the migrations or of the database.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Could not locate a Flask application"),
    Text::new("Error: No such command 'db'"),
];
