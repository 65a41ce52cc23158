//! What stands in a log beside what happened: the values of variables that tracebacks show, and statements of several lines.

use super::{clean, lines, prefix, traceback};

/// How many lines of a value are read back.
const LINES: usize = 12;

/// Whether a line, or what it goes on with, shows what a variable held, or the code that a frame was running.
#[must_use]
pub fn is_value<'l>(line: &[u8], above: impl Iterator<Item = &'l [u8]>) -> bool {
    let line = lines::text(line);
    let own = prefix::strip(&line).rest;
    if points_at(own) || is_assignment(own) {
        return true;
    }
    let mut above = above.take(LINES).peekable();
    let is_code = |line: &&[u8]| {
        let line = lines::text(line);
        let line = prefix::strip(&line).rest;
        is_listed(line) || traceback::names_file(line)
    };
    // What goes on with a value may begin with a number too.
    if is_listed(own) && above.peek().is_some_and(is_code) {
        let mut above = above.map(lines::text).take_while(|line| !line.trim().is_empty());
        return above.any(|line| traceback::names_file(prefix::strip(&line).rest));
    }
    let depth = indentation(own);
    let mut indentation = depth;
    if own.starts_with("raise ")
        && above
            .peek()
            .is_some_and(|frame| names_file(prefix::strip(&lines::text(frame)).rest))
    {
        return true;
    }
    if depth == 0 {
        return false;
    }
    for line in above {
        let line = lines::text(line);
        let line = prefix::strip(&line).rest;
        if line.trim().is_empty() {
            return false;
        }
        if names_file(line) {
            return depth > self::indentation(line);
        }
        if self::indentation(line) < indentation {
            if is_assignment(line) {
                return true;
            }
            indentation = self::indentation(line);
            if indentation == 0 {
                return false;
            }
        }
    }
    false
}

/// A frame: what is indented below it is the code that was running, and what that raised stands further down.
fn names_file(line: &str) -> bool {
    line.trim_start().starts_with("File \"")
}

/// Whether a line goes on with a statement that a server logged, or with what it says of one: such lines begin with a tabulator.
#[must_use]
pub fn is_statement<'l>(line: &[u8], above: impl Iterator<Item = &'l [u8]>) -> bool {
    const HEADS: &[&str] = &[
        "STATEMENT: ",
        "DETAIL: ",
        "CONTEXT: ",
        "QUERY: ",
        "LOG:  statement",
        "LOG:  execute",
        "LOG:  duration",
    ];
    let goes_on = |line: &str| unnumbered(prefix::strip(line).rest).starts_with('\t');
    goes_on(&clean::record(line))
        && above
            .take(LINES)
            .map(clean::record)
            .find(|line| !goes_on(line))
            .is_some_and(|head| HEADS.iter().any(|mark| head.contains(mark)))
}

/// Without `[3-2] `, as PostgreSQL numbers what it sends to syslog.
fn unnumbered(line: &str) -> &str {
    let rest = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    rest.filter(|(number, _)| is_number(number)).map_or(line, |(_, rest)| rest)
}

/// `    190     raise` and `--> 191     "greenlet_spawn has not been called"`: code as `IPython` and stackprinter list it below its frame.
fn is_listed(line: &str) -> bool {
    let code = line.trim_start_matches([' ', '-', '>']);
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with([' ', '-']) && digits > 0 && code[digits..].starts_with(' ')
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
