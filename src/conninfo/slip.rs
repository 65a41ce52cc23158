//! What the form of a password tells of a slip on its way into the settings.

/// Something about a password that is seldom meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// White space at an end.
    Blank { what: &'static str, end: &'static str },
    /// A pair of quotes round it.
    Quoted,
    /// `%40` and the like.
    Escaped,
    /// What the server stores in the password's place.
    Stored,
}

impl Slip {
    /// The cause that it would be.
    #[must_use]
    pub fn cause(self) -> String {
        match self {
            Self::Blank { what, end } => format!("{what} at the {end} of the password does not belong to it"),
            Self::Quoted => "the quotes round the password do not belong to it".to_owned(),
            Self::Escaped => "the password is still percent-encoded".to_owned(),
            Self::Stored => "the password in the settings is what the server stores in its place, not the password".to_owned(),
        }
    }

    /// What tells whether it is.
    #[must_use]
    pub const fn check(self) -> &'static str {
        match self {
            Self::Blank { .. } => "echo and editors leave a line end in a file, and a copy takes blanks along: try it without",
            Self::Quoted => "docker's --env-file, a secret's file and Kubernetes keep quotes: try it without",
            Self::Escaped => "escapes are decoded once, and only in a URL: try it with the characters that they stand for",
            Self::Stored => "it has the form of rolpassword in pg_authid, with which nobody can log in",
        }
    }
}

/// What is odd about a password, the most telling first.
#[must_use]
pub fn of(password: &[u8]) -> Vec<Slip> {
    let begins = password.first().and_then(|byte| blank(*byte));
    let ends = password.last().and_then(|byte| blank(*byte));
    let is_quoted = matches!(password, [first @ (b'"' | b'\''), .., last] if first == last);
    let escapes = |part: &[u8]| matches!(part, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    [
        is_stored(password).then_some(Slip::Stored),
        ends.map(|what| Slip::Blank { what, end: "end" }),
        begins.map(|what| Slip::Blank { what, end: "beginning" }),
        is_quoted.then_some(Slip::Quoted),
        password.windows(3).any(escapes).then_some(Slip::Escaped),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const fn blank(byte: u8) -> Option<&'static str> {
    match byte {
        b'\n' => Some("a line feed"),
        b'\r' => Some("a carriage return"),
        b'\t' => Some("a tab"),
        b' ' => Some("a blank"),
        _ => None,
    }
}

/// Whether it has the form of `pg_authid.rolpassword`.
fn is_stored(password: &[u8]) -> bool {
    let is_md5 = |rest: &[u8]| rest.len() == 32 && rest.iter().all(u8::is_ascii_hexdigit);
    password.starts_with(b"SCRAM-SHA-256$") || password.strip_prefix(b"md5").is_some_and(is_md5)
}

#[cfg(test)]
mod tests {
    use super::{Slip, of};

    #[test]
    fn forms_that_are_seldom_meant() {
        let blank = |what, end| Slip::Blank { what, end };
        for (password, slips) in [
            ("plain7Word", vec![]),
            ("50%off", vec![]),
            ("\"half", vec![]),
            ("md5sum", vec![]),
            ("word\n", vec![blank("a line feed", "end")]),
            ("word\r\n", vec![blank("a line feed", "end")]),
            (" word", vec![blank("a blank", "beginning")]),
            ("'word'", vec![Slip::Quoted]),
            ("'word'\n", vec![blank("a line feed", "end")]),
            ("w%40rd", vec![Slip::Escaped]),
            ("md5a6ab6a2d4a0d9a3f0f7c6f1e2d3c4b5a", vec![Slip::Stored]),
            ("SCRAM-SHA-256$4096:salt$stored:server", vec![Slip::Stored]),
            ("", vec![]),
        ] {
            assert_eq!(of(password.as_bytes()), slips, "{password:?}");
        }
    }
}
