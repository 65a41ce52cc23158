//! Asks the originals, and compares refusals.

use std::fmt::Write;

use dbdoctor::consumers::reading::Refusal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::strings;
use crate::support::python::Venv;

/// An answer of an original.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Answer<T> {
    Refused(Refused),
    Read { read: T },
}

/// An original's exception, or libpq's message.
#[derive(Debug, Deserialize)]
pub struct Refused {
    pub class: Option<String>,
    pub words: String,
}

/// The strings: those from the field, the known ones, and generated ones; more of them under `DBDOCTOR_TESTS=full`.
pub fn strings(sample: usize, full: usize, seed: u64) -> Vec<Vec<u8>> {
    let count = match std::env::var("DBDOCTOR_TESTS").as_deref() {
        Ok("full") => full,
        _ => sample,
    };
    let field: Vec<String> = serde_json::from_str(include_str!("field.json")).expect("a list of strings");
    let mut all: Vec<Vec<u8>> = field.into_iter().map(String::into_bytes).collect();
    all.extend(strings::generated(count, seed));
    // No driver can be handed a byte of value zero.
    all.retain(|text| !text.contains(&0));
    all
}

/// What the original says of each string, and its release.
pub fn ask<T: DeserializeOwned>(venv: Venv, script: &str, argument: &str, texts: &[Vec<u8>]) -> (String, Vec<Answer<T>>) {
    let mut question = String::new();
    for text in texts {
        question.push_str(&hex(text));
        question.push('\n');
    }
    let output = venv.run_script(script, &[argument], question);
    let mut lines = output.lines();
    let release = lines.next().expect("the release").trim_matches('"').to_owned();
    let answers: Vec<Answer<T>> = lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    assert_eq!(answers.len(), texts.len(), "{argument} answers every string");
    (release, answers)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes all");
        out
    })
}

pub fn hexed(bytes: Option<&Vec<u8>>) -> Option<String> {
    bytes.map(|bytes| hex(bytes))
}

/// Names and values, sorted.
pub type Pairs = Vec<(String, Vec<String>)>;

pub fn pairs<'a, V: AsRef<[u8]> + 'a>(list: impl IntoIterator<Item = (&'a [u8], Vec<V>)>) -> Pairs {
    let mut all: Pairs = list
        .into_iter()
        .map(|(name, values)| (hex(name), values.iter().map(|value| hex(value.as_ref())).collect()))
        .collect();
    all.sort();
    all
}

/// Both sides of a string, ready to compare: a reading, or a refusal with the class that the original gives.
pub fn agree<T: PartialEq + std::fmt::Debug>(text: &[u8], ours: Result<T, Refusal>, theirs: Answer<T>) -> bool {
    let shown = String::from_utf8_lossy(text);
    match (ours, theirs) {
        (Ok(ours), Answer::Read { read }) => {
            assert_eq!(ours, read, "{shown:?} is read otherwise");
            true
        }
        (Err(ours), Answer::Refused(theirs)) => {
            same_refusal(&shown, &ours, &theirs);
            false
        }
        (Ok(ours), Answer::Refused(theirs)) => panic!("{shown:?} is refused ({theirs:?}), not read as {ours:?}"),
        (Err(ours), Answer::Read { read }) => panic!("{shown:?} is read as {read:?}, not refused: {ours}"),
    }
}

/// The same class, and the same words where ours are not masked.
pub fn same_refusal(shown: &str, ours: &Refusal, theirs: &Refused) {
    assert_eq!(
        ours.class,
        theirs.class.as_deref(),
        "{shown:?} is refused with {theirs:?}, not: {ours}"
    );
    assert!(
        matches(&ours.words, &theirs.words),
        "{shown:?} is refused with {theirs:?}, not: {ours}"
    );
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split("***");
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}
