//! The tables that the user expects.

use serde::Deserialize;

use super::{Judged, Rows};
use crate::finding::migrations::expected_table_missing::{self, Missing};
use crate::foreign::Foreign;
use crate::listing::{count, quoted};
use crate::quote;
use crate::server::answer::Columns;

/// The question: for each table whether the role finds it under that name, and where else there is one of it. Names are compared in
/// lower case: capitals without quotes are the most frequent slip.
pub fn sql(tables: &[String]) -> String {
    let rows: Vec<String> = tables
        .iter()
        .enumerate()
        .map(|(place, table)| {
            let (schema, name) = parts(table);
            let schema = schema.map_or_else(|| "NULL".to_owned(), |schema| quote::sql_literal(&schema));
            format!("({place}, {schema}, {})", quote::sql_literal(&name))
        })
        .collect();
    format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
         AND CASE WHEN w.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = w.schema END), \
         (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname, \
         'usage', pg_catalog.has_schema_privilege(n.oid, 'USAGE')) ORDER BY n.nspname, c.relname)::pg_catalog.text \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE pg_catalog.lower(c.relname) = pg_catalog.lower(w.name) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_') \
         FROM (VALUES {}) AS w (place, schema, name) ORDER BY w.place",
        rows.join(", ")
    )
}

/// Schema and name of what may be written `schema.table`, with or without double quotes.
fn parts(table: &str) -> (Option<String>, String) {
    let unquoted = |part: &str| match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => part.to_owned(),
    };
    let mut in_quotes = false;
    let dot = table.char_indices().find(|(_, c)| {
        in_quotes ^= *c == '"';
        *c == '.' && !in_quotes
    });
    match dot {
        Some((at, _)) => (Some(unquoted(&table[..at])), unquoted(&table[at + 1..])),
        None => (None, unquoted(table)),
    }
}

#[derive(Deserialize)]
struct Elsewhere {
    schema: Foreign,
    name: Foreign,
    usage: bool,
}

/// Judges the answer.
pub fn judge(role: &str, database: &str, path: &[String], tables: &[String], rows: &Rows) -> Judged {
    let mut judged = Judged {
        tool: "expected tables",
        pending: Some(0),
        ..Judged::default()
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => {
            judged.summary = format!("whether the expected tables are there cannot be told: {error}");
            return judged;
        }
    };
    let mut missing = Vec::new();
    for (row, table) in rows.iter().zip(tables) {
        let mut columns = Columns::of(row);
        let read = columns.flag().and_then(|found| Ok((found, columns.json::<Vec<Elsewhere>>()?)));
        let Ok((false, elsewhere)) = read else { continue };
        let (_, name) = parts(table);
        let (same, similar): (Vec<_>, Vec<_>) = elsewhere.into_iter().partition(|other| other.name.raw() == name);
        missing.push(Missing {
            table: Foreign::from(table.as_str()),
            elsewhere: same.into_iter().map(|other| (other.schema, other.usage)).collect(),
            similar: similar
                .into_iter()
                .map(|other| format!("{}.{}", quoted(other.schema.raw()), quoted(other.name.raw())))
                .collect(),
        });
    }
    judged.summary = match (missing.len(), tables.len()) {
        (0, 1) => "the expected table is there".to_owned(),
        (0, all) => format!("all {all} expected tables are there"),
        (some, _) => format!("{} missing", count(some, "expected table")),
    };
    if !missing.is_empty() {
        judged.findings.push(expected_table_missing::found(role, database, path, &missing));
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_name_may_have_a_schema_and_quotes() {
        for (text, schema, name) in [
            ("orders", None, "orders"),
            ("shop.orders", Some("shop"), "orders"),
            ("\"my.shop\".\"Or\"\"ders\"", Some("my.shop"), "Or\"ders"),
        ] {
            assert_eq!(parts(text), (schema.map(str::to_owned), name.to_owned()));
        }
    }
}
