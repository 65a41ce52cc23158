//! Reads a text as `explain` does.

use dbdoctor::explain::group::Group;
use dbdoctor::explain::scan::Scanner;

/// What was recognised, the lowest layer first.
pub fn groups(log: impl AsRef<[u8]>) -> Vec<Group> {
    let mut scanner = Scanner::default();
    scanner.feed(log.as_ref());
    scanner.finish().groups
}

/// What was recognised: its code, how often, and its first and last line.
pub fn counted(groups: &[Group]) -> Vec<(String, u64, u64, u64)> {
    let counted = |group: &Group| (group.first.kind.code().to_string(), group.count, group.first.line, group.last_line);
    groups.iter().map(counted).collect()
}

/// Sees that every line of `code ~ text` is recognised as its code, and that there are more of them than so many.
#[track_caller]
pub fn all_give_their_codes(rows: &str, more_than: usize) {
    let rows: Vec<(&str, &str)> = rows.lines().filter_map(|line| line.split_once(" ~ ")).collect();
    assert!(rows.len() > more_than, "only {} rows", rows.len());
    let wrong = rows.iter().filter_map(|(expected, text)| {
        let seen = codes(text).join(" ");
        (seen != *expected).then(|| format!("{expected} expected, {seen:?} seen: {text}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// The codes of what was recognised, the lowest layer first.
pub fn codes(log: impl AsRef<[u8]>) -> Vec<String> {
    groups(log).iter().map(|group| group.first.kind.code().to_string()).collect()
}
