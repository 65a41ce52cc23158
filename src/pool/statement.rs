//! The first words of a statement that somebody runs, without its literals: they may be anybody's data, or a password.

use crate::foreign::Foreign;

/// How much is shown, in characters.
const SHOWN: usize = 80;

/// The statement on one line, comments left out, every literal a `?`. Where a literal's end is not certain, the statement ends there.
#[must_use]
pub fn first_words(sql: &str) -> Foreign {
    let mut out = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if out.chars().count() >= SHOWN {
            out.push('…');
            break;
        }
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            rest = &rest[c.len_utf8()..];
        } else if let Some(after) = comment(rest) {
            rest = after;
        } else if c == '\'' || c == '$' && opens_dollar_quote(rest).is_some() {
            out.push('?');
            let Some(after) = literal(rest) else {
                out.push('…');
                break;
            };
            rest = after;
        } else if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if c.is_ascii_digit() && !out.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            out.push('?');
            rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_');
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Foreign::new(out.trim_end())
}

/// What follows the comment that `text` begins with; comments nest.
fn comment(text: &str) -> Option<&str> {
    if text.starts_with("--") {
        return Some(text.find('\n').map_or("", |end| &text[end..]));
    }
    let mut rest = text.strip_prefix("/*")?;
    let mut depth = 1;
    while depth > 0 {
        let (open, close) = (rest.find("/*"), rest.find("*/"));
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                rest = &rest[open + 2..];
            }
            (_, Some(close)) => {
                depth -= 1;
                rest = &rest[close + 2..];
            }
            (_, None) => return Some(""),
        }
    }
    Some(rest)
}

/// `$tag$`, with its dollars.
fn opens_dollar_quote(text: &str) -> Option<&str> {
    let end = text.get(1..)?.find('$')? + 2;
    let tag = &text[1..end - 1];
    let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_') && !tag.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end])
}

/// What follows the literal that `text` begins with; `None` where its end cannot be told.
fn literal(text: &str) -> Option<&str> {
    if let Some(tag) = opens_dollar_quote(text).filter(|_| text.starts_with('$')) {
        let body = &text[tag.len()..];
        return body.find(tag).map(|end| &body[end + tag.len()..]);
    }
    let mut rest = &text[1..];
    loop {
        let end = rest.find('\'')?;
        // Whether a backslash escapes is a setting of the session's.
        if rest[..end].contains('\\') {
            return None;
        }
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => rest = more,
            None => return Some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first_words;

    #[test]
    fn literals_and_comments_do_not_show() {
        for (sql, shown) in [
            ("ALTER ROLE app PASSWORD 'se''cret'", "ALTER ROLE app PASSWORD ?"),
            ("SELECT 'it\\'s secret', 1", "SELECT ?…"),
            ("SELECT E'a\\'secret'", "SELECT E?…"),
            ("SELECT 'secret", "SELECT ?…"),
            ("DO $x$ secret $x$ LANGUAGE plpgsql", "DO ? LANGUAGE plpgsql"),
            ("DO $$ secret", "DO ?…"),
            (
                "SELECT $1, x$2, t1.c2 FROM t1 -- secret\nWHERE id = 4711.5e3",
                "SELECT $1, x$2, t1.c2 FROM t1 WHERE id = ?",
            ),
            ("/* secret /* more */ secret */ SELECT\n\t\"a'b\"", "SELECT \"a'b\""),
            ("SELECT 1 /* secret", "SELECT ?"),
            ("", ""),
        ] {
            assert_eq!(first_words(sql).raw(), shown, "{sql}");
        }
    }

    #[test]
    fn long_statements_are_cut() {
        let sql = format!("SELECT {}", "a, ".repeat(100));
        let shown = first_words(&sql);
        assert!(shown.raw().ends_with('…') && shown.raw().chars().count() <= 81, "{shown}");
    }
}
