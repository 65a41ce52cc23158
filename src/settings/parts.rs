//! Judges a set of variables such as `DB_HOST`, `DB_NAME`, `DB_USER`.

use super::choice::{Bag, Part};
use super::dsn::Judged;
use super::hosts::impossible_host;
use super::hygiene;
use super::source::Source;
use super::variables::Set;
use crate::finding::config::{
    invalid_value, missing_setting, not_postgres, placeholder_value, quoted_value, sqlite_fallback, stray_whitespace, unexpanded_variable,
};
use crate::secret::Secret;

/// Judges every value of the set. Empty values take libpq's defaults, as they do for Django.
#[must_use]
pub fn judge(bag: &Bag, source: &Source, set: &Set, parts: &[Part]) -> Judged {
    let mut judged = Judged {
        certain: true,
        ..Judged::default()
    };
    let name = format!("{}ENGINE", set.prefix);
    if let Some(value) = bag.environment.bytes(&name) {
        engine(&bag.source([name.as_str()]), value, &mut judged);
    }
    for part in parts {
        value(&source.only(&part.variable), part, &mut judged);
    }
    for (keyword, suffix, consequence) in [
        (
            "dbname",
            "NAME",
            "libpq takes the user name for the database's; Django refuses to start",
        ),
        ("user", "USER", "libpq takes the name of the user in the operating system"),
    ] {
        if judged.parameters.get(keyword).is_none() {
            let suffix = if keyword == "dbname" && set.prefix.starts_with("POSTGRES_") {
                "DB"
            } else {
                suffix
            };
            let variable = format!("{}{suffix}", set.prefix);
            judged.findings.push(missing_setting::part(source, &variable, consequence));
        }
    }
    judged
}

/// Judges the name of a framework's engine for the database.
pub fn engine(source: &Source, engine: &[u8], judged: &mut Judged) {
    const POSTGRES: &[&str] = &["postgres", "postgis", "psycopg", "timescale", "cockroach", "redshift", "pgsql"];
    let lower = String::from_utf8_lossy(engine).to_ascii_lowercase();
    if lower.contains("sqlite") || lower.contains("spatialite") {
        judged.findings.push(sqlite_fallback::found(source));
    } else if !lower.is_empty() && !POSTGRES.iter().any(|known| lower.contains(known)) {
        judged.findings.push(not_postgres::engine(source, engine));
    }
}

/// Judges one value, and keeps it.
pub fn value(source: &Source, part: &Part, judged: &mut Judged) {
    let password = part.keyword == "password";
    let text = part.value.reveal();
    if text.is_empty() {
        return;
    }
    if let Some(word) = hygiene::nothing(text) {
        judged.findings.push(missing_setting::nothing(source, word));
        return;
    }
    let edges = hygiene::edges(text);
    let line_end = edges.trailing.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    // A password may begin or end with a blank; no value ends with a line.
    if edges.any() && (line_end || !password) {
        judged.findings.push(stray_whitespace::found(source, &edges.described()));
    }
    let text = if password { text } else { edges.inner };
    // A password may begin with a quote; one that also ends with it was quoted.
    if let Some((quote, inside)) = hygiene::quotes(text)
        && (!password || inside.len() + 2 * quote.len() == text.len())
    {
        judged.findings.push(quoted_value::found(source, quote));
    }
    references(source, text, password, judged);
    if let Some(word) = hygiene::placeholder(text) {
        judged
            .findings
            .push(placeholder_value::found(source, &format!("the value of {}", part.variable), word));
    }
    if part.keyword == "host"
        && let Some((host, why, advice)) = impossible_host(text)
    {
        judged.findings.push(invalid_value::host(&source.to_string(), &host, why, advice));
    }
    judged.parameters.set(part.keyword, Secret::new(text));
}

fn references(source: &Source, text: &[u8], password: bool, judged: &mut Judged) {
    for reference in hygiene::references(text) {
        let whole = reference.span == (0..text.len());
        if password && !whole {
            judged.findings.push(unexpanded_variable::perhaps(source, reference.style));
        } else {
            judged.findings.push(unexpanded_variable::left(
                source,
                reference.style,
                reference.name.as_deref(),
                "its value",
            ));
        }
    }
    match hygiene::bare_reference(text) {
        Some(_) if password => judged.findings.push(unexpanded_variable::perhaps(source, "$NAME")),
        Some(name) => judged
            .findings
            .push(unexpanded_variable::left(source, "$…", Some(&name), "its value")),
        None => {}
    }
}
