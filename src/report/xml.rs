//! XML, as little of it as a report needs.

use std::fmt;

use crate::foreign::escaped;

/// Text as an element's content. Characters that XML has no place for are replaced.
pub struct Content<'a>(pub &'a str);

/// Text as an attribute's value, where a bare line feed would be read as a blank.
pub struct Attribute<'a>(pub &'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(self.0).chars().try_for_each(|c| write_char(f, c))
    }
}

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(self.0)
            .chars()
            .try_for_each(|c| if c == '\n' { f.write_str("&#10;") } else { write_char(f, c) })
    }
}

fn write_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '&' => f.write_str("&amp;"),
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '"' => f.write_str("&quot;"),
        '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}"),
        c => write!(f, "{c}"),
    }
}

#[test]
fn nothing_ends_an_element_or_an_attribute() {
    let text = "a<b>&\"c\"\n\u{1b}[31m]]>\u{ffff}";
    assert_eq!(Content(text).to_string(), "a&lt;b&gt;&amp;&quot;c&quot;\n\\u{1b}[31m]]&gt;\u{fffd}");
    assert_eq!(
        Attribute(text).to_string(),
        "a&lt;b&gt;&amp;&quot;c&quot;&#10;\\u{1b}[31m]]&gt;\u{fffd}"
    );
}
