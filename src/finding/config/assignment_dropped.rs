//! `config/assignment-dropped`: the reader of a file drops a line, or the whole file.

use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "assignment-dropped",
    severity: Severity::Warn,
    title: "a line with a database setting is dropped by its reader",
};

/// What is dropped: `line 3, DATABASE_URL: it begins with export, …`; `whole` says that nothing of the file counts.
#[must_use]
pub fn found(path: &Path, line: usize, dropped: &str, whole: bool, reader: &str) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let title = if whole {
        format!("{reader} refuses {shown} for its line {line}")
    } else {
        format!("{reader} drops line {line} of {shown}")
    };
    let meaning = if whole {
        "Nothing of the file reaches the application."
    } else {
        "The line stands in the file, and the application does not have the variable from it."
    };
    let quoted = quote::shell(&shown.to_string());
    let step = if dropped.contains("begins with export") {
        Step::new(
            Place::AppHost,
            format!("take export off line {line}; the file as it was stays beside it"),
        )
        .run(format!(r"sudo sed -i.orig '{line}s/^[[:space:]]*export[[:space:]]*//' {quoted}"))
        .undo(format!("sudo mv {quoted}.orig {quoted}"))
    } else {
        Step::new(
            Place::AppConfig,
            format!("write line {line} of {shown} as NAME=value: no export, no blanks round the equals sign, quotes closed, plain UTF-8"),
        )
    };
    KIND.found(title)
        .severity(if whole { Severity::Fail } else { Severity::Warn })
        .detail(format!("In {shown}, {dropped}. {meaning}"))
        .evidence(format!("{shown}: {dropped}"))
        .remedy(Remedy::new("write the line as NAME=value", [step]))
}
