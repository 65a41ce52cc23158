//! URLs that `SQLAlchemy` reads, with a driver in their scheme.

use super::Reader;
use super::url::{keep, raw_parts};
use crate::conninfo::parameters::{Parameters, Reading};
use crate::conninfo::{anatomy, keyword};
use crate::consumers::sqlalchemy::{Release, url as sqlalchemy};
use crate::finding::config::{legacy_scheme, malformed_dsn, unencoded_password, unknown_parameter};
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::settings::repaired;

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

impl Reader<'_> {
    pub(super) fn read_sqlalchemy(&mut self, legacy: bool, driver: &[u8], body: usize) {
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
        let url = sqlalchemy::read(self.text, body, Release::V21);
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
            self.found(malformed_dsn::empty_port(self.source, &repaired));
        }
        let parameters = self.sqlalchemy_parameters(&url, driver);
        self.take(parameters);
    }

    /// What `SQLAlchemy` hands to the driver, in libpq's words.
    fn sqlalchemy_parameters(&mut self, url: &sqlalchemy::Url, driver: &[u8]) -> Parameters {
        let mut reading = Reading::default();
        let mut set = |name: &'static str, value: Option<&Vec<u8>>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                reading.parameters.set(name, Secret::new(value.clone()));
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
            let value = Secret::new(value.clone());
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
}
