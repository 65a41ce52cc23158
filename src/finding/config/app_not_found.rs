//! `config/app-not-found`: the command line of Flask finds no application.

use crate::explain::logged::Text;
use crate::application::{Raised, Runtime};
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Asked;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "app-not-found",
    severity: Severity::Fail,
    title: "the application that was named is not there",
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

/// The application that the doctor was to ask cannot be imported under that name.
#[must_use]
pub fn found(asked: &Asked, raised: &Raised, runtime: &Runtime) -> Finding {
    let (option, form) = match asked {
        Asked::Django(_) => ("--django", "the module that DJANGO_SETTINGS_MODULE names in manage.py or wsgi.py, such as website.settings"),
        Asked::Flask(_) => ("--flask", "what gunicorn or flask --app is given, such as shop:app or shop:create_app()"),
    };
    KIND.found(format!("{} is not there: {}", asked.described(), raised.root()))
        .detail(format!("{} was looked for by {}, which cannot import it under that name.", asked.described(), runtime.described()))
        .evidence(raised.to_string())
        .candidate("the name is spelt otherwise", format!("give {option} {form}"))
        .candidate("the code is in another directory", "name it with --project, or the service with --unit or --pid")
        .remedy(Remedy::new("name the application as its server does", [Step::new(Place::AppHost, format!("give {option} {form}"))]))
}
