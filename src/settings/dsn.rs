//! Judges a connection string: what it says, and everything that is wrong with it.

use super::hygiene::{self, Reference};
use super::repaired::{self, Repaired};
use super::source::Source;
use crate::conninfo::anatomy::{self, Anatomy, raw_characters};
use crate::conninfo::error::{Component, Fault, ParseError};
use crate::conninfo::parameters::{Parameters, Reading};
use crate::conninfo::scheme::{self, Form};
use crate::conninfo::{self, Version, keyword, sqlalchemy};
use crate::finding::config::{
    bad_percent_encoding, invalid_value, legacy_scheme, malformed_dsn, missing_setting, not_postgres, placeholder_value, quoted_value,
    sqlite_fallback, stray_whitespace, unencoded_password, unexpanded_variable, unknown_parameter,
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
}

impl Judged {
    /// Whether a finding breaks it.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Fail)
    }
}

/// Drivers that hand a URL's parameters on to libpq.
const LIBPQ_DRIVERS: &[&str] = &["psycopg", "psycopg2", "psycopg_async", "psycopg2cffi"];

/// What asyncpg's `connect` takes besides the parts of the URL, and what `SQLAlchemy`'s dialect takes for itself.
const ASYNCPG_ARGUMENTS: &[&str] = &[
    "host",
    "port",
    "user",
    "password",
    "database",
    "passfile",
    "service",
    "servicefile",
    "timeout",
    "statement_cache_size",
    "max_cached_statement_lifetime",
    "max_cacheable_statement_size",
    "command_timeout",
    "ssl",
    "direct_tls",
    "server_settings",
    "target_session_attrs",
    "krbsrvname",
    "gsslib",
    "async_fallback",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
];

