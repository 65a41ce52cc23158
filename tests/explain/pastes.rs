//! Texts as they are copied out of chats, mails, web pages and Windows' files.

use std::io::Cursor;

use dbdoctor::explain::input;

use crate::collectors::Collector;
use crate::messages::messages;

const SOURCES: &[(&str, Collector)] = &[
    ("blanks that do not break", |text| text.replace(' ', "\u{a0}")),
    ("every other blank", |text| text.replace("  ", "\u{a0} ")),
    ("quotation marks of a chat", curled),
    ("a web page's source", |text| {
        let escapes = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#x27;")];
        let escaped = escapes.iter().fold(text.to_owned(), |text, (c, escape)| text.replace(*c, escape));
        format!("<pre>\n{escaped}</pre>\n")
    }),
];

/// Straight quotation marks as a chat makes them.
fn curled(text: &str) -> String {
    let mut is_open = false;
    text.chars()
        .map(|c| match c {
            '"' => {
                is_open = !is_open;
                if is_open { '“' } else { '”' }
            }
            '\'' => '’',
            c => c,
        })
        .collect()
}

fn codes(text: impl Into<Vec<u8>>) -> String {
    let told = input::read(Box::new(Cursor::new(text.into())), None).expect("a text can be read");
    let codes: Vec<String> = told.groups.iter().map(|group| group.first.kind.code().to_string()).collect();
    codes.join(" ")
}

#[test]
fn a_copied_text_gives_the_codes_of_the_original() {
    for (name, source) in SOURCES {
        for (expected, text) in messages() {
            let text = source(&text);
            assert_eq!(codes(text.as_str()), expected, "{name}:\n{text}");
        }
    }
}

#[test]
fn a_file_that_windows_wrote_is_read() {
    let text = "FATAL:  Passwort-Authentifizierung für Benutzer »app« fehlgeschlagen\r\n";
    let bytes: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(codes(bytes), "auth/password-rejected");
}

#[test]
fn a_packed_file_is_not_searched() {
    let error = input::read(Box::new(Cursor::new(b"\x1f\x8b\x08\0\0".to_vec())), None).expect_err("it is no text");
    assert!(format!("{error:#}").contains("zcat FILE | dbdoctor explain"), "{error:#}");
}
