//! Our parser and the real one, string by string, keyword by keyword.

use std::collections::BTreeMap;
use std::fmt::Write;

use dbdoctor::conninfo::validate::{self, Invalid};
use dbdoctor::conninfo::{self, Version, keyword};
use serde::Deserialize;

use crate::corpus;
use crate::strings;
use crate::support::python::NEWEST;

#[derive(Deserialize)]
struct Answers {
    keywords: Vec<(String, Option<String>, Option<String>)>,
    parsed: Vec<BTreeMap<String, String>>,
    checked: Vec<String>,
}

fn ask() -> (Answers, Answers) {
    let hex = |list: &[Vec<u8>]| list.iter().map(|text| to_hex(text)).collect::<Vec<_>>();
    let question = serde_json::json!({"parse": hex(&to_parse()), "check": hex(&corpus::to_check())});
    let mut answers: BTreeMap<String, Answers> =
        serde_json::from_str(&NEWEST.run_script("conninfo/libpq.py", &[], question.to_string())).expect("valid JSON");
    (answers.remove("17").expect("libpq 17"), answers.remove("18").expect("libpq 18"))
}

fn to_parse() -> Vec<Vec<u8>> {
    strings::generated(2_000, 0x5DEE_CE66_D1CE_4E5B)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes all");
        out
    })
}

#[test]
fn every_string_is_read_and_refused_as_libpq_does_it() {
    let (v17, v18) = ask();
    let mut accepted = 0;
    for (version, answers) in [(Version::V17, &v17), (Version::V18, &v18)] {
        assert_eq!(answers.parsed.len(), to_parse().len());
        for (text, theirs) in to_parse().iter().zip(&answers.parsed) {
            let shown = String::from_utf8_lossy(text);
            match (conninfo::parse(text, version), theirs.get("")) {
                (Ok(ours), None) => {
                    let ours: BTreeMap<String, String> =
                        ours.iter().map(|(name, value)| (name.to_owned(), to_hex(value.reveal()))).collect();
                    assert_eq!(&ours, theirs, "{version:?} reads {shown:?} otherwise");
                    accepted += 1;
                }
                (Err(_), Some(_)) => {}
                (Ok(_), Some(message)) => panic!("{version:?} refuses {shown:?}: {message}"),
                (Err(error), None) => panic!("{version:?} accepts {shown:?}, not: {error}"),
            }
        }
    }
    assert!(accepted > 500, "only {accepted} strings were accepted: the corpus has no bite");
}

#[test]
fn the_table_of_keywords_is_libpqs() {
    let (v17, v18) = ask();
    for (version, answers) in [(17, v17), (18, v18)] {
        let ours: Vec<_> = keyword::KEYWORDS
            .iter()
            .filter(|keyword| keyword.since <= version)
            .map(|keyword| (keyword.name, keyword.env, keyword.default))
            .collect();
        let theirs: Vec<_> = answers
            .keywords
            .iter()
            // Depends on how libpq was built.
            .map(|(name, env, default)| match name.as_str() {
                "gssencmode" => (name.as_str(), env.as_deref(), Some("prefer")),
                _ => (name.as_str(), env.as_deref(), default.as_deref()),
            })
            .collect();
        assert_eq!(ours, theirs, "libpq {version}");
    }
}

#[test]
fn values_are_refused_where_libpq_refuses_them() {
    let (v17, _) = ask();
    for (text, message) in corpus::to_check().iter().zip(&v17.checked) {
        let parameters = conninfo::parse(text, Version::V17).expect("the corpus parses");
        let default_mode = if parameters.get("sslrootcert") == Some(b"system") {
            "verify-full"
        } else {
            "prefer"
        };
        let found = validate::check(|keyword| {
            parameters
                .get(keyword)
                .or((keyword == "sslmode").then_some(default_mode.as_bytes()))
        });
        let shown = String::from_utf8_lossy(text);
        let refused =
            !message.starts_with("connection to server") || message.contains("invalid integer") || message.contains("invalid port");
        assert_eq!(!found.is_empty(), refused, "{shown}: libpq says {message:?}, found {found:?}");
        if let [Invalid::NotOneOf { keyword, .. }] = found.as_slice() {
            assert!(message.contains(keyword), "{shown}: {message}");
        }
    }
}
