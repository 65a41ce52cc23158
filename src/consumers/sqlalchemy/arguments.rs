//! What SQLAlchemy's dialects make of a URL: the arguments of the driver's `connect`.

use super::url::Url;
use super::{Driver, Release};
use crate::consumers::python::number::{int, is_digit};
use crate::consumers::python::query::{Group, grouped};
use crate::consumers::reading::Refusal;

/// Keyword arguments; several values where SQLAlchemy hands on a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments(Vec<Group>);

/// The arguments that every driver knows by these names.
const PLACE_AND_LOGIN: &[&[u8]] = &[b"host", b"port", b"user", b"password", b"dbname", b"database"];

impl Arguments {
    /// The arguments for a driver.
    ///
    /// # Errors
    ///
    /// Where the dialect refuses the hosts and ports of the query.
    pub fn of(url: &Url, driver: Driver, release: Release) -> Result<Self, Refusal> {
        let mut arguments = Self::default();
        let database: &[u8] = if driver == Driver::Libpq && release > Release::V14 {
            b"dbname"
        } else {
            b"database"
        };
        let parts = [
            (&b"host"[..], &url.host),
            (database, &url.database),
            (b"user", &url.user),
            (b"password", &url.password),
            (b"port", &url.port),
        ];
        for (name, value) in parts {
            if let Some(value) = value.as_ref().filter(|value| name != b"port" || *value != b"0") {
                arguments.set(name, vec![value.clone()]);
            }
        }
        let query = grouped(url.query.clone());
        for (name, values) in &query {
            arguments.set(name, values.clone());
        }
        match (driver, release) {
            (Driver::Libpq, Release::V14) => arguments.fold_hosts_of_14()?,
            (Driver::Libpq, _) => arguments.fold_hosts(Multihost::of(&Self::queried(&query))?),
            (Driver::Asyncpg, Release::V14) => arguments.coerce_port()?,
            (Driver::Asyncpg, _) => arguments.list_hosts(Multihost::of(&Self::queried(&query))?)?,
            (Driver::Other, _) => {}
        }
        if driver == Driver::Asyncpg {
            arguments.coerce(b"prepared_statement_cache_size")?;
        }
        Ok(arguments)
    }

    /// The values of an argument.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.0
            .iter()
            .find(|(known, _)| known == name.as_bytes())
            .map_or(&[], |(_, values)| values.as_slice())
    }

    /// The last value of an argument.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&[u8]> {
        self.values(name).last().map(Vec::as_slice)
    }

    /// Every argument with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[Vec<u8>])> {
        self.0.iter().map(|(name, values)| (name.as_slice(), values.as_slice()))
    }

    /// The arguments that name neither the place nor the login.
    pub fn others(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter()
            .filter(|(name, _)| !PLACE_AND_LOGIN.contains(name))
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_slice())))
    }

    fn set(&mut self, name: &[u8], values: Vec<Vec<u8>>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = values,
            None => self.0.push((name.to_vec(), values)),
        }
    }

    fn queried(query: &[Group]) -> Queried {
        let values = |name: &[u8]| query.iter().find(|(known, _)| known == name).map(|(_, values)| values.clone());
        Queried {
            hosts: values(b"host"),
            ports: values(b"port"),
        }
    }

    /// 1.4: only a repeated `host` is split at its colons.
    fn fold_hosts_of_14(&mut self) -> Result<(), Refusal> {
        let hosts = self.values("host").to_vec();
        if hosts.len() < 2 {
            return Ok(());
        }
        let (hosts, ports) = split_tokens(&hosts)?;
        if !self.values("port").is_empty() {
            return Err(mixed());
        }
        let ports: Vec<Vec<u8>> = ports.into_iter().map(Option::unwrap_or_default).collect();
        self.set(b"host", vec![hosts.join(&b',')]);
        self.set(b"port", vec![ports.join(&b',')]);
        Ok(())
    }

    fn fold_hosts(&mut self, multihost: Multihost) {
        let Some(hosts) = multihost.hosts else { return };
        let ports: Vec<Vec<u8>> = multihost
            .ports
            .into_iter()
            .map(|port| port.filter(|port| port != b"0").unwrap_or_default())
            .collect();
        self.set(b"host", vec![hosts.join(&b',')]);
        let ports = ports.join(&b',');
        if !ports.is_empty() {
            self.set(b"port", vec![ports]);
        }
    }

    fn list_hosts(&mut self, multihost: Multihost) -> Result<(), Refusal> {
        let Some(hosts) = multihost.hosts else { return self.coerce_port() };
        if hosts.len() == 1 {
            self.set(b"host", hosts);
            if let [Some(port)] = multihost.ports.as_slice() {
                self.set(b"port", vec![port.clone()]);
            }
            return Ok(());
        }
        let required = |what| {
            Refusal::raised(
                "ArgumentError",
                format!("All {what} are required to be present for asyncpg multiple host URL"),
            )
        };
        if hosts.iter().any(Vec::is_empty) {
            return Err(required("hosts"));
        }
        let ports: Vec<Vec<u8>> = multihost.ports.into_iter().flatten().filter(|port| port != b"0").collect();
        if ports.len() != hosts.len() {
            return Err(required("ports"));
        }
        self.set(b"host", hosts);
        self.set(b"port", ports);
        Ok(())
    }

    fn coerce_port(&mut self) -> Result<(), Refusal> {
        self.coerce(b"port")
    }

    fn coerce(&mut self, name: &[u8]) -> Result<(), Refusal> {
        let Some((_, values)) = self.0.iter_mut().find(|(known, _)| known == name) else {
            return Ok(());
        };
        match values.as_slice() {
            [one] => {
                let number = int(one)?;
                *values = vec![number.into_bytes()];
                Ok(())
            }
            _ => Err(Refusal::raised(
                "TypeError",
                "int() argument must be a string, a bytes-like object or a real number, not 'tuple'",
            )),
        }
    }
}

