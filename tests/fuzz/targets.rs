//! What is given the texts: every reader of a language that others write.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use openssl::x509::X509;
use tokio::io::AsyncReadExt as _;

use dbdoctor::app_server;
use dbdoctor::conninfo::{self, Version, mask, passfile, service_file};
use dbdoctor::consumers::{Consumer, asyncpg, dj_database_url, django_environ, intended, libpq};
use dbdoctor::dns::hosts_file;
use dbdoctor::explain::scan::Scanner;
use dbdoctor::foreign::Foreign;
use dbdoctor::migrations::survey;
use dbdoctor::net::greeting::{self, Speaker};
use dbdoctor::net::server_hello::ServerHello;
use dbdoctor::pool::seen::{LimitsSeen, Prepared, Session, Wait, clients, groups, holders, transactions};
use dbdoctor::privileges::defaults::Given;
use dbdoctor::privileges::holdings::Holding;
use dbdoctor::privileges::relations::RelationsSeen;
use dbdoctor::privileges::schemas::Entry;
use dbdoctor::privileges::sequences::SequencesSeen;
use dbdoctor::privileges::session::SessionSeen;
use dbdoctor::privileges::setting;
use dbdoctor::process;
use dbdoctor::secret::Secret;
use dbdoctor::server::answer::Record as _;
use dbdoctor::server::watch::Watch;
use dbdoctor::server::wire;
use dbdoctor::settings::dialect::Dialect;
use dbdoctor::systemd::{specifier, unit_file, words};
use dbdoctor::targets::{self, Which};
use dbdoctor::tls::certificate::Certificate;

use crate::random::Random;

pub fn connection_strings(text: &[u8], _: &mut Random) {
    for major in 13..=18 {
        let _ = conninfo::parse(text, Version::of_major(major));
        let _ = libpq::read_leniently(text, Version::of_major(major));
    }
    for consumer in Consumer::ALL {
        let _ = consumer.read(text);
    }
    let _ = asyncpg::parse(text);
    let _ = dj_database_url::parse(text);
    let _ = django_environ::parse(text);
    if let Some(parts) = intended::take_apart(text) {
        let _ = parts.spelling();
    }
    let _ = passfile::lookup(text, b"localhost", 5432, b"shop", b"app");
    let _ = service_file::read(text, b"shop");
    shown(&mask::mask_dsn(&String::from_utf8_lossy(text)));
    let _ = mask::mask_argument(&String::from_utf8_lossy(text));
}

pub fn env_files(text: &[u8], _: &mut Random) {
    for dialect in [Dialect::Systemd, Dialect::Dotenv, Dialect::Docker, Dialect::Compose] {
        let _ = dialect.parse(text);
    }
    let _ = process::variables(text);
    let _ = hosts_file::addresses_in(&String::from_utf8_lossy(text), "db.example.com");
}

pub fn units(text: &[u8], _: &mut Random) {
    let root = Path::new("/nonexistent");
    for setting in unit_file::parse(text) {
        let split = words::split(&setting.value).words;
        for word in &split {
            let _ = specifier::resolve(word, "shop@web.service", root);
        }
        let command: Vec<Secret> = split.into_iter().map(Secret::new).collect();
        let _ = app_server::read(&command, &BTreeMap::new(), None, false);
    }
}

pub fn target_files(text: &[u8], _: &mut Random) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), text).expect("the file is ours");
    if let Err(wrong) = targets::find(Which::All, Some(file.path())) {
        assert!(!format!("{wrong:#}").contains('\x1b'), "{wrong:#}");
    }
}

/// In pieces of any size a log says what it says as a whole.
pub fn logs(text: &[u8], random: &mut Random) {
    let codes = |scanner: Scanner| {
        let groups = scanner.finish().groups;
        groups
            .iter()
            .map(|group| format!("{} {}", group.finding().kind.code(), group.count))
            .collect::<Vec<_>>()
    };
    let mut whole = Scanner::default();
    whole.feed(text);
    let mut pieces = Scanner::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(1 + random.below(rest.len().min(300)));
        pieces.feed(now);
        rest = later;
    }
    assert_eq!(codes(whole), codes(pieces));
}

