//! `config/assignment-dropped`: the reader of a file drops a line, or the whole file.

use std::path::Path;

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "assignment-dropped",
    severity: Severity::Warn,
    title: "a line with a database setting is dropped by its reader",
    explanation: Explanation {
        meaning: "A file sets a variable in a way that its reader does not take: systemd drops a line that begins with export, docker refuses the whole file for a blank in a name. The variable is written there, and the application does not have it.",
        tell: "systemd says in the journal: Ignoring invalid environment assignment. docker says: variable contains whitespaces.",
        causes: &[
            "the file was written for a shell, with export",
            "blanks stand round the equals sign",
            "a quote has no end",
            "an editor put a byte order mark before the first name",
        ],
        fixes: &["write NAME=value, without export and without blanks round the equals sign", "say with --dialect who reads the file, if it is not the reader named here"],
        mistaken_for: "A variable that nobody set.",
    },
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
    KIND.found(title)
        .severity(if whole { Severity::Fail } else { Severity::Warn })
        .detail(format!("In {shown}, {dropped}. {meaning}"))
        .evidence(format!("{shown}: {dropped}"))
        .remedy(Remedy::new(
            "write the line as NAME=value",
            [Step::new(
                Place::AppConfig,
                format!("write line {line} of {shown} as NAME=value: no export, no blanks round the equals sign, quotes closed, plain UTF-8"),
            )],
        ))
}
