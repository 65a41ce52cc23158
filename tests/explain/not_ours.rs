//! What other services, clients and the operating system write: nothing of it is recognised.

use std::collections::BTreeSet;

use crate::harness::codes;

#[test]
fn no_line_of_others_is_recognised() {
    let lines: Vec<&str> = include_str!("not_ours.txt").lines().collect();
    let without_numbers = |line: &&str| line.replace(|c: char| c.is_ascii_digit(), "");
    let kinds: BTreeSet<String> = lines.iter().map(without_numbers).collect();
    assert!(kinds.len() >= 500, "only {} kinds of lines", kinds.len());
    let wrong: Vec<String> = lines
        .iter()
        .filter(|line| !codes(line).is_empty())
        .map(|line| format!("{:?}: {line}", codes(line)))
        .collect();
    assert!(wrong.is_empty(), "{} lines\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_log_of_others_is_not_recognised_either() {
    assert_eq!(codes(include_str!("not_ours.txt")), Vec::<String>::new());
}

#[test]
fn no_line_of_an_ordinary_day_is_recognised() {
    let lines: Vec<&str> = include_str!("ordinary.txt").lines().collect();
    assert!(lines.len() >= 2000, "only {} lines", lines.len());
    let wrong: Vec<&&str> = lines.iter().filter(|line| !codes(line).is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(codes(include_str!("ordinary.txt")), Vec::<String>::new());
}
