//! Shows what a consumer read without showing a piece of the password that it may have read there.

use super::intended::Intended;
use super::reading::Reading;
use crate::conninfo::mask::MASK;
use crate::foreign::Foreign;
use crate::secret::Secret;

/// What must not be shown, and what may be.
#[derive(Debug, Default)]
pub struct Veil {
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
            secrets: [&intended.written_password, password].into_iter().flatten().cloned().collect(),
            public: named.flatten().cloned().collect(),
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
        let mut start = 0;
        let mut end = bytes.len();
        for secret in self.secrets.iter().map(Secret::reveal) {
            if bytes.windows(secret.len()).any(|window| window == secret) {
                return MASK.to_owned();
            }
            let head = (1..=secret.len())
                .rev()
                .find(|length| bytes.starts_with(&secret[secret.len() - length..]));
            let tail = (1..=secret.len()).rev().find(|length| bytes.ends_with(&secret[..*length]));
            start = start.max(head.unwrap_or_default());
            end = end.min(bytes.len() - tail.unwrap_or_default());
        }
        let mask = |masked: bool| if masked { MASK } else { "" };
        let middle = bytes.get(start..end).map(shown).unwrap_or_default();
        format!("{}{middle}{}", mask(start > 0), mask(end < bytes.len()))
    }

    /// Whether it is a piece of the password, and nothing that the connection string names otherwise.
    fn hides_whole(&self, bytes: &[u8]) -> bool {
        let is_public = self.public.iter().any(|public| public.reveal() == bytes);
        let inside = |secret: &Secret| !bytes.is_empty() && secret.reveal().windows(bytes.len()).any(|window| window == bytes);
        !is_public && self.secrets.iter().any(inside)
    }
}

fn shown(bytes: &[u8]) -> String {
    Foreign::from_bytes(bytes).to_string()
}
