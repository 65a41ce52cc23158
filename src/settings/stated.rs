//! Judges what the application itself says of its database.

use super::choice::Part;
use super::dsn::{self, Judged};
use super::parts;
use super::source::{Place, Source};
use crate::application::django::DUMMY;
use crate::application::stated::Stated;
use crate::conninfo::keyword;
use crate::consumers::choice::Installed;
use crate::finding::config::{framework_refuses, missing_setting, not_postgres, sqlite_fallback, unknown_parameter};
use crate::secret::Secret;

/// Arguments of the drivers that are not libpq's.
const DRIVERS_OWN: &[&str] = &[
    "async",
    "async_",
    "autocommit",
    "connection_factory",
    "context",
    "cursor_factory",
    "prepare_threshold",
    "row_factory",
];

/// Drivers that hand what they are given to libpq.
const OF_LIBPQ: &[&str] = &["psycopg2", "psycopg2cffi", "psycopg", "psycopg_async"];

/// What Django calls the parts of a connection.
const PARTS: &[(&str, &str)] = &[
    ("NAME", "dbname"),
    ("USER", "user"),
    ("PASSWORD", "password"),
    ("HOST", "host"),
    ("PORT", "port"),
];

/// Where the application has it.
#[must_use]
pub fn source(stated: &Stated) -> Source {
    named(stated, stated.name.clone())
}

fn named(stated: &Stated, name: String) -> Source {
    Source {
        place: Place::Application(stated.asked.clone()),
        variables: vec![(name, None)],
    }
}

/// Judges the settings; what the driver is handed counts.
#[must_use]
pub fn judge(stated: &Stated, installed: Option<&Installed>) -> Judged {
    let source = source(stated);
    let mut judged = Judged {
        certain: true,
        driver: stated.driver.clone(),
        ..Judged::default()
    };
    if stated.url.is_some() {
        dialect(stated, &source, &mut judged);
    } else {
        engine(stated, &source, &mut judged);
    }
    if judged.broken() {
        return judged;
    }
    let of_libpq = stated.driver.as_ref().is_none_or(|driver| OF_LIBPQ.contains(&driver.raw()));
    match &stated.url {
        Some(url) if !of_libpq || stated.given.is_empty() => {
            let read = dsn::judge_for(&source, url.reveal(), installed);
            // The application has read it: how others would is beside the point.
            Judged {
                disagreement: None,
                ..read
            }
        }
        Some(_) | None => {
            for (name, secret) in &stated.settings {
                if let Some((_, keyword)) = PARTS.iter().find(|(known, _)| known == name) {
                    let subject = format!("{}[\"{name}\"]", stated.name);
                    part(&named(stated, subject), name, keyword, secret, &mut judged);
                }
            }
            for (name, value) in &stated.given {
                given(&source, name, value, &mut judged);
            }
            judged
        }
    }
}

fn dialect(stated: &Stated, source: &Source, judged: &mut Judged) {
    match stated.engine.raw() {
        "postgresql" | "cockroachdb" | "redshift" => {}
        "sqlite" => judged.findings.push(sqlite_fallback::found(source)),
        other => judged.findings.push(not_postgres::scheme(source, other.as_bytes())),
    }
}

fn engine(stated: &Stated, source: &Source, judged: &mut Judged) {
    let engine = stated.engine.raw();
    if ["", DUMMY].contains(&engine) {
        judged.findings.push(missing_setting::engine(source));
    } else {
        parts::engine(source, engine.as_bytes(), judged);
    }
    if let (Some(refused), false) = (&stated.refused, judged.broken()) {
        judged.findings.push(framework_refuses::found(source, &stated.framework, refused));
    }
}

fn part(source: &Source, name: &str, keyword: &'static str, value: &Secret, judged: &mut Judged) {
    let part = Part {
        variable: name.to_owned(),
        keyword,
        value: value.clone(),
    };
    parts::value(source, &part, judged);
}

fn given(source: &Source, name: &str, value: &Secret, judged: &mut Judged) {
    let name = if name == "database" { "dbname" } else { name };
    match keyword::find(name.as_bytes()) {
        // What was judged as a part stays as it was judged.
        Some(keyword) if judged.parameters.get(keyword.name).is_some() => {}
        Some(keyword) if PARTS.iter().any(|(_, part)| *part == keyword.name) => {
            part(source, keyword.name, keyword.name, value, judged);
        }
        Some(keyword) => judged.parameters.set(keyword.name, value.clone()),
        None if DRIVERS_OWN.contains(&name) => {}
        None => {
            let finding = unknown_parameter::found(source, Some(&name.into()), unknown_parameter::Reader::Libpq);
            judged.findings.push(finding);
        }
    }
}
