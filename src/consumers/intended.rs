//! A connection string as it was meant, whatever parsers make of it; and the spelling of it that every consumer reads alike.

use std::ops::Range;

use super::libpq;
use super::python::netloc::partition;
use super::python::number::is_digit;
use super::python::quoting::quote;
use super::reading::{Place, Reading, filled};
use crate::conninfo::anatomy::{self, Anatomy, RawCharacter, raw_characters};
use crate::conninfo::decode;
use crate::conninfo::mask::{MASK, is_secret};
use crate::conninfo::scheme::{Form, classify};
use crate::conninfo::{Version, host_list};
use crate::mask::Mask;
use crate::secret::Secret;
use crate::settings::repaired::masked_password;

/// A connection string, taken apart.
#[derive(Debug, Clone)]
pub struct Intended {
    pub reading: Reading,
    /// The password as it stands in the text.
    pub written_password: Option<Secret>,
    /// The characters that a parser may stumble over, with the name of their part and their byte in the whole text, from 1.
    pub raw: Vec<(&'static str, RawCharacter, usize)>,
    /// What stands before `://`: `postgresql`, or SQLAlchemy's with its driver.
    scheme: String,
}

/// A URL: the bytes with the password, and the text to show.
#[derive(Debug, Clone)]
pub struct Spelling {
    pub url: Secret,
    pub masked: String,
}

/// Takes a connection string apart; `None` for a text that is not one of PostgreSQL, or whose parts cannot be told apart.
#[must_use]
pub fn take_apart(text: &[u8]) -> Option<Intended> {
    let form = classify(text);
    let (body, scheme) = match &form {
        Form::Keywords => {
            let reading = libpq::read(text, Version::V18).or_else(|_| libpq::read(text, Version::V17)).ok()?;
            return Some(Intended {
                written_password: reading.password.clone(),
                reading,
                raw: Vec::new(),
                scheme: "postgresql".into(),
            });
        }
        Form::Libpq { body, .. }
        | Form::Alias { body, .. }
        | Form::UpperCase { body }
        | Form::Jdbc { body }
        | Form::BrokenSlashes { body } => (*body, "postgresql".to_owned()),
        Form::SqlAlchemy { driver, body, .. } => (*body, format!("postgresql+{}", String::from_utf8_lossy(&text[driver.clone()]))),
        Form::Bare => (0, "postgresql".to_owned()),
        Form::Sqlite | Form::Other { .. } => return None,
    };
    let parts = anatomy::intended(text, body);
    if parts.at.is_none() && text[parts.hosts.clone()].split(|byte| *byte == b',').any(has_no_port) {
        return None;
    }
    let written = parts.password.clone().map(|range| Secret::new(&text[range]));
    Some(Intended {
        reading: reading(text, &parts),
        written_password: written.filter(|password| !password.is_empty()),
        raw: raw(text, &parts),
        scheme,
    })
}

/// Whether what follows a host's colon is no port: without an `@`, it may be the head of a password.
fn has_no_port(item: &[u8]) -> bool {
    let after = match item.strip_prefix(b"[") {
        Some(inside) => partition(inside, b']').1.and_then(|rest| rest.strip_prefix(b":")),
        None => partition(item, b':').1,
    };
    after.is_some_and(|port| !port.iter().all(u8::is_ascii_digit))
}

fn reading(text: &[u8], parts: &Anatomy) -> Reading {
    let part = |range: Option<Range<usize>>| range.and_then(|range| filled(&lenient(&text[range])));
    let mut reading = Reading {
        places: places(&text[parts.hosts.clone()]),
        user: part(Some(parts.user.clone()).filter(|_| parts.at.is_some())),
        password: part(parts.password.clone()),
        database: part(parts.database.clone()),
        parameters: Vec::new(),
    };
    let query = parts.query.clone().map_or(&[][..], |range| &text[range]);
    for piece in query.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
        let (name, value) = partition(piece, b'=');
        reading.set(&lenient(name), &lenient(value.unwrap_or_default()));
    }
    reading
}

impl Reading {
    /// A parameter; those that name the place or the login override the parts before them, as in libpq.
    fn set(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"user" => self.user = filled(value),
            b"password" => self.password = filled(value),
            b"dbname" => self.database = filled(value),
            b"host" | b"port" => {
                let list = |part: fn(&Place) -> &Option<Secret>| {
                    let items: Vec<&[u8]> = self
                        .places
                        .iter()
                        .map(|place| part(place).as_ref().map_or(&[][..], Secret::reveal))
                        .collect();
                    items.join(&b',')
                };
                let (mut host, mut port) = (list(|place| &place.host), list(|place| &place.port));
                if port.iter().all(|byte| *byte == b',') {
                    port.clear();
                }
                *(if name == b"host" { &mut host } else { &mut port }) = value.to_vec();
                if let Ok(places) = host_list::places(&host, b"", &port) {
                    let place = |place: &host_list::Place<'_>| Place {
                        host: filled(place.host),
                        port: filled(place.port),
                    };
                    self.places = places.iter().map(place).collect();
                }
            }
            _ => self.parameters.push((Secret::new(name), Secret::new(value))),
        }
    }
}