/// Judges the text of a connection string.
#[must_use]
pub fn judge(source: &Source, text: &[u8]) -> Judged {
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

    /// A URL, as libpq reads it; `text` is the one at hand or its equivalent with libpq's scheme.
    fn read_url(&mut self, text: &[u8], body: usize) {
        let parts = anatomy::intended(text, body);
        if self.references(Some(&parts)) {
            return;
        }
        let astray = parts.at.is_some() && parts.at != anatomy::credentials_end_for_libpq(text, body);
        let raw = raw_parts(text, &parts);
        let repaired = repaired::url(text, body, "postgresql");
        if astray {
            let splitting = keep(&raw, b"@/");
            self.found(unencoded_password::misread(self.source, &splitting, "libpq", &repaired));
            return;
        }
        match conninfo::read(text, Version::V17) {
            Err(error) => self.refused(&error, text, &raw, &repaired),
            Ok(reading) => {
                self.warn_of_readers(&raw, &repaired);
                self.warn_of_blanks(text);
                let last_at = text.iter().rposition(|byte| *byte == b'@');
                // Beyond every "@", and with no password among the parameters before it, a name is a name.
                self.unknown(text, &reading, |error| {
                    let start = error.span.start;
                    let before = &text[body..start];
                    last_at.is_none_or(|at| at < start) && !before.windows(9).any(|word| word == b"password=")
                });
                self.judged.certain = parts.at.is_some();
                self.take(reading.parameters);
            }
        }
    }

    fn refused(&mut self, error: &ParseError, text: &[u8], raw: &[unencoded_password::Part], repaired: &Repaired) {
        let finding = match (error.fault, error.component) {
            (Fault::PercentToken, Component::User | Component::Password) => {
                unencoded_password::percent(self.source, &keep(raw, b"%"), repaired)
            }
            (Fault::PercentToken | Fault::PercentNul, _) => bad_percent_encoding::found(self.source, error),
            _ => malformed_dsn::refused(self.source, error, text),
        };
        self.found(finding);
    }

    fn warn_of_readers(&mut self, raw: &[unencoded_password::Part], repaired: &Repaired) {
        let has = |byte| raw.iter().flat_map(|part| &part.raw).any(|c| c.byte == byte);
        let mut readers = Vec::new();
        if has(b'#') || has(b'?') || has(b'[') || has(b']') {
            readers.extend(["dj-database-url", "asyncpg"]);
        }
        if has(b'?') {
            readers.push("django-environ");
        }
        if has(b' ') {
            readers.push("libpq 18");
        }
        if !readers.is_empty() {
            self.found(unencoded_password::some_refuse(
                self.source,
                &keep(raw, b"#?[] "),
                &readers,
                repaired,
            ));
        }
    }

    fn warn_of_blanks(&mut self, text: &[u8]) {
        let Err(error) = conninfo::read(text, Version::V18) else { return };
        let in_credentials = matches!(error.component, Component::User | Component::Password);
        if error.fault == Fault::InnerBlank && !in_credentials {
            self.found(stray_whitespace::inside(self.source, error.component.name()));
        }
    }

    /// Parameters that libpq 17 does not know; the values of those that libpq 18 knows are kept.
    fn unknown(&mut self, text: &[u8], reading: &Reading, may_show: impl Fn(&ParseError) -> bool) {
        let newer = conninfo::read(text, Version::V18).unwrap_or_else(|_| reading.clone());
        for error in &reading.unknown {
            let name = Foreign::from_bytes(&text[error.span.clone()]);
            let shown = Some(&name).filter(|name| may_show(error) || anatomy::is_known(name.raw().as_bytes()));
            let reader = if newer.unknown.contains(error) {
                unknown_parameter::Reader::Libpq
            } else {
                unknown_parameter::Reader::LibpqBefore(18)
            };
            self.found(unknown_parameter::found(self.source, shown, reader));
        }
        if newer.unknown.len() < reading.unknown.len() {
            self.judged.parameters = newer.parameters;
        }
    }

    fn read_sqlalchemy(&mut self, legacy: bool, driver: &[u8], body: usize) {
        let scheme = format!("postgresql+{}", Foreign::from_bytes(driver));
        let repaired = repaired::url(self.text, body, &scheme);
        self.judged.driver = Some(Foreign::from_bytes(driver));
        if legacy {
            self.found(legacy_scheme::postgres_with_driver(self.source, &repaired));
        }
        let parts = anatomy::intended(self.text, body);
        if self.references(Some(&parts)) {
            return;
        }
        let url = sqlalchemy::read(self.text, body);
        let raw = raw_parts(self.text, &parts);
        if parts.at.is_some() && parts.at != url.credentials_end {
            self.found(unencoded_password::misread(
                self.source,
                &keep(&raw, b"@/"),
                "SQLAlchemy",
                &repaired,
            ));
            return;
        }
        self.judged.certain = url.credentials_end.is_some();
        if url.empty_port {
            let why = "has a colon after the host and no port, which SQLAlchemy refuses";
            self.found(malformed_dsn::shape(self.source, why, &repaired));
        }
        let parameters = self.sqlalchemy_parameters(&url, driver);
        self.take(parameters);
    }

    /// What `SQLAlchemy` hands to the driver, in libpq's words.
    fn sqlalchemy_parameters(&mut self, url: &sqlalchemy::Url, driver: &[u8]) -> Parameters {
        let mut reading = Reading::default();
        let mut set = |name: &'static str, value: Option<&Vec<u8>>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                reading.parameters.set(name, crate::secret::Secret::new(value.clone()));
            }
        };
        set("user", url.user.as_ref());
        set("password", url.password.as_ref());
        set("host", url.host.as_ref());
        set("port", url.port.as_ref());
        set("dbname", url.database.as_ref());
        let (hosts, ports) = url.listed_hosts();
        set("host", hosts.as_ref());
        set("port", ports.as_ref());
        let asyncpg = driver == b"asyncpg";
        let libpq = LIBPQ_DRIVERS.iter().any(|known| known.as_bytes() == driver);
        for (name, value) in url.query.iter().filter(|(name, _)| name != b"host") {
            let value = crate::secret::Secret::new(value.clone());
            match (name.as_slice(), keyword::find(name)) {
                (b"ssl", _) if asyncpg => reading.parameters.set("sslmode", value),
                (name, _) if asyncpg && !ASYNCPG_ARGUMENTS.iter().any(|known| known.as_bytes() == name) => {
                    self.refused_argument(name, unknown_parameter::Reader::Asyncpg);
                }
                (_, Some(keyword)) => reading.parameters.set(keyword.name, value),
                (name, None) if libpq => self.refused_argument(name, unknown_parameter::Reader::Libpq),
                (_, None) => {}
            }
        }
        reading.parameters
    }

    fn refused_argument(&mut self, name: &[u8], reader: unknown_parameter::Reader) {
        let name = Foreign::from_bytes(name);
        let certain = self.judged.certain && !self.text.windows(9).any(|word| word == b"password=");
        let shown = Some(&name).filter(|name| certain || anatomy::is_known(name.raw().as_bytes()));
        self.found(unknown_parameter::found(self.source, shown, reader));
    }

    /// References that nobody filled in; `true` where one breaks the connection string.
    fn references(&mut self, parts: Option<&Anatomy>) -> bool {
        let password = parts.and_then(|parts| parts.password.clone());
        let inside = |reference: &Reference| {
            password
                .as_ref()
                .is_some_and(|range| range.start <= reference.span.start && reference.span.end <= range.end && *range != reference.span)
        };
        let mut broken = false;
        for reference in hygiene::references(self.text) {
            if inside(&reference) {
                self.found(unexpanded_variable::perhaps(self.source, reference.style));
                continue;
            }
            broken = true;
            let part = part_at(parts, reference.span.start);
            let name = reference.name.as_deref().filter(|_| self.is_no_password(reference.span.start));
            self.found(unexpanded_variable::left(self.source, reference.style, name, part));
        }
        let components = parts.map_or_else(|| vec![(0..self.text.len(), "the connection string")], components);
        for (range, part) in components {
            let Some(name) = self.text.get(range).and_then(hygiene::bare_reference) else {
                continue;
            };
            if part == "the password" {
                self.found(unexpanded_variable::perhaps(self.source, "$NAME"));
            } else {
                broken = true;
                self.found(unexpanded_variable::left(self.source, "$…", Some(&name), part));
            }
        }
        broken
    }

    /// Whether what stands there is a whole value, or no `password=` came before it.
    fn is_no_password(&self, at: usize) -> bool {
        const NAME: &[u8] = b"password";
        let before = self.text[..at].to_ascii_lowercase();
        let whole = before.ends_with(b"password=") || before.ends_with(b"password='");
        let assigned = |at: usize| {
            before[at..]
                .strip_prefix(NAME)
                .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"="))
        };
        whole || !(0..before.len()).any(assigned)
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

