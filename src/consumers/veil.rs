//! Shows what a consumer read without showing a piece of the password that it may have read there.

use super::intended::Intended;
use super::python::quoting::quote;
use super::reading::Reading;
use crate::conninfo::mask::MASK;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::wordlike;

/// The length of a piece of the password that gives it away, in bytes.
const TELLING: usize = 3;

/// What must not be shown, and what may be.
#[derive(Debug, Default)]
pub struct Veil {
    /// In lower case.
    secrets: Vec<Secret>,
    public: Vec<Secret>,
    lifted: bool,
}

impl Veil {
    /// Hides the password of a connection string, as it is written and decoded. Without knowing it, nothing is shown.
    #[must_use]
    pub fn over(intended: Option<&Intended>) -> Self {
        let Some(intended) = intended else { return Self::default() };
        let Reading {
            places,
            user,
            password,
            database,
            ..
        } = &intended.reading;
        let named = [user, database]
            .into_iter()
            .chain(places.iter().flat_map(|place| [&place.host, &place.port]));
        Self {
            secrets: [&intended.written_password, password]
                .into_iter()
                .flatten()
                .flat_map(variants)
                .collect(),
            public: named
                .flatten()
                .filter(|name| Some(*name) != password.as_ref() || name.reveal_str().is_some_and(wordlike::is_name))
                .cloned()
                .collect(),
            lifted: false,
        }
    }

    /// Hides nothing.
    #[must_use]
    pub fn lifted() -> Self {
        Self {
            lifted: true,
            ..Self::default()
        }
    }

    /// A password.
    #[must_use]
    pub fn password(&self, value: &Secret) -> String {
        if self.lifted { shown(value.reveal()) } else { MASK.to_owned() }
    }

    /// A port: what is no number may be a piece of a password.
    #[must_use]
    pub fn port(&self, value: &Secret) -> String {
        let is_number = value.reveal().iter().all(u8::is_ascii_digit);
        if is_number && !self.hides_whole(value.reveal()) || self.lifted {
            shown(value.reveal())
        } else {
            MASK.to_owned()
        }
    }

    /// Another value; pieces of the password at its ends and inside are masked.
    #[must_use]
    pub fn value(&self, value: &Secret) -> String {
        let bytes = value.reveal();
        if self.lifted || self.public.contains(value) {
            return shown(bytes);
        }
        if self.public.is_empty() || self.hides_whole(bytes) {
            return MASK.to_owned();
        }
        let lower = bytes.to_ascii_lowercase();
        let mut start = 0;
        let mut end = bytes.len();
        for secret in self.secrets.iter().map(Secret::reveal) {
            let head = (1..=secret.len())
                .rev()
                .find(|length| lower.starts_with(&secret[secret.len() - length..]));
            let tail = (1..=secret.len()).rev().find(|length| lower.ends_with(&secret[..*length]));
            start = start.max(head.unwrap_or_default());
            end = end.min(bytes.len() - tail.unwrap_or_default());
        }
        if start >= end || self.shares_a_piece(&lower[start..end]) {
            return MASK.to_owned();
        }
        let mask = |masked: bool| if masked { MASK } else { "" };
        format!("{}{}{}", mask(start > 0), shown(&bytes[start..end]), mask(end < bytes.len()))
    }

    /// Whether it has a piece in common with the password that is long enough to be no accident.
    fn shares_a_piece(&self, lower: &[u8]) -> bool {
        let telling = |secret: &Secret| lower.windows(TELLING).any(|piece| contains(secret.reveal(), piece));
        self.secrets.iter().any(telling)
    }

    /// Whether it is a piece of the password, and nothing that the connection string names otherwise.
    fn hides_whole(&self, bytes: &[u8]) -> bool {
        let is_public = self.public.iter().any(|public| public.reveal() == bytes);
        let lower = bytes.to_ascii_lowercase();
        !is_public && self.secrets.iter().any(|secret| contains(secret.reveal(), &lower))
    }
}

/// What parsers make of a secret: blanks for plus signs, line ends left out, codes for everything; in lower case, as hosts come out.
fn variants(secret: &Secret) -> Vec<Secret> {
    let lower = secret.reveal().to_ascii_lowercase();
    let joined: Vec<u8> = lower
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n'))
        .collect();
    let blanks: Vec<u8> = joined.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let quoted = quote(&joined, b":/?&=@").to_ascii_lowercase();
    let mut all = vec![lower, joined, blanks, quoted];
    all.retain(|variant| !variant.is_empty());
    all.dedup();
    all.into_iter().map(Secret::new).collect()
}

fn contains(text: &[u8], piece: &[u8]) -> bool {
    !piece.is_empty() && text.windows(piece.len()).any(|window| window == piece)
}

fn shown(bytes: &[u8]) -> String {
    Foreign::from_bytes(bytes).to_string()
}
