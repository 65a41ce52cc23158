//! Django's settings of a database, and what its PostgreSQL backend hands to psycopg.

use super::libpq;
use super::python::query::Group;
use super::reading::{Reading, Refusal, filled};
use crate::secret::Secret;

/// One entry of `DATABASES`; what is absent is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub user: Vec<u8>,
    pub password: Vec<u8>,
    pub host: Vec<u8>,
    pub port: Vec<u8>,
    pub name: Vec<u8>,
    /// Several values where the option is a list.
    pub options: Vec<Group>,
}

impl Settings {
    /// What the backend makes of them: the options fill in what the settings leave empty, and a `dbname` there wins.
    ///
    /// # Errors
    ///
    /// There is no name of a database, or libpq refuses the hosts and ports.
    pub fn connect(&self) -> Result<Reading, Refusal> {
        let option = |name: &str| {
            let found = self.options.iter().find(|(known, _)| known == name.as_bytes());
            found.and_then(|(_, values)| values.last()).map(Vec::as_slice)
        };
        if self.name.is_empty() && option("service").is_none_or(<[u8]>::is_empty) {
            return Err(Refusal::raised(
                "ImproperlyConfigured",
                "settings.DATABASES is improperly configured. Please supply the NAME or OPTIONS['service'] value.",
            ));
        }
        let or_option = |setting: &[u8], name: &str| {
            if setting.is_empty() {
                option(name).unwrap_or_default().to_vec()
            } else {
                setting.to_vec()
            }
        };
        let host = or_option(&self.host, "host");
        let port = or_option(&self.port, "port");
        let named = |name: &[u8]| [&b"host"[..], b"port", b"user", b"password", b"dbname"].contains(&name);
        Ok(Reading {
            places: libpq::places(&host, option("hostaddr").unwrap_or_default(), &port)?,
            user: filled(&or_option(&self.user, "user")),
            password: filled(&or_option(&self.password, "password")),
            database: filled(option("dbname").unwrap_or(&self.name)),
            parameters: self
                .options
                .iter()
                .filter(|(name, _)| !named(name))
                .flat_map(|(name, values)| {
                    values
                        .iter()
                        .map(|value| (Secret::new(name.as_slice()), Secret::new(value.as_slice())))
                })
                .collect(),
        })
    }
}