/// The hosts and ports of a query.
struct Queried {
    hosts: Option<Vec<Vec<u8>>>,
    ports: Option<Vec<Vec<u8>>>,
}

/// What the dialects since 2.0 make of them.
struct Multihost {
    hosts: Option<Vec<Vec<u8>>>,
    /// As many as hosts, where there are hosts.
    ports: Vec<Option<Vec<u8>>>,
}

impl Multihost {
    fn of(queried: &Queried) -> Result<Self, Refusal> {
        let mut hosts = None;
        let mut ports: Option<Vec<Option<Vec<u8>>>> = None;
        let mut integrated = false;
        match queried.hosts.as_deref() {
            None => {}
            Some([one]) => {
                let list: Vec<Vec<u8>> = one.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
                match host_and_port(one).filter(|_| queried.ports.is_none() && list.len() == 1) {
                    Some((host, port)) => {
                        integrated = true;
                        hosts = Some(vec![host]);
                        ports = Some(vec![port]);
                    }
                    None => hosts = Some(list),
                }
            }
            Some(tokens) => {
                integrated = true;
                let split = split_tokens(tokens)?;
                hosts = Some(split.0);
                ports = Some(split.1);
            }
        }
        if let Some(given) = &queried.ports {
            if integrated {
                return Err(mixed());
            }
            let list: Vec<&[u8]> = match given.as_slice() {
                [one] => one.split(|byte| *byte == b',').collect(),
                several => several.iter().map(Vec::as_slice).collect(),
            };
            ports = Some(list.into_iter().map(|port| (!port.is_empty()).then(|| port.to_vec())).collect());
        }
        let ports = ports.map(numbers).transpose()?;
        let count = hosts.as_ref().map(Vec::len);
        if let Some(ports) = &ports {
            let fits = match count {
                None => ports.len() <= 1,
                Some(hosts) => hosts == ports.len() || (hosts <= 1 && ports.len() <= 1),
            };
            if !fits {
                return Err(Refusal::raised("ArgumentError", "number of hosts and ports don't match"));
            }
        }
        Ok(Self {
            ports: ports.unwrap_or_else(|| vec![None; count.unwrap_or_default()]),
            hosts,
        })
    }
}

fn numbers(ports: Vec<Option<Vec<u8>>>) -> Result<Vec<Option<Vec<u8>>>, Refusal> {
    let number = |port: Option<Vec<u8>>| match port.filter(|port| !port.is_empty()) {
        None => Ok(None),
        Some(port) => match int(&port) {
            Ok(number) => Ok(Some(number.into_bytes())),
            Err(_) => Err(Refusal::raised("ArgumentError", "Received non-integer port arguments: ***")),
        },
    };
    ports.into_iter().map(number).collect()
}

/// `name:port`, where the name is a host's and the port is made of digits.
fn host_and_port(text: &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    let is_host = host.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (is_host && (port.is_empty() || is_digit(port))).then(|| (host.to_vec(), (!port.is_empty()).then(|| port.to_vec())))
}

type Tokens = (Vec<Vec<u8>>, Vec<Option<Vec<u8>>>);

/// Each token at its colons; Python's `zip` cuts all to the length of the shortest.
fn split_tokens(tokens: &[Vec<u8>]) -> Result<Tokens, Refusal> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    let mut shortest = usize::MAX;
    for token in tokens {
        let pieces: Vec<&[u8]> = token.split(|byte| *byte == b':').collect();
        shortest = shortest.min(pieces.len().max(2));
        hosts.push(pieces[0].to_vec());
        ports.push(pieces.get(1).map(|port| port.to_vec()));
    }
    if shortest > 2 {
        return Err(Refusal::raised("ValueError", "too many values to unpack (expected 2)"));
    }
    Ok((hosts, ports))
}

fn mixed() -> Refusal {
    Refusal::raised(
        "ArgumentError",
        "Can't mix 'multihost' formats together; use \"host=h1,h2,h3&port=p1,p2,p3\" or \"host=h1:p1&host=h2:p2&host=h3:p3\" separately",
    )
}
