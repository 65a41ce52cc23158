//! The values of variables that tracebacks show: an exception that stands among them is not what happened, or stands below once more.

use super::{lines, prefix};

/// How many lines of a value are read back.
const LINES: usize = 12;

/// Whether a line, or the value that it goes on with, shows what a variable held.
#[must_use]
pub fn is_value<'l>(line: &[u8], above: impl Iterator<Item = &'l [u8]>) -> bool {
    let line = lines::text(line);
    let own = prefix::strip(&line).rest;
    if points_at(own) || is_assignment(own) {
        return true;
    }
    let mut indentation = indentation(own);
    for line in above.take(LINES) {
        if indentation == 0 {
            return false;
        }
        let line = lines::text(line);
        let line = prefix::strip(&line).rest;
        if line.trim().is_empty() {
            return false;
        }
        if self::indentation(line) < indentation {
            if is_assignment(line) {
                return true;
            }
            indentation = self::indentation(line);
        }
    }
    false
}

/// `    |    |  -> 'app'` and `    │    └ 'app'`, below the expression whose value it is.
fn points_at(line: &str) -> bool {
    let is_rail = |c: char| matches!(c, ' ' | '|' | '│' | '\u{1b}' | '[' | 'm') || c.is_ascii_digit();
    let rest = line.trim_start_matches(is_rail);
    line.starts_with([' ', '\u{1b}']) && (rest.starts_with("-> ") || rest.starts_with("└ "))
}

/// `    name = value`, indented.
fn is_assignment(line: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.contains("  ")
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.[]'\"".contains(&byte))
    };
    line.starts_with(' ') && line.trim_start().split_once(" = ").is_some_and(|(name, _)| is_name(name))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
