//! `config/stray-whitespace`: white space at the end of a value.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "stray-whitespace",
    severity: Severity::Fail,
    title: "a setting has white space at its end",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("database \"{database}\n\" does not exist"),
    Text::new("database \"{database}\r\" does not exist"),
    Text::new("role \"{role}\n\" does not exist"),
];

/// White space that becomes a piece of the value.
#[must_use]
pub fn found(source: &Source, described: &str) -> Finding {
    KIND.found(format!("{} has {described}", source.subject()))
        .detail(format!(
            "{source} has {described}. It belongs to the value for libpq up to 17, for psycopg2 and for SQLAlchemy: after a URL it becomes a piece of \
             the database name or of the last parameter, before one it hides the scheme. libpq 18 strips blanks and nothing else; parsers built on \
             Python's urllib strip line ends and nothing else."
        ))
        .remedy(Remedy::new("take the white space out", [step(source)]))
}

/// A carriage return at the end of a line of a file: most readers strip it, not all.
#[must_use]
pub fn carriage_return(source: &Source) -> Finding {
    KIND.found(format!("{source} ends with a carriage return"))
        .severity(Severity::Warn)
        .detail(
            "The file has Windows line ends. systemd and python-dotenv strip the carriage return, and the check goes on without it; a shell that \
             sources the file keeps it as a piece of the value, and the server then does not know the database.",
        )
        .remedy(Remedy::new("write the file with plain line ends", [step(source)]))
}

/// libpq 18 refuses what older ones accept.
#[must_use]
pub fn inside(source: &Source, component: &str) -> Finding {
    KIND.found(format!("{component} in {} holds a raw blank", source.subject()))
        .severity(Severity::Warn)
        .detail(format!(
            "In {source}, {component} holds a raw blank. libpq up to 17 takes it as it is; libpq 18 refuses it: unexpected spaces found, use \
             percent-encoded spaces (%20) instead."
        ))
        .remedy(Remedy::new("encode the blank", [Step::new(Place::AppConfig, "write the blank as %20, or take it out")]))
}

fn step(source: &Source) -> Step {
    match source.file() {
        Some(path) => {
            let path = quote::shell(&Foreign::new(path.to_string_lossy()).to_string());
            Step::new(
                Place::AppHost,
                "take blanks and carriage returns off the ends of all lines; the file as it was stays beside it",
            )
            .run(format!("sed -i.orig 's/[[:space:]]*$//' {path}"))
            .undo(format!("mv {path}.orig {path}"))
        }
        None => Step::new(
            Place::AppConfig,
            "set the value without it: printf %s instead of echo where a secret is made, sed 's/\\r$//' where a file has Windows line ends",
        ),
    }
}
