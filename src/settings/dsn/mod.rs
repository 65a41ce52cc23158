//! Judges a connection string: what it says, and everything that is wrong with it.

mod readers;
mod references;
mod sqlalchemy;
mod url;

use self::url::as_libpq_url;
use super::hosts::impossible_host;
use super::hygiene;
use super::repaired::{self, Repaired};
use super::source::Source;
use crate::conninfo::anatomy;
use crate::conninfo::parameters::Parameters;
use crate::conninfo::scheme::{self, Form};
use crate::conninfo::{self, Version};
use crate::consumers::choice::Installed;
use crate::finding::config::{
    invalid_value, legacy_scheme, malformed_dsn, missing_setting, not_postgres, placeholder_value, quoted_value, sqlite_fallback,
    stray_whitespace, unencoded_password,
};
use crate::finding::{Finding, Severity};
use crate::foreign::Foreign;

/// What a connection string says; the parameters mean nothing where a finding fails.
#[derive(Debug, Default)]
pub struct Judged {
    pub parameters: Parameters,
    /// The driver that a URL of `SQLAlchemy` names.
    pub driver: Option<Foreign>,
    pub findings: Vec<Finding>,
    /// Whether the URL splits without doubt, so that its host and port hold no piece of a password.
    pub certain: bool,
    /// What to say where nothing else breaks it: libraries read it differently.
    pub disagreement: Option<Finding>,
}

impl Judged {
    /// Whether a finding breaks it.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Fail)
    }
}

/// Judges the text of a connection string that any library may read.
#[must_use]
pub fn judge(source: &Source, text: &[u8]) -> Judged {
    judge_for(source, text, None)
}

/// Judges the text of a connection string for the libraries that are installed, where that is known.
#[must_use]
pub fn judge_for(source: &Source, text: &[u8], installed: Option<&Installed>) -> Judged {
    let mut judged = Judged::default();
    if text.trim_ascii().is_empty() {
        judged.findings.push(missing_setting::empty(source));
        return judged;
    }
    if let Some(word) = hygiene::nothing(text) {
        judged.findings.push(missing_setting::nothing(source, word));
        return judged;
    }
    let mut text = text;
    if let Some((quote, inside)) = hygiene::quotes(text) {
        judged.findings.push(quoted_value::found(source, quote));
        text = inside;
    }
    let edges = hygiene::edges(text);
    let form = scheme::classify(edges.inner);
    if edges.any() && form != Form::Keywords && !judged.broken() {
        judged.findings.push(stray_whitespace::found(source, &edges.described()));
    }
    let mut reader = Reader {
        source,
        text: edges.inner,
        judged,
    };
    reader.read(&form);
    let told = |finding: &Finding| finding.kind.slug == unencoded_password::KIND.slug;
    if !reader.judged.broken() && !reader.judged.findings.iter().any(told) {
        reader.judged.disagreement = reader.readers(&form, installed);
    }
    reader.judged
}

struct Reader<'a> {
    source: &'a Source,
    text: &'a [u8],
    judged: Judged,
}

impl Reader<'_> {
    fn found(&mut self, finding: Finding) {
        self.judged.findings.push(finding);
    }

    fn repaired(&self, body: usize) -> Repaired {
        repaired::url(self.text, body, "postgresql")
    }

    fn read(&mut self, form: &Form) {
        let (source, text) = (self.source, self.text);
        match form {
            Form::Keywords => self.read_keywords(),
            Form::Libpq { legacy, body } => {
                if *legacy {
                    self.found(legacy_scheme::postgres(source, &self.repaired(*body)));
                }
                self.read_url(text, *body);
            }
            Form::SqlAlchemy { legacy, driver, body } => self.read_sqlalchemy(*legacy, &text[driver.clone()], *body),
            Form::Alias { name, body } => {
                self.found(legacy_scheme::alias(source, name, &self.repaired(*body)));
                let (url, body) = as_libpq_url(text, *body);
                self.read_url(&url, body);
            }
            Form::UpperCase { body } => self.shape("has its scheme in capitals", *body),
            Form::Jdbc { body } => self.shape("is a JDBC URL, which only Java's driver reads", *body),
            Form::BrokenSlashes { body } => self.shape("lacks the \"://\" after its scheme", *body),
            Form::Bare => self.shape("has no scheme", 0),
            Form::Sqlite => self.found(sqlite_fallback::found(source)),
            Form::Other { name } => self.found(not_postgres::scheme(source, &text[name.clone()])),
        }
    }

    /// A form that no driver reads. A whole that is a reference is said to be one.
    fn shape(&mut self, why: &str, body: usize) {
        if !self.references(Some(&anatomy::intended(self.text, body))) {
            let repaired = self.repaired(body);
            self.found(malformed_dsn::shape(self.source, why, &repaired));
        }
    }

    fn read_keywords(&mut self) {
        if self.references(None) {
            return;
        }
        match conninfo::read(self.text, Version::V17) {
            Err(error) => self.found(malformed_dsn::refused(self.source, &error, self.text)),
            Ok(reading) => {
                let free_of_doubt = !self.text.windows(8).any(|word| word.eq_ignore_ascii_case(b"password"));
                self.unknown(self.text, &reading, |_| free_of_doubt);
                self.judged.certain = true;
                self.take(reading.parameters);
            }
        }
    }

    /// Keeps the parameters, and looks for placeholders among them.
    fn take(&mut self, parameters: Parameters) {
        if self.judged.parameters.is_empty() {
            self.judged.parameters = parameters;
        }
        let named = [
            ("user", "the user name"),
            ("password", "the password"),
            ("host", "the host"),
            ("dbname", "the database name"),
        ];
        for (keyword, part) in named {
            if let Some(word) = self.judged.parameters.get(keyword).and_then(hygiene::placeholder) {
                self.judged.findings.push(placeholder_value::found(self.source, part, word));
            }
        }
        if let Some((value, why, advice)) = self.judged.parameters.get("host").and_then(impossible_host) {
            let setting = self.source.to_string();
            self.judged.findings.push(invalid_value::host(&setting, &value, why, advice));
        }
    }
}
