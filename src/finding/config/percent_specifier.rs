//! `config/percent-specifier`: a percent sign in `Environment=` that systemd takes for a specifier.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "percent-specifier",
    severity: Severity::Fail,
    title: "a percent sign is taken for a specifier of systemd, or a reference in alembic.ini",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Failed to resolve specifiers in"),
    Text::new("InterpolationSyntaxError: '%' must be followed by '%' or '(', found: '{secret}'"),
    Text::new("InterpolationSyntaxError: '%' must be followed by"),
    Text::new("invalid interpolation syntax in '{secret}' at position"),
];

/// The assignment is dropped: `%4` is no specifier.
#[must_use]
pub fn dropped(unit: &str, name: &str, file: &Path, line: usize, letter: char) -> Finding {
    let file = Foreign::new(file.to_string_lossy());
    let name = Foreign::new(name);
    KIND.found(format!("{name} never reaches {unit}: systemd drops it for its \"%{letter}\""))
        .detail(format!(
            "{file} line {line} sets {name} with Environment=, and its value holds \"%{letter}\". In Environment=, a percent sign begins a specifier; \
             systemd knows none of this letter and drops the whole assignment. The service starts without {name}."
        ))
        .evidence(format!("{file}:{line}: Failed to resolve specifiers in {name}=…, ignoring: Invalid slot"))
        .remedy(remedy(unit, &file.to_string(), line, &name.to_string()))
}

/// An escape of the URL was replaced: `%C3` begins with a specifier.
#[must_use]
pub fn replaced(unit: &str, name: &str, file: &Path, line: usize, escapes: &[String]) -> Finding {
    let file = Foreign::new(file.to_string_lossy());
    let list: Vec<String> = escapes.iter().map(|escape| format!("\"{escape}\"")).collect();
    KIND.found(format!("{name} reaches {unit} changed: systemd fills in its {}", list.join(", ")))
        .detail(format!(
            "{file} line {line} sets {name} with Environment=, and its value holds {}. What is an escape of the URL is a specifier for systemd, which \
             puts a directory or a name in its place, without a word.",
            list.join(", ")
        ))
        .remedy(remedy(unit, &file.to_string(), line, name))
}

fn remedy(unit: &str, file: &str, line: usize, name: &str) -> Remedy {
    let quoted = quote::shell(file);
    Remedy::new(
        "double the percent signs, or move the assignment to an EnvironmentFile=",
        [
            Step::new(
                Place::AppHost,
                format!("double the percent sign of every escape on line {line}, which sets {name}; the file as it was stays beside it"),
            )
            .run(format!(
                r"sudo sed -i.orig '{line}{{:a;s/\(^\|[^%]\)%\([0-9A-Fa-f]\{{2\}}\)/\1%%\2/;ta}}' {quoted}"
            ))
            .undo(format!("sudo mv {quoted}.orig {quoted}")),
            Step::new(Place::AppHost, "start the service with it").run(format!(
                "sudo systemctl daemon-reload && sudo systemctl restart {}",
                quote::shell(unit)
            )),
        ],
    )
}