/// A host that looks like something else, with why, and what to do.
#[must_use]
pub fn impossible_host(hosts: &[u8]) -> Option<(Foreign, &'static str, &'static str)> {
    hosts.split(|byte| *byte == b',').find_map(|host| {
        if conninfo::host_list::is_socket(host) {
            return None;
        }
        let text = std::str::from_utf8(host).ok()?;
        let address = text.split('%').next().unwrap_or(text);
        let shown = || Foreign::new(crate::conninfo::mask::mask_dsn(text));
        if text.contains("://") {
            Some((
                shown(),
                "A whole URL stands there",
                "write the host's name alone; or give the URL as DATABASE_URL",
            ))
        } else if text.starts_with('[') {
            Some((
                shown(),
                "Brackets belong to IPv6 addresses in URLs only",
                "write the address without brackets",
            ))
        } else if text.contains(':') && address.parse::<std::net::Ipv6Addr>().is_err() {
            Some((
                shown(),
                "A host name has no colon",
                "write the host alone, and the port in the setting for ports",
            ))
        } else {
            None
        }
    })
}

/// The URL with libpq's scheme. The libraries that know the alias split at the last `@`, so a raw one is encoded here.
fn as_libpq_url(text: &[u8], body: usize) -> (Vec<u8>, usize) {
    const SCHEME: &[u8] = b"postgresql://";
    let parts = anatomy::intended(text, body);
    let mut url = SCHEME.to_vec();
    for (at, byte) in text.iter().enumerate().skip(body) {
        if *byte == b'@' && parts.at.is_some_and(|end| at < end) {
            url.extend_from_slice(b"%40");
        } else {
            url.push(*byte);
        }
    }
    (url, SCHEME.len())
}

fn raw_parts(text: &[u8], parts: &Anatomy) -> Vec<unencoded_password::Part> {
    let part = |name, range: std::ops::Range<usize>| unencoded_password::Part {
        name,
        raw: raw_characters(&text[range]),
    };
    [
        Some(part("user name", parts.user.clone())),
        parts.password.clone().map(|range| part("password", range)),
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.raw.is_empty())
    .collect()
}

/// The parts that have one of the characters, with all their raw characters: each has to be encoded.
fn keep(parts: &[unencoded_password::Part], bytes: &[u8]) -> Vec<unencoded_password::Part> {
    parts
        .iter()
        .filter(|part| part.raw.iter().any(|c| bytes.contains(&c.byte)))
        .cloned()
        .collect()
}

fn components(parts: &Anatomy) -> Vec<(std::ops::Range<usize>, &'static str)> {
    [
        Some((parts.user.clone(), "the user name")),
        parts.password.clone().map(|range| (range, "the password")),
        Some((parts.hosts.clone(), "the host")),
        parts.database.clone().map(|range| (range, "the database name")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn part_at(parts: Option<&Anatomy>, at: usize) -> &'static str {
    parts
        .map(components)
        .unwrap_or_default()
        .into_iter()
        .find(|(range, _)| range.contains(&at))
        .map_or("the connection string", |(_, part)| part)
}