pub fn server_messages(text: &[u8], random: &mut Random) {
    shown(&wire::error_fields(text).to_string());
    shown(&greeting::shown(text));
    let _ = Speaker::of(text);
    if let Some(hello) = ServerHello::find(text) {
        let _ = (hello.protocol(), hello.cipher(), hello.group());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        if let Ok(error) = wire::read_error(&mut &text[..], &[]).await {
            shown(&error.to_string());
        }
        let (mut watch, _) = Watch::new(text, None);
        let mut piece = vec![0; 1 + random.below(64)];
        while watch.read(&mut piece).await.is_ok_and(|length| length > 0) {}
    });
}

/// Rows of a server that answers what it likes.
pub fn answers(text: &[u8], random: &mut Random) {
    let rows: Vec<Vec<Option<String>>> = (0..=random.below(3))
        .map(|_| {
            let count = random.below(24);
            (0..count).map(|_| value(text, random)).collect()
        })
        .collect();
    let _ = SessionSeen::read(&rows);
    let _ = (setting::read(&rows), Entry::all(&rows), Holding::all(&rows), Given::all(&rows));
    let _ = RelationsSeen::read(&rows);
    let _ = SequencesSeen::read(&rows);
    if let Ok(limits) = LimitsSeen::only(&rows, "no row") {
        let _ = (limits.room(), limits.free());
    }
    if let Ok(sessions) = Session::all(&rows) {
        let groups = groups(&sessions);
        let _ = (holders(&groups), clients(&groups), transactions(&sessions, &Foreign::from("shop")));
    }
    let _ = Prepared::all(&rows);
    if let Ok(waits) = Wait::all(&rows) {
        for wait in &waits {
            let _ = (wait.heads(&waits), wait.chain(&waits));
        }
    }
}

fn value(text: &[u8], random: &mut Random) -> Option<String> {
    const VALUES: &[&str] = &[
        "t",
        "f",
        "0",
        "1",
        "-1",
        "100",
        "9223372036854775807",
        "-9223372036854775808",
        "[]",
        "[[]]",
        "{}",
        "[\"app\"]",
        "[null]",
        "",
    ];
    match random.below(8) {
        0 => None,
        1 => Some(String::from_utf8_lossy(&text[..random.below(text.len() + 1)]).into_owned()),
        _ => Some(VALUES[random.below(VALUES.len())].to_owned()),
    }
}

/// The corpus holds certificates as PEM; what is changed is what they encode.
pub fn certificates(text: &[u8], random: &mut Random) {
    let read = |certificate: &X509| {
        let certificate = Certificate::read(certificate);
        for name in certificate.names() {
            shown(&name);
        }
        shown(&certificate.subject.to_string());
        let _ = certificate.fits("db.example.com");
        let _ = certificate.fits("127.0.0.1");
        let _ = certificate.fits("");
    };
    for certificate in X509::stack_from_pem(text).unwrap_or_default() {
        read(&certificate);
        let mut der = certificate.to_der().expect("it was read");
        for _ in 0..=random.below(3) {
            let at = random.below(der.len());
            der[at] ^= 1 << random.below(8);
        }
        if let Ok(changed) = X509::from_der(&der) {
            read(&changed);
        }
    }
}

pub fn alembic_revisions(text: &[u8], _: &mut Random) {
    in_a_project(&[
        ("alembic.ini", b"[alembic]\nscript_location = migrations\n"),
        ("migrations/env.py", b""),
        ("migrations/versions/one.py", text),
        ("migrations/versions/two.py", b"revision = 'two'\ndown_revision = 'one'\n"),
    ]);
    in_a_project(&[("alembic.ini", text), ("migrations/env.py", text)]);
}

pub fn django_migrations(text: &[u8], _: &mut Random) {
    in_a_project(&[
        (
            "manage.py",
            b"import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        ),
        ("shop/settings.py", text),
        ("orders/__init__.py", b""),
        ("orders/migrations/__init__.py", b""),
        ("orders/migrations/0001_initial.py", text),
    ]);
}

fn in_a_project(files: &[(&str, &[u8])]) {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        let path = directory.path().join(OsStr::from_bytes(name.as_bytes()));
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("the directory is ours");
        fs::write(path, text).expect("the directory is ours");
    }
    let _ = survey(directory.path(), None);
}

/// What is shown has no control character.
fn shown(text: &str) {
    let text = Foreign::new(text).to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
