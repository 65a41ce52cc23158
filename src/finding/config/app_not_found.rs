//! `config/app-not-found`: the command line of Flask finds no application.

use crate::application::{Raised, Runtime};
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Asked;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "app-not-found",
    severity: Severity::Fail,
    title: "the application that was named is not there",
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
        Asked::Django(_) => (
            "--django",
            "the module that DJANGO_SETTINGS_MODULE names in manage.py or wsgi.py, such as website.settings",
        ),
        Asked::Flask(_) => (
            "--flask",
            "what gunicorn or flask --app is given, such as shop:app or shop:create_app()",
        ),
    };
    KIND.found(format!("{} is not there: {}", asked.described(), raised.root()))
        .detail(format!(
            "{} was looked for by {}, which cannot import it under that name.",
            asked.described(),
            runtime.described()
        ))
        .evidence(raised.to_string())
        .candidate("the name is spelt otherwise", format!("give {option} {form}"))
        .candidate(
            "the code is in another directory",
            "name it with --project, or the service with --unit or --pid",
        )
        .remedy(Remedy::new(
            "name the application as its server does",
            [Step::new(Place::AppHost, format!("give {option} {form}"))],
        ))
}
