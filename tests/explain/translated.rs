//! Messages in other languages: `code ~ text`, the texts from the message catalogues as the programs print them.

use crate::harness::all_give_their_codes;

#[test]
fn a_translated_message_gives_the_code_of_its_english() {
    all_give_their_codes(include_str!("translated.txt"), 200);
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
