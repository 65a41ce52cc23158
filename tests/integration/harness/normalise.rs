//! Replaces what differs from run to run: directories and their numbers, ports, dates, durations.

use crate::lab::{port, workdir};

/// The text with `<lab>`, `<port>`, `<date>` and `<time>` in the place of what changes.
pub fn normalise(text: &str) -> String {
    replaced(text, true)
}

/// The text as it would be on another machine: what was measured stays.
pub fn elsewhere(text: &str) -> String {
    replaced(text, false)
        .replace("<lab>", "/srv/lab")
        .replace("<port>", "5432")
        .replace(&workdir::lasting().display().to_string(), "/srv")
}

fn replaced(text: &str, measured: bool) -> String {
    let text = text.replace(&workdir::root().display().to_string(), "<lab>");
    let ports: Vec<String> = port::given().iter().map(u16::to_string).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let inside_a_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
            .unwrap_or(rest.len());
        let number = rest[..end].trim_end_matches(['.', '-']);
        rest = &rest[number.len()..];
        match unit_length(rest) {
            _ if numbers_a_directory(&out, rest) => out.truncate(out.len() - 1),
            _ if inside_a_word => out.push_str(number),
            _ if measured && is_date(number) => out.push_str("<date>"),
            _ if ports.iter().any(|port| port == number) => out.push_str("<port>"),
            Some(length) if measured => {
                out.push_str("<time>");
                rest = &rest[length..];
            }
            _ => out.push_str(number),
        }
    }
    out + rest
}

/// Whether the number ends the name of a directory of the laboratory's: `<lab>/home-17/`.
fn numbers_a_directory(before: &str, after: &str) -> bool {
    let path = before.rsplit([' ', '"', '\'', '=', '(']).next().unwrap_or_default();
    path.starts_with("<lab>/") && path.ends_with('-') && (after.is_empty() || after.starts_with(['/', '"', ' ', '\n']))
}

/// The length of a unit of measured time; limits are in whole seconds, and stay.
fn unit_length(rest: &str) -> Option<usize> {
    [" ms", "ms", " µs", "µs"]
        .iter()
        .find(|unit| rest.starts_with(**unit))
        .map(|unit| unit.len())
}

fn is_date(number: &str) -> bool {
    number.len() == 10 && number.split('-').map(str::len).eq([4, 2, 2])
}

#[test]
fn what_changes_is_replaced_and_nothing_else() {
    let port = port::free();
    let text = format!(
        "127.0.0.1:{port} in 3.25 ms, 5s limit, until 2031-02-03, PostgreSQL 15.18, shop_7, {0}, {0}/run/home-17/a-1.crt",
        workdir::root().display()
    );
    assert_eq!(
        normalise(&text),
        "127.0.0.1:<port> in <time>, 5s limit, until <date>, PostgreSQL 15.18, shop_7, <lab>, <lab>/run/home/a-1.crt"
    );
    assert_eq!(elsewhere(&format!("127.0.0.1:{port} in 3.25 ms")), "127.0.0.1:5432 in 3.25 ms");
}
