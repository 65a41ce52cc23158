//! libpq's reading, against `PQconninfoParse` of the real one in several versions.

use std::collections::BTreeMap;

use dbdoctor::conninfo::{self, Version};
use dbdoctor::consumers::libpq;

use crate::original::{agree, ask, hex, strings};
use crate::support::python::NEWEST;

fn differential(library: &str, seed: u64) -> Version {
    let texts = strings(3_000, 100_000, seed);
    let (major, answers) = ask::<BTreeMap<String, String>>(NEWEST, "consumers/libpq.py", library, &texts);
    let version = Version::of_major(major.parse().expect("a number"));
    let mut accepted = 0;
    for (text, theirs) in texts.iter().zip(answers) {
        let ours = conninfo::parse(text, version)
            .map(|parameters| {
                parameters
                    .iter()
                    .map(|(name, value)| (name.to_owned(), hex(value.reveal())))
                    .collect()
            })
            .map_err(|error| libpq::refusal(&error));
        accepted += usize::from(agree(text, ours, theirs));
    }
    assert!(
        accepted * 7 > texts.len(),
        "only {accepted} of {} strings were accepted",
        texts.len()
    );
    version
}

#[test]
fn the_systems_libpq_reads_every_string_alike() {
    // Debian 12 has libpq 15; whatever is installed is judged by its own rules.
    differential("libpq.so.5", 0x2545_F491_4F6C_DD1D);
}

#[test]
fn libpq_17_reads_every_string_alike() {
    assert_eq!(differential("psycopg2_binary", 0x9E37_79B9_7F4A_7C15), Version::V17);
}

#[test]
fn libpq_18_reads_every_string_alike() {
    assert_eq!(differential("psycopg_binary", 0xD1B5_4A32_D192_ED03), Version::V18);
}
