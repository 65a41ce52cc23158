//! What chats, mails and web pages make of a text that somebody copies out of them: other blanks, other quotation marks.

use std::borrow::Cow;

use super::clean;

/// No longer text is copied by hand.
pub const LONGEST: usize = 64 << 10;

/// The text as it was before; `None` where nothing was changed.
#[must_use]
pub fn straightened(text: &[u8]) -> Option<String> {
    let text = str::from_utf8(text).ok()?;
    let is_escaped = ["&quot;", "&#x27;", "&#39;", "&gt;"].iter().any(|escape| text.contains(escape));
    let unescaped = if is_escaped {
        clean::without_html(text)
    } else {
        Cow::Borrowed(text)
    };
    let straightened: String = unescaped.chars().filter_map(straight).collect();
    (straightened != text).then_some(straightened)
}

/// The character that was typed; `None` where there was none.
fn straight(c: char) -> Option<char> {
    match c {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => Some(' '),
        '“' | '”' | '„' | '‟' => Some('"'),
        '‘' | '’' | '‚' => Some('\''),
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' => None,
        c => Some(c),
    }
}
