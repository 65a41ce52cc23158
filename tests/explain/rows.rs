//! One line per fault of the catalogue of faults: `code ~ text`, as the programs print it.

use crate::harness::codes;

#[test]
fn every_fault_gives_its_code() {
    let rows: Vec<(&str, &str)> = include_str!("rows.txt").lines().filter_map(|line| line.split_once(" ~ ")).collect();
    assert!(rows.len() > 140, "only {} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(expected, text)| {
            let seen = codes(text).join(" ");
            (seen != *expected).then(|| format!("{expected} expected, {seen:?} seen: {text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}
