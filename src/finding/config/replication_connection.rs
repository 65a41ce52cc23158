//! `config/replication-connection`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "replication-connection",
    severity: Severity::Fail,
    title: "a replication connection is asked for",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("cannot execute SQL commands in WAL sender for physical replication"),
    Text::new("no pg_hba.conf entry for replication connection from host"),
    Text::new("must be superuser or replication role to start walsender"),
    Text::new("permission denied to start WAL sender"),
];

/// The words that PostgreSQL takes for "no" (`parse_bool`, beginnings included), and for "yes".
const NO: [&str; 3] = ["false", "no", "off"];
const YES: [&str; 3] = ["true", "yes", "on"];

/// What the value of `replication` asks for; `None` where it asks for nothing out of the ordinary.
#[must_use]
pub fn finding(value: &[u8], setting: &str) -> Option<Finding> {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let begins = |words: [&str; 3]| words.iter().any(|word| word.starts_with(&text) && text != "o");
    let shown = Foreign::from_bytes(value);
    let finding = if text.is_empty() || text == "0" || begins(NO) {
        return None;
    } else if text == "database" {
        KIND.found("the settings ask for a replication connection: replication=database")
            .severity(Severity::Warn)
            .detail(
                "Such a connection takes a walsender's slot, needs a role with REPLICATION, and refuses the extended query protocol, which most drivers \
                 speak. The check logs in as an ordinary session: whether a replication connection would be let in is not known.",
            )
    } else if text == "1" || begins(YES) {
        KIND.found(format!(
            "the settings ask for a replication connection, which answers no SQL: replication={shown}"
        ))
        .detail(
            "On such a connection the server takes the commands of streaming replication alone, and refuses every query of an application.",
        )
    } else {
        KIND.found(format!("replication is \"{shown}\", which no server takes"))
            .detail("PostgreSQL takes true, false or database there, and refuses the login otherwise.")
    };
    Some(finding.evidence(format!("replication={shown}, from {setting}")).remedy(Remedy::new(
        "connect as an ordinary session",
        [Step::new(
            Place::AppConfig,
            "take replication out of the settings; it is for programs that stream the server's log",
        )],
    )))
}

#[cfg(test)]
mod tests {
    use super::{Severity, finding};

    #[test]
    fn the_value_is_read_as_the_server_reads_it() {
        let severity = |value: &str| finding(value.as_bytes(), "a test").map(|finding| finding.severity);
        for value in ["", "0", "f", "FALSE", "no", "of", "off"] {
            assert_eq!(severity(value), None, "{value}");
        }
        for value in ["1", "t", "True", "on", "y", "o", "wrong", "falsey"] {
            assert_eq!(severity(value), Some(Severity::Fail), "{value}");
        }
        assert_eq!(severity("database"), Some(Severity::Warn));
    }
}