fn places(hosts: &[u8]) -> Vec<Place> {
    let place = |item: &[u8]| {
        let (host, port) = match item.strip_prefix(b"[").map(|inside| partition(inside, b']')) {
            Some((host, Some(rest))) => (host, rest.strip_prefix(b":")),
            _ => partition(item, b':'),
        };
        Place {
            host: filled(&lenient(host)),
            port: port.and_then(|port| filled(&lenient(port))),
        }
    };
    hosts.split(|byte| *byte == b',').map(place).collect()
}

fn raw(text: &[u8], parts: &Anatomy) -> Vec<(&'static str, RawCharacter, usize)> {
    let user = Some(("user name", parts.user.clone())).filter(|_| parts.at.is_some());
    let password = parts.password.clone().map(|range| ("password", range));
    let database = parts.database.clone().map(|range| ("database name", range));
    let mut found = Vec::new();
    for (name, range) in [user, password, database].into_iter().flatten() {
        let start = range.start;
        let stumbles = |c: &RawCharacter| name != "database name" || c.byte != b'/';
        let characters = raw_characters(&text[range]).into_iter().filter(stumbles);
        found.extend(characters.map(|c| (name, c, start + c.offset + 1)));
    }
    found
}

/// libpq takes no NUL byte.
fn lenient(text: &[u8]) -> Vec<u8> {
    decode::lenient(text, |byte| byte != 0)
}

impl Intended {
    /// Whether the scheme names a driver, so that only SQLAlchemy reads it.
    #[must_use]
    pub fn names_driver(&self) -> bool {
        self.scheme.contains('+')
    }

    /// The URL that every consumer reads alike: everything encoded, several hosts and sockets as parameters, the database named.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        let encoded = |value: &Option<Secret>| value.as_ref().map(|value| quote(value.reveal(), b""));
        let user = encoded(&self.reading.user).unwrap_or_default();
        let password = encoded(&self.reading.password);
        let (authority, places) = self.authority();
        let mut tail = Vec::new();
        if !user.is_empty() || password.is_some() {
            tail.push(b'@');
        }
        tail.extend(authority);
        tail.push(b'/');
        // Django wants a name; libpq's own default is the user's.
        tail.extend(encoded(&self.reading.database).unwrap_or_else(|| user.clone()));
        let url = |password: Option<&[u8]>, hide: bool| {
            let mut url = format!("{}://", self.scheme).into_bytes();
            url.extend_from_slice(&user);
            if let Some(password) = password {
                url.push(b':');
                url.extend_from_slice(password);
            }
            url.extend_from_slice(&tail);
            let mut pairs = places.clone();
            for (name, value) in &self.reading.parameters {
                let (name, value) = (name.reveal(), value.reveal());
                pairs.push(match hide && hides(name, value) {
                    // A name that nobody knows may be a piece of a password too.
                    true if !anatomy::is_known(name) => MASK.as_bytes().to_vec(),
                    true => [name, b"=", MASK.as_bytes()].concat(),
                    false => [&quote(name, b""), &b"="[..], &quote(value, b"/")].concat(),
                });
            }
            if !pairs.is_empty() {
                url.push(b'?');
                url.extend(pairs.join(&b'&'));
            }
            url
        };
        let written = self.written_password.as_ref().or(self.reading.password.as_ref());
        let shown = password.as_ref().and(written).map(|written| masked_password(written.reveal()));
        let masked = url(shown.as_deref().map(str::as_bytes), true);
        let mut masked = String::from_utf8_lossy(&masked).into_owned();
        Mask::over(self.reading.password.as_ref()).apply(&mut masked);
        Spelling {
            url: Secret::new(url(password.as_deref(), false)),
            masked,
        }
    }

    /// The host and port of the URL, and the parameters that stand for them where no consumer would read them there alike.
    fn authority(&self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let bytes = |value: &Option<Secret>| value.as_ref().map_or_else(Vec::new, |value| value.reveal().to_vec());
        let hosts: Vec<Vec<u8>> = self.reading.places.iter().map(|place| bytes(&place.host)).collect();
        let ports: Vec<Vec<u8>> = self.reading.places.iter().map(|place| bytes(&place.port)).collect();
        if let ([host], [port]) = (hosts.as_slice(), ports.as_slice())
            && !host_list::is_socket(host)
            && !host.is_empty()
        {
            let mut authority = if host.contains(&b':') {
                [b"[", host.as_slice(), b"]"].concat()
            } else {
                quote(host, b"")
            };
            if is_digit(port) {
                authority.push(b':');
                authority.extend_from_slice(port);
            }
            return (authority, Vec::new());
        }
        let mut pairs = Vec::new();
        for (name, list) in [(&b"host="[..], hosts), (b"port=", ports)] {
            if list.iter().any(|item| !item.is_empty()) {
                let same = list.windows(2).all(|pair| pair[0] == pair[1]) && name == b"port=";
                let value = if same { list[0].clone() } else { list.join(&b',') };
                pairs.push([name, &quote(&value, b"/,:")].concat());
            }
        }
        (Vec::new(), pairs)
    }
}

/// Whether a parameter's value is not for showing: a password, or one whose name nobody knows.
#[must_use]
pub fn hides(name: &[u8], value: &[u8]) -> bool {
    is_secret(&String::from_utf8_lossy(name), value) || !anatomy::is_known(name)
}
