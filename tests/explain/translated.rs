//! Messages in other languages: `code ~ text`, the texts from the message catalogues as the programs print them.

use crate::harness::codes;

#[test]
fn a_translated_message_gives_the_code_of_its_english() {
    let rows: Vec<(&str, &str)> = include_str!("translated.txt")
        .lines()
        .filter_map(|line| line.split_once(" ~ "))
        .collect();
    assert!(rows.len() > 200, "only {} rows", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(expected, text)| {
            let seen = codes(text).join(" ");
            (seen != *expected).then(|| format!("{expected} expected, {seen:?} seen: {text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_shown_is_what_stood_there() {
    let text = "FATAL:  Passwort-Authentifizierung für Benutzer »app« fehlgeschlagen";
    let groups = crate::harness::groups(text);
    assert_eq!(groups[0].first.facts.get("role"), Some("app"));
    assert!(
        groups[0].first.excerpt.contains("Passwort-Authentifizierung"),
        "{}",
        groups[0].first.excerpt
    );
}
