//! What the application's Python says when it cannot answer, without the secrets that it may repeat.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use crate::conninfo::mask::{MASK, WORDS};
use crate::consumers::intended;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::secret_text;

/// An exception, the outermost of its chain first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The class: `KeyError`.
    pub kind: Foreign,
    /// Its text, free of the environment's secrets.
    pub message: Foreign,
    /// Where it went, the innermost last; frames of Python's own start-up are left out.
    pub frames: Vec<Frame>,
    /// What it was raised from.
    pub cause: Option<Box<Raised>>,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Frame {
    pub file: PathBuf,
    pub line: u32,
}

impl Raised {
    /// The exception that all others of the chain come from.
    #[must_use]
    pub fn root(&self) -> &Self {
        self.cause.as_deref().map_or(self, Self::root)
    }

    /// The innermost frame that lies below the directory and outside of installed packages: the application's own line.
    #[must_use]
    pub fn own_frame(&self, directory: &std::path::Path) -> Option<&Frame> {
        let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let own = |frame: &&Frame| {
            let installed = frame.file.iter().any(|part| part == "site-packages" || part == "dist-packages");
            frame.file.starts_with(&directory) && !installed
        };
        self.frames.iter().rev().find(own)
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.raw() {
            "" => write!(f, "{}", self.kind),
            _ => write!(f, "{}: {}", self.kind, self.message),
        }
    }
}

/// The exception as the bootstrap describes it.
#[derive(Deserialize)]
pub(super) struct Described {
    r#type: String,
    message: Secret,
    frames: Vec<Frame>,
}

/// Puts a chain together, outermost first.
pub(super) fn chained(described: Vec<Described>, veil: &Veil) -> Option<Raised> {
    described.into_iter().rev().fold(None, |cause, one| {
        Some(Raised {
            kind: Foreign::new(one.r#type),
            message: veil.over_text(one.message.reveal()),
            frames: one.frames,
            cause: cause.map(Box::new),
        })
    })
}

/// The secrets of an environment.
#[derive(Debug, Default)]
pub(super) struct Veil(Vec<Secret>);

impl Veil {
    /// Passwords of URLs, and the values of variables with telling names.
    pub fn over(variables: &BTreeMap<String, Secret>) -> Self {
        let mut secrets = Vec::new();
        for (name, value) in variables {
            let upper = name.to_ascii_uppercase();
            if WORDS.iter().any(|word| upper.contains(word)) {
                secrets.push(value.clone());
            }
            let text = value.reveal();
            if let Some(intended) = intended::take_apart(text.trim_ascii()) {
                secrets.extend(intended.reading.password.into_iter().chain(intended.written_password));
            }
            // URLs of other services have passwords too.
            if let Some(at) = text.iter().rposition(|byte| *byte == b'@')
                && let Some(slashes) = text.windows(3).position(|part| part == b"://")
                && let Some(colon) = text
                    .get(slashes + 3..at)
                    .and_then(|part| part.iter().position(|byte| *byte == b':'))
            {
                secrets.push(Secret::new(&text[slashes + 3 + colon + 1..at]));
            }
        }
        secrets.retain(|secret| !secret.is_empty());
        // The longest first, so that none is left in pieces.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        Self(secrets)
    }

    /// Keeps these out too.
    pub fn add<'a>(&mut self, secrets: impl IntoIterator<Item = &'a Secret>) {
        self.0.extend(secrets.into_iter().filter(|secret| !secret.is_empty()).cloned());
    }

    /// The text without connection strings' passwords, without the secrets, and without any quoted piece of one: parsers like to
    /// quote the piece that they stumble over.
    pub fn over_text(&self, text: &[u8]) -> Foreign {
        let mut text = secret_text::mask(&String::from_utf8_lossy(text));
        for secret in self.0.iter().filter_map(Secret::reveal_str).filter(|secret| secret.len() >= 4) {
            text = text.replace(secret, MASK);
        }
        Foreign::new(secret_text::without_tokens(&self.without_quoted_pieces(&text)))
    }

    fn without_quoted_pieces(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find(['\'', '"']) {
            let quote = &rest[open..=open];
            let (head, tail) = rest.split_at(open + 1);
            out.push_str(head);
            rest = tail;
            let Some(close) = rest.find(quote) else { break };
            let piece = &rest[..close];
            let is_part = |secret: &Secret| secret.reveal_str().is_some_and(|secret| secret.contains(piece));
            if !piece.is_empty() && self.0.iter().any(is_part) {
                out.push_str(MASK);
                rest = &rest[close..];
            } else {
                out.push_str(piece);
                rest = &rest[close..];
            }
            out.push_str(quote);
            rest = &rest[1..];
        }
        out.push_str(rest);
        out
    }
}
