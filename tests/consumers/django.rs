//! The readings of dj-database-url and django-environ, against their own.

use dbdoctor::consumers::django::Settings;
use dbdoctor::consumers::reading::Refusal;
use dbdoctor::consumers::{dj_database_url, django_environ};
use serde::Deserialize;

use crate::original::{Answer, Pairs, agree, ask, hex, pairs, strings};
use crate::support::python::NEWEST;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Entry {
    engine: String,
    user: String,
    password: String,
    host: String,
    port: String,
    name: String,
    options: Pairs,
}

/// User, password, host, port, name, options.
type Parts = ([String; 5], Pairs);

fn ours(settings: &Settings) -> Parts {
    let texts = [&settings.user, &settings.password, &settings.host, &settings.port, &settings.name];
    let options = settings.options.iter().map(|(name, values)| (name.as_slice(), values.clone()));
    (texts.map(|text| hex(text)), pairs(options))
}

fn theirs(mut entry: Entry) -> Parts {
    entry.options.sort();
    ([entry.user, entry.password, entry.host, entry.port, entry.name], entry.options)
}

#[test]
fn dj_database_url_reads_every_string_alike() {
    let texts = strings(1_500, 10_000, 0xA54F_F53A_5F1D_36F1);
    let (release, answers) = ask::<Entry>(NEWEST, "consumers/oracle.py", "dj-database-url", &texts);
    assert!(release.starts_with("3."), "release {release}");
    let foreign = ["mysql", "sqlite3", "spatialite", "oracle", "mssql", "pyodbc"].map(|name| hex(name.as_bytes()));
    let mut accepted = 0;
    for (text, answer) in texts.iter().zip(answers) {
        let read = dj_database_url::parse(text);
        if read.as_ref().is_err_and(|refusal| refusal.class.is_none()) {
            // Another database's scheme: nothing more is read here.
            if let Answer::Read { read: entry } = answer {
                assert!(
                    foreign.iter().any(|name| entry.engine.contains(name)),
                    "{}",
                    String::from_utf8_lossy(text)
                );
            }
            continue;
        }
        let answer = match answer {
            Answer::Read { read } => Answer::Read { read: theirs(read) },
            Answer::Refused(refused) => Answer::Refused(refused),
        };
        accepted += usize::from(agree(text, read.map(|settings| ours(&settings)), answer));
    }
    assert!(
        accepted * 5 > texts.len(),
        "only {accepted} of {} strings were accepted",
        texts.len()
    );
}

#[test]
fn django_environ_reads_every_string_alike() {
    let texts = strings(1_500, 10_000, 0x510E_527F_ADE6_82D1);
    let (release, answers) = ask::<Option<Entry>>(NEWEST, "consumers/oracle.py", "django-environ", &texts);
    assert!(release.starts_with("0.14."), "release {release}");
    let mut accepted = 0;
    for (text, answer) in texts.iter().zip(answers) {
        let read: Result<Option<Parts>, Refusal> =
            django_environ::parse(text).map(|(scheme, settings)| (!scheme.is_empty()).then(|| ours(&settings)));
        let answer = match answer {
            Answer::Read { read } => Answer::Read { read: read.map(theirs) },
            Answer::Refused(refused) => Answer::Refused(refused),
        };
        accepted += usize::from(agree(text, read, answer));
    }
    assert!(
        accepted * 5 > texts.len(),
        "only {accepted} of {} strings were accepted",
        texts.len()
    );
}
