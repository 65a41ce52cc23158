//! `config/sources-disagree`: two settings lead to different databases.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::{Place as Origin, Source};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "sources-disagree",
    severity: Severity::Warn,
    title: "two settings lead to different databases",
};

/// One part that differs: its name, and the value on either side; `None` where the values may not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub part: &'static str,
    pub values: Option<(String, String)>,
}

/// This shell's settings differ from those of the service; the service is none the worse for it.
#[must_use]
pub fn shell(service: &Source, shell: &Source, differences: &[Difference]) -> Finding {
    let parts: Vec<&str> = differences.iter().map(|difference| difference.part).collect();
    let finding = KIND
        .found(format!("this shell's {} leads elsewhere than the service: another {}", shell.subject(), parts.join(", ")))
        .severity(Severity::Info)
        .detail(format!(
            "The check goes on with {service}. This shell has {shell}, which differs: what works or fails when it is tried by hand says little about the \
             service."
        ));
    let finding = shown(finding, differences, |part, left, right| {
        format!("{part}: \"{left}\" for the service, \"{right}\" in this shell")
    });
    finding.remedy(Remedy::new(
        "try by hand what the service has",
        [Step::new(Place::AppHost, "take the variables out of this shell").run(format!(
            "unset {}",
            shell
                .variables
                .iter()
                .map(|(name, _)| crate::quote::shell(name))
                .collect::<Vec<_>>()
                .join(" ")
        ))],
    ))
}

/// The settings lead elsewhere than the target of `dbdoctor.toml`, or the command line, expects; `part` is `database` or `user`.
#[must_use]
pub fn expected(target: Option<&str>, source: &Source, part: &'static str, expected: &Foreign, seen: &Foreign) -> Finding {
    let (who, place) = match target.map(Foreign::new) {
        Some(target) => (
            format!("the target \"{target}\""),
            format!("expect.{part} of the target \"{target}\" in dbdoctor.toml"),
        ),
        None => (format!("--expect-{part}"), format!("--expect-{part}")),
    };
    KIND.found(format!(
        "{} leads to {part} \"{seen}\", and {who} expects \"{expected}\"",
        source.subject()
    ))
    .detail(format!(
        "{source} leads to {part} \"{seen}\", and {who} says that it should be \"{expected}\"."
    ))
    .evidence(format!("{part}: \"{seen}\" in the settings, \"{expected}\" expected"))
    .remedy(Remedy::new(
        "correct whichever is wrong",
        [Step::new(Place::AppConfig, format!("correct {source}, or {place}"))],
    ))
}

/// A variable is assigned twice, and the later assignment counts. In two files that is often meant; in one it hardly is.
#[must_use]
pub fn overridden(later: &Source, earlier: &Source, differences: &[Difference]) -> Finding {
    let parts: Vec<&str> = differences.iter().map(|difference| difference.part).collect();
    let same = later.file() == earlier.file() && later.place == earlier.place;
    let finding = KIND
        .found(format!("{} is set twice, with another {}", later.subject(), parts.join(", ")))
        .severity(if same { Severity::Warn } else { Severity::Info })
        .detail(format!(
            "{later} counts, since it is read last. {earlier} is beaten by it, and leads elsewhere."
        ));
    let finding = shown(finding, differences, |part, now, before| {
        format!("{part}: \"{now}\" counts, \"{before}\" is beaten")
    });
    finding.remedy(Remedy::new(
        "keep one of them",
        [Step::new(
            Place::AppConfig,
            format!("take out {earlier}, or {later} if the other is what is meant"),
        )],
    ))
}

/// The source that is checked differs from another one.
#[must_use]
pub fn found(checked: &Source, other: &Source, differences: &[Difference]) -> Finding {
    let parts: Vec<&str> = differences.iter().map(|difference| difference.part).collect();
    let known = matches!(checked.place, Origin::Application(_));
    let finding = KIND
        .found(format!("{} and {} differ in {}", checked.subject(), other.subject(), parts.join(", ")))
        .detail(if known {
            format!("The application itself says that it uses {checked}. {other} is set too, and leads to another place: its code does not use that as it stands.")
        } else {
            format!(
                "{checked} and {other} are both set, and lead to different places. The check goes on with the first. Which one the application uses is \
                 decided by its code; --django or --flask asks it."
            )
        });
    let finding = shown(finding, differences, |part, left, right| {
        format!("{part}: \"{left}\" in {}, \"{right}\" in {}", checked.subject(), other.subject())
    });
    if known {
        return finding.remedy(Remedy::new(
            "make them agree",
            [Step::new(
                Place::AppConfig,
                format!(
                    "remove {other}, or make the application's code read it; nothing has to change if {} is what is meant",
                    checked.subject()
                ),
            )],
        ));
    }
    finding.remedy(Remedy::new(
        "make them agree",
        [Step::new(
            Place::AppConfig,
            format!(
                "remove {} or {}, whichever the application does not read, or give both the same values",
                checked.subject(),
                other.subject()
            ),
        )],
    ))
}

/// Adds the differences as evidence, each in the words of `both` where its values may be shown.
fn shown(finding: Finding, differences: &[Difference], both: impl Fn(&str, &str, &str) -> String) -> Finding {
    differences.iter().fold(finding, |finding, Difference { part, values }| {
        finding.evidence(match values {
            Some((one, other)) => both(part, one, other),
            None => format!("{part}: differs (not shown)"),
        })
    })
}
