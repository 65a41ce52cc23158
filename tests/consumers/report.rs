//! The report of `dbdoctor dsn`: it can always be made, and holds no piece of a password.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use dbdoctor::report::dsn::{Readings, human, json};
use dbdoctor::report::style::{ColorChoice, Style};
use dbdoctor::secret::Secret;
use dbdoctor::settings::source::{Place, Source};

use crate::original::strings;

const CANARY: &str = "Zq7-Canary-9xW";

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both formats of the report.
fn report(text: &[u8]) -> String {
    let readings = Readings::of(&Source::given(Place::Argument), &Secret::new(text), None, false);
    let buffer = Buffer::default();
    human(Box::new(buffer.clone()), Style::settle(ColorChoice::Never, false), &readings);
    json(Box::new(buffer.clone()), &readings);
    let bytes = buffer.0.lock().expect("nobody panics while writing").clone();
    String::from_utf8(bytes).expect("reports are UTF-8")
}

#[test]
fn every_string_has_one() {
    for text in strings(300, 5_000, 0x1F83_D9AB_FB41_BD6B) {
        let report = report(&text);
        assert!(report.contains("\"consumers\""), "{}", String::from_utf8_lossy(&text));
        let rogue = report.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(rogue, None, "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn no_character_of_a_password_opens_a_hole() {
    let pieces = [
        "", "@", "/", ":", "?", "#", "[", "]", "%", "%zz", "%40", "&", "=", ",", " ", "\n", "'", "\\", "://", "@/", "/@", "?a=", "&b=",
        "+", "ä",
    ];
    let forms = [
        "postgresql://app:{}@db.example.com:5432/shop",
        "postgresql://app:{}@db/shop?sslmode=require",
        "postgres://app:{}@db",
        "postgresql+psycopg2://app:{}@db/shop",
        "postgresql+asyncpg://app:{}@db/shop?ssl=require",
        "postgis://app:{}@db/shop",
        "POSTGRESQL://app:{}@db/shop",
        "postgresql:/app:{}@db/shop",
        "postgresql//app:{}@db/shop",
        "app:{}@db:5432/shop",
        "\"postgresql://app:{}@db/shop\"",
        " postgresql://app:{}@db/shop\n",
        "mysql://app:{}@db/shop",
        "postgresql://app:{}",
        "postgresql://app:{}/shop",
        "postgresql://db/shop?user=app&password={}",
        "jdbc:postgresql://db/shop?user=app&password={}",
        "host=db password={} user=app",
        "host=db password='{}' user=app",
        "host=db passwort={} user=app",
    ];
    for form in forms {
        for first in pieces {
            for second in ["", "@", "/", "?", "#"] {
                // Without a host of its own, what follows the "@" is one.
                if form.starts_with("postgresql://app:{}") && !form.contains('@') && (first.contains('@') || second == "@") {
                    continue;
                }
                let text = form.replace("{}", &format!("{CANARY}{first}{CANARY}{second}{CANARY}"));
                let report = report(text.as_bytes());
                let found = report.lines().find(|line| line.to_ascii_lowercase().contains("canary"));
                assert_eq!(found, None, "{text}");
            }
        }
    }
}
