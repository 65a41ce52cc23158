//! What happens to values on their way into an environment: quotes that stay, variables that nobody filled in, line ends.

use std::ops::Range;

/// Words that a template leaves behind when a variable is unset.
const NOTHINGS: &[&str] = &["None", "none", "null", "NULL", "undefined", "nil", "<nil>", "<no value>"];

/// Values of example files, in lower case.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "change_this",
    "changethis",
    "replace_me",
    "replace-me",
    "replaceme",
    "your_password",
    "your-password",
    "yourpassword",
    "your_password_here",
    "your-password-here",
    "your_db_password",
    "yourpasswordhere",
    "[your-password]",
    "[your_password]",
    "<password>",
    "<db_password>",
    "<your-password>",
    "<your_password>",
    "<user>",
    "<username>",
    "<host>",
    "<hostname>",
    "<database>",
    "<dbname>",
    "[your-host]",
    "your-host",
    "your_host",
    "yourhost",
    "your_user",
    "your-user",
    "your_username",
    "your-username",
    "your_database",
    "your-database",
    "your_db",
    "your_db_name",
    "todo",
    "xxx",
    "xxxx",
    "xxxxx",
    "xxxxxx",
    "xxxxxxxx",
];

/// The word that stands for "no value", if the text is one.
#[must_use]
pub fn nothing(text: &[u8]) -> Option<&'static str> {
    NOTHINGS.iter().copied().find(|word| word.as_bytes() == text.trim_ascii())
}

/// The example value that the text is, if it is one.
#[must_use]
pub fn placeholder(text: &[u8]) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().copied().find(|word| word.as_bytes() == lower)
}

/// A value in quotes that nobody took off, with what is inside.
#[must_use]
pub fn quotes(text: &[u8]) -> Option<(&'static str, &[u8])> {
    const PAIRS: &[(&str, &str, &str)] = &[
        ("\"", "\"", "\""),
        ("'", "'", "'"),
        ("`", "`", "`"),
        ("\u{201c}", "\u{201c}", "\u{201d}"),
    ];
    let trimmed = text.trim_ascii();
    PAIRS.iter().find_map(|(shown, open, close)| {
        let inside = trimmed.strip_prefix(open.as_bytes())?;
        Some((*shown, inside.strip_suffix(close.as_bytes()).unwrap_or(inside)))
    })
}

/// White space at the ends of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges<'a> {
    pub leading: &'a [u8],
    pub inner: &'a [u8],
    pub trailing: &'a [u8],
}

impl Edges<'_> {
    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        !(self.leading.is_empty() && self.trailing.is_empty())
    }

    /// What stands there, in words.
    #[must_use]
    pub fn described(&self) -> String {
        let side = |bytes: &[u8], place: &str| -> Option<String> {
            let last = *bytes.last()?;
            let what = match (bytes, last) {
                ([b'\r', b'\n'], _) => "a carriage return and a line feed (\\r\\n)",
                (_, b'\n') => "a line feed (\\n)",
                (_, b'\r') => "a carriage return (\\r)",
                (_, b'\t') => "a tab",
                _ => "a blank",
            };
            Some(format!("{what} {place}"))
        };
        [side(self.leading, "before it"), side(self.trailing, "after it")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" and ")
    }
}

/// Splits white space off the ends.
#[must_use]
pub fn edges(text: &[u8]) -> Edges<'_> {
    let inner = text.trim_ascii();
    let start = text.len() - text.trim_ascii_start().len();
    let (leading, rest) = text.split_at(start);
    Edges {
        leading,
        inner,
        trailing: &rest[inner.len()..],
    }
}

/// A reference to a variable, or a template's tag, that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub span: Range<usize>,
    /// The variable's name, where the tag holds nothing else.
    pub name: Option<String>,
    /// How it is written, without the name: `${…}`.
    pub style: &'static str,
}

/// The references in a value, in order.
#[must_use]
pub fn references(text: &[u8]) -> Vec<Reference> {
    const STYLES: &[(&str, &str, &str)] = &[
        ("${…}", "${", "}"),
        ("$(…)", "$(", ")"),
        ("{{ … }}", "{{", "}}"),
        ("<%= … %>", "<%", "%>"),
        ("%(…)s", "%(", ")s"),
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let hit = STYLES.iter().find_map(|(style, open, close)| {
            let inside = rest.strip_prefix(open.as_bytes())?;
            let length = inside.windows(close.len()).position(|window| window == close.as_bytes())?;
            Some((style, &inside[..length], open.len() + length + close.len()))
        });
        match hit.filter(|(_, inside, _)| identifier(inside).is_some() || inside.contains(&b' ') || inside.contains(&b':')) {
            Some((style, inside, length)) => {
                found.push(Reference {
                    span: at..at + length,
                    name: identifier(inside),
                    style,
                });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// `$NAME`, in capitals and nothing else: what a shell would have filled in.
#[must_use]
pub fn bare_reference(component: &[u8]) -> Option<String> {
    let name = component.strip_prefix(b"$")?;
    identifier(name).filter(|name| name.len() > 2 && name.contains('_') && !name.bytes().any(|byte| byte.is_ascii_lowercase()))
}

fn identifier(text: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(text).ok()?.trim();
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))).then(|| name.to_owned())
}
