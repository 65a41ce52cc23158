//! What other services, clients and the operating system write: nothing of it is recognised.

use std::collections::BTreeSet;

use dbdoctor::explain::catalogue::entries;

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

/// Its words, without marks and numbers, each with a blank on both sides.
fn words(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1);
    words.fold(" ".to_owned(), |all, word| all + &word.to_ascii_lowercase() + " ")
}

#[test]
fn each_text_of_the_catalogue_has_a_near_miss() {
    let lines: Vec<String> = include_str!("not_ours.txt")
        .lines()
        .chain(include_str!("ordinary.txt").lines())
        .map(words)
        .collect();
    let far: Vec<String> = entries()
        .iter()
        .filter(|entry| {
            let pieces: Vec<String> = entry.template.literals().map(words).collect();
            let pieces: Vec<Vec<&str>> = pieces.iter().map(|piece| piece.split_whitespace().collect()).collect();
            let count: usize = pieces.iter().map(Vec::len).sum();
            if count < 2 {
                // What comes near to a name of one word is another name.
                return false;
            }
            let is_short = count < 4;
            let pairs = pieces
                .iter()
                .flat_map(|piece| piece.windows(2))
                .map(|pair| format!(" {} ", pair.join(" ")));
            let long = pieces
                .iter()
                .flatten()
                .filter(|word| is_short && word.len() > 4)
                .map(|word| (*word).to_owned());
            let near: Vec<String> = pairs.chain(long).collect();
            !lines.iter().any(|line| near.iter().any(|near| line.contains(near)))
        })
        .map(|entry| entry.template.literals().collect::<Vec<_>>().join("…"))
        .collect();
    assert!(far.is_empty(), "no line comes near to:\n{}", far.join("\n"));
}
