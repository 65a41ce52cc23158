//! asyncpg's reading, against its own.

use dbdoctor::consumers::asyncpg::{self, Parsed};
use serde::Deserialize;

use crate::original::{Answer, Pairs, agree, ask, hex, pairs, strings};
use crate::support::python::NEWEST;

/// A socket, or a host with its port.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Place {
    Socket(String),
    Host(String, String),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Connection {
    places: Vec<Place>,
    user: String,
    password: Option<String>,
    database: String,
    server_settings: Pairs,
}

const DEFAULT_HOSTS: &[&str] = &["/run/postgresql", "/var/run/postgresql", "/tmp", "/private/tmp", "localhost"];

fn place(host: &[u8], port: &str) -> Place {
    if !host.starts_with(b"/") {
        return Place::Host(hex(host), hex(port.as_bytes()));
    }
    let file = format!(".s.PGSQL.{port}").into_bytes();
    let named = host.windows(9).any(|word| word == b".s.PGSQL.");
    let separator: &[u8] = if host.ends_with(b"/") { b"" } else { b"/" };
    Place::Socket(hex(&if named { host.to_vec() } else { [host, separator, &file].concat() }))
}

/// What asyncpg adds where its environment says nothing but the user's name.
fn completed(parsed: &Parsed) -> Connection {
    let hosts: Vec<Vec<u8>> = if parsed.hosts.is_empty() {
        DEFAULT_HOSTS.iter().map(|host| host.as_bytes().to_vec()).collect()
    } else {
        parsed.hosts.clone()
    };
    let port = |index: usize| parsed.ports.get(index).map_or("5432", String::as_str);
    let user = parsed.user.clone().unwrap_or_else(|| b"osuser".to_vec());
    Connection {
        places: hosts.iter().enumerate().map(|(index, host)| place(host, port(index))).collect(),
        database: hex(parsed.database.as_ref().unwrap_or(&user)),
        user: hex(&user),
        password: parsed.password.as_ref().map(|password| hex(password)),
        server_settings: pairs(
            parsed
                .server_settings
                .iter()
                .map(|(name, value)| (name.as_slice(), vec![value.clone()])),
        ),
    }
}

#[test]
fn asyncpg_reads_every_string_alike() {
    let texts = strings(1_500, 10_000, 0x9B05_688C_2B3E_6C1F);
    let (release, answers) = ask::<Connection>(NEWEST, "consumers/oracle.py", "asyncpg", &texts);
    assert!(release.starts_with("0.32."), "release {release}");
    let mut accepted = 0;
    for (text, mut answer) in texts.iter().zip(answers) {
        if let Answer::Read { read } = &mut answer {
            read.server_settings.sort();
        }
        accepted += usize::from(agree(text, asyncpg::parse(text).map(|parsed| completed(&parsed)), answer));
    }
    assert!(
        accepted * 5 > texts.len(),
        "only {accepted} of {} strings were accepted",
        texts.len()
    );
}
