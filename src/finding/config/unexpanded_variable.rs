//! `config/unexpanded-variable`: a reference to a variable that nobody filled in.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::remedy::{Place, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "unexpanded-variable",
    severity: Severity::Fail,
    title: "the settings hold a variable that nobody filled in",
};

/// A reference is still there. `name` is `None` where it may be a piece of a password.
#[must_use]
pub fn left(source: &Source, style: &str, name: Option<&str>, part: &str) -> Finding {
    let subject = source.subject();
    let shown = name.map_or_else(|| style.to_owned(), |name| style.replace('…', name));
    KIND.found(format!("{subject} holds {shown}, which nobody filled in"))
        .detail(format!(
            "{source} holds {shown} in {part}. It reached the doctor as it is, so it reaches the driver as it is: systemd and docker fill nothing in \
             when they read a file, and a process's environment is never filled in afterwards."
        ))
        .evidence(shown.clone())
        .remedy(remedy(&shown))
}

/// Inside a password such a text may be meant.
#[must_use]
pub fn perhaps(source: &Source, style: &str) -> Finding {
    KIND.found(format!("the password in {} looks as if it held a variable", source.subject()))
        .severity(Severity::Warn)
        .detail(format!(
            "The password in {source} holds something in the form {style}. A password may be such a text; but if it was meant as a reference, nobody \
             filled it in."
        ))
        .remedy(remedy("the reference"))
}

/// The file's readers differ.
#[must_use]
pub fn reader_decides(source: &Source) -> Finding {
    KIND.found(format!("{} refers to other variables of its file", source.subject()))
        .severity(Severity::Warn)
        .detail(format!(
            "{source} is written with ${{…}}. python-dotenv and compose fill it in from the file, and the check goes on with that; systemd's \
             EnvironmentFile= and docker's --env-file leave it as it is, and the connection then fails."
        ))
        .remedy(remedy("the reference"))
}

fn remedy(shown: &str) -> Remedy {
    Remedy::new(
        "write the value itself",
        [Step::new(
            Place::AppConfig,
            format!("replace {shown} by its value, or render the file before the service reads it"),
        )],
    )
}
