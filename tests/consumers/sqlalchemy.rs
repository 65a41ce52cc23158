//! SQLAlchemy's reading, against its own `make_url` and the arguments that its dialects make, in three releases.

use dbdoctor::consumers::python::query::grouped;
use dbdoctor::consumers::reading::Refusal;
use dbdoctor::consumers::sqlalchemy::arguments::Arguments;
use dbdoctor::consumers::sqlalchemy::url::{Url, make_url};
use dbdoctor::consumers::sqlalchemy::{self, Release};
use serde::Deserialize;

use crate::original::{Answer, Pairs, Refused, agree, ask, hexed, pairs, same_refusal, strings};
use crate::support::python::{NEWEST, Venv};

#[derive(Debug, Deserialize)]
struct Split {
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    query: Pairs,
    arguments: Answer<Pairs>,
}

type Parts = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Pairs,
);

fn parts(url: &Url) -> Parts {
    (
        hexed(url.user.as_ref()),
        hexed(url.password.as_ref()),
        hexed(url.host.as_ref()),
        hexed(url.port.as_ref()),
        hexed(url.database.as_ref()),
        pairs(
            grouped(url.query.clone())
                .iter()
                .map(|(name, values)| (name.as_slice(), values.clone())),
        ),
    )
}

fn arguments(name: &str, url: &Url, release: Release) -> Result<Pairs, Refusal> {
    let driver = sqlalchemy::driver(name, release)?;
    let arguments = Arguments::of(url, driver, release)?;
    Ok(pairs(arguments.iter().map(|(name, values)| (name, values.to_vec()))))
}

fn differential(venv: Venv, release: Release, version: &str, sample: usize, full: usize, seed: u64) {
    let texts = strings(sample, full, seed);
    let (theirs, answers) = ask::<Split>(venv, "consumers/oracle.py", "sqlalchemy", &texts);
    assert!(theirs.starts_with(version), "release {theirs}");
    let (mut split, mut connected) = (0, 0);
    for (text, answer) in texts.iter().zip(answers) {
        let ours = make_url(text, release);
        let (answer, theirs) = match answer {
            Answer::Read { mut read } => {
                read.query.sort();
                let parts = (read.user, read.password, read.host, read.port, read.database, read.query);
                (Answer::Read { read: parts }, Some(read.arguments))
            }
            Answer::Refused(refused) => (Answer::Refused(refused), None),
        };
        split += usize::from(agree(text, ours.as_ref().map(|(_, url)| parts(url)).map_err(Clone::clone), answer));
        let (Ok((name, url)), Some(mut theirs)) = (ours, theirs) else {
            continue;
        };
        let ours = arguments(&name, &url, release);
        match (&ours, &mut theirs) {
            (Err(ours), Answer::Refused(theirs @ Refused { class: None, .. })) => {
                assert_eq!(ours.class, None, "{name}: {theirs:?}");
                continue;
            }
            (Err(ours), Answer::Refused(theirs)) => {
                same_refusal(&String::from_utf8_lossy(text), ours, theirs);
                continue;
            }
            (_, Answer::Read { read }) => read.sort(),
            _ => {}
        }
        connected += usize::from(agree(text, ours, theirs));
    }
    assert!(
        split * 3 > texts.len() && connected * 4 > texts.len(),
        "{split} split, {connected} connected of {}",
        texts.len()
    );
}

#[test]
fn release_2_1_reads_every_string_alike() {
    differential(NEWEST, Release::V21, "2.1.", 1_500, 10_000, 0x6A09_E667_F3BC_C909);
}

#[test]
fn release_2_0_reads_every_string_alike() {
    let venv = Venv("venv-sqlalchemy-2.0", &["sqlalchemy==2.0.58"]);
    differential(venv, Release::V20, "2.0.", 700, 10_000, 0xBB67_AE85_84CA_A73B);
}

#[test]
fn release_1_4_reads_every_string_alike() {
    let venv = Venv("venv-sqlalchemy-1.4", &["sqlalchemy==1.4.54"]);
    differential(venv, Release::V14, "1.4.", 700, 10_000, 0x3C6E_F372_FE94_F82B);
}
