//! Compares how the consumers that the application may use read a connection string.

use super::Reader;
use crate::conninfo::Version;
use crate::conninfo::scheme::Form;
use crate::consumers::choice::{Installed, consumers_for};
use crate::consumers::comparison::{Part, differences};
use crate::consumers::intended::{self, Intended};
use crate::consumers::reading::{Place, Reading, Refusal};
use crate::consumers::veil::Veil;
use crate::consumers::{Consumer, libpq};
use crate::finding::config::parsers_disagree::{self, Disagreement};
use crate::finding::{Finding, Severity};
use crate::secret::Secret;
use crate::settings::repaired::Repaired;

impl Reader<'_> {
    /// The finding, where they do not read it alike. `installed` is what the application's environment holds, where it is known.
    pub(super) fn readers(&self, form: &Form, installed: Option<&Installed>) -> Option<Finding> {
        let intended = intended::take_apart(self.text)?;
        let veil = Veil::over(Some(&intended));
        let consumers = consumers_for(form, installed);
        let named = matches!(form, Form::SqlAlchemy { .. }) || installed.is_some();
        let expected = self.expected(form, &intended)?;
        let mut misread = Vec::new();
        let mut refused = Vec::new();
        for consumer in &consumers {
            match consumer.read(self.text) {
                Ok(reading) => {
                    let parts = differences(&reading, &expected);
                    if !parts.is_empty() {
                        note(&mut misread, *consumer, described(&parts, &reading, &expected, &veil));
                    }
                }
                Err(refusal) if !is_told_elsewhere(*consumer, &refusal, form) => {
                    note(&mut refused, *consumer, format!("refused, {refusal}"));
                }
                Err(_) => {}
            }
        }
        let wrong = misread.iter().chain(&refused).map(|one| one.readers.len()).sum::<usize>();
        let severity = match (misread.is_empty(), refused.is_empty()) {
            // Who may be using it is anybody's guess then; dbdoctor dsn shows the refusals.
            (true, _) if refused.is_empty() || !named => return None,
            _ if named && wrong == consumers.len() => Severity::Fail,
            _ => Severity::Warn,
        };
        misread.extend(refused);
        let spelling = intended.spelling();
        let repaired = Repaired {
            masked: intended.reading.password.is_some() || spelling.masked.as_bytes() != spelling.url.reveal(),
            text: spelling.masked,
        };
        Some(parsers_disagree::found(self.source, severity, &misread, &repaired))
    }

    /// The reading to compare with: libpq's, and for a URL that libpq refuses what was meant.
    fn expected(&self, form: &Form, intended: &Intended) -> Option<Reading> {
        match form {
            Form::Keywords | Form::Libpq { .. } => libpq::read_leniently(self.text, Version::V17).ok(),
            Form::SqlAlchemy { body, .. } | Form::Alias { body, .. } => {
                let url = [b"postgresql://", &self.text[*body..]].concat();
                // SQLAlchemy has a form of its own for several hosts.
                let own = |name: &[u8]| url.windows(name.len()).any(|window| window == name);
                let listed = own(b"host=") || own(b"port=") || own(b"database=");
                let libpq = libpq::read_leniently(&url, Version::V17).ok();
                let meant = intended.reading.clone();
                libpq.filter(|libpq| !listed && differences(libpq, &meant).is_empty())
            }
            _ => None,
        }
    }
}

/// What other findings say: the scheme, and blanks inside a part.
fn is_told_elsewhere(consumer: Consumer, refusal: &Refusal, form: &Form) -> bool {
    let scheme = matches!(refusal.class, Some("NoSuchModuleError" | "UnknownSchemeError" | "UserWarning"))
        || refusal.words.contains("available database backend");
    let legacy = matches!(
        form,
        Form::Libpq { legacy: true, .. } | Form::SqlAlchemy { legacy: true, .. } | Form::Alias { .. }
    );
    consumer == Consumer::Libpq(Version::V18) || scheme && legacy
}

/// Adds a consumer to those that disagree in the same way.
fn note(list: &mut Vec<Disagreement>, consumer: Consumer, what: String) {
    match list.iter_mut().find(|one| one.what == what) {
        Some(one) => one.readers.push(consumer.name()),
        None => list.push(Disagreement {
            readers: vec![consumer.name()],
            what,
        }),
    }
}

fn described(parts: &[Part], reading: &Reading, expected: &Reading, veil: &Veil) -> String {
    let one = |part: &Part| match part {
        Part::Password => match (&reading.password, &expected.password) {
            (None, _) => "no password".to_owned(),
            (_, None) => "a password where there is none".to_owned(),
            _ => "another password".to_owned(),
        },
        part => format!("{part} {} instead of {}", value(*part, reading, veil), value(*part, expected, veil)),
    };
    parts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn value(part: Part, reading: &Reading, veil: &Veil) -> String {
    let list = |part: fn(&Place) -> Option<&Secret>, show: &dyn Fn(&Secret) -> String| {
        let items: Vec<String> = reading
            .places
            .iter()
            .map(|place| part(place).map_or_else(|| "the default".to_owned(), show))
            .collect();
        items.join(",")
    };
    let shown = match part {
        Part::Host => list(|place| place.host.as_ref(), &|host| format!("\"{}\"", veil.value(host))),
        Part::Port => list(|place| place.port.as_ref(), &|port| veil.port(port)),
        Part::User => reading
            .user
            .as_ref()
            .map(|user| format!("\"{}\"", veil.value(user)))
            .unwrap_or_default(),
        Part::Database => reading
            .database
            .as_ref()
            .map(|database| format!("\"{}\"", veil.value(database)))
            .unwrap_or_default(),
        Part::Password => String::new(),
    };
    if shown.is_empty() { "the default".to_owned() } else { shown }
}
