//! The laboratory's passwords: one per role, the same in every run, unlike any other text. No output may ever hold one.

use std::collections::BTreeSet;
use std::sync::Mutex;

use openssl::sha::sha256;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

static GIVEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The password of a role, or of anything else that has a name.
pub fn of(name: &str) -> String {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
    let digest = sha256(format!("dbdoctor laboratory {name}").as_bytes());
    let canary: String = digest[..20]
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect();
    remember(&canary);
    canary
}

/// A password with what makes connection strings break: `@`, `/`, `:`, `#`, `?`, `%` and a blank.
pub fn awkward() -> String {
    let canary = format!("{}@{}/:#?% x", &of("awkward")[..10], &of("awkward")[10..]);
    remember(&canary);
    canary
}

/// A password that is nobody's.
pub fn wrong() -> String {
    of("a wrong password")
}

fn remember(canary: &str) {
    GIVEN.lock().expect("nothing panics with the lock").insert(canary.to_owned());
}

/// The first canary that `text` gives away, whole or eight bytes of it, plain, percent-encoded or in base64: in the form in which it
/// was found.
pub fn found_in(text: &str) -> Option<String> {
    let given = GIVEN.lock().expect("nothing panics with the lock").clone();
    given
        .iter()
        .flat_map(|canary| forms(canary))
        .find(|form| text.contains(form.as_str()))
}

/// So much of a password is too much.
const PART: usize = 8;

/// A secret as it could be written: parts of it, percent-encoded, in base64.
pub fn forms(canary: &str) -> Vec<String> {
    let bytes = canary.as_bytes();
    let every_byte = bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let parts = bytes.windows(PART).filter_map(|part| std::str::from_utf8(part).ok());
    let mut forms: Vec<String> = parts.map(str::to_owned).collect();
    forms.extend([
        canary.to_owned(),
        utf8_percent_encode(canary, NON_ALPHANUMERIC).to_string(),
        every_byte.to_lowercase(),
        every_byte,
    ]);
    // In base64 the same bytes look different at each of three offsets; the first and last digits depend on the neighbours.
    for offset in 0..3 {
        let padded = [&b"\0\0"[..offset], bytes].concat();
        let encoded = openssl::base64::encode_block(&padded);
        let whole = encoded.trim_end_matches('=');
        forms.push(whole[if offset == 0 { 0 } else { 4 }..whole.len() - 2].to_owned());
    }
    forms
}
