//! `migrations/expected-table-missing`: the code uses a table that is not there.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::listing::{lines, quoted, quoted_list};
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "expected-table-missing",
    severity: Severity::Fail,
    title: "a table that the code names is not found",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("relation \"{table}\" does not exist"),
    Text::near_driver("table \"{table}\" does not exist"),
    Text::new("ERROR: table \"{table}\" does not exist"),
    Text::near_driver("The table `{table}` does not exist in the current database"),
];

/// An expected table that is not found.
#[derive(Debug)]
pub struct Missing {
    /// As it was expected.
    pub table: Foreign,
    /// Schemas that hold one of that name, and whether the role may use them.
    pub elsewhere: Vec<(Foreign, bool)>,
    /// Tables whose names differ in capitals alone.
    pub similar: Vec<String>,
}

/// Tables that `expect` names and that are not found; `path` is the effective search path.
#[must_use]
pub fn found(role: &str, database: &str, path: &[String], missing: &[Missing]) -> Finding {
    let database_shown = quoted(database);
    let mut finding = KIND
        .found(match missing {
            [one] => format!("expected table \"{}\" is not found in database {database_shown}", one.table),
            many => format!("{} expected tables are not found in database {database_shown}", many.len()),
        })
        .detail(
            "The table is expected (expect in dbdoctor.toml, or --expect-table), and the server does not find it under that name: a statement that names it \
             so answers 42P01, \"relation does not exist\".",
        )
        .evidence(format!("the search path finds tables in {}", quoted_list(path)));
    for line in lines(missing.iter().map(|one| {
        let mut words = vec![format!("no \"{}\"", one.table)];
        words.extend(one.elsewhere.iter().map(|(schema, usage)| {
            let denied = if *usage { "" } else { ", which the role may not use" };
            format!("there is one in schema \"{schema}\"{denied}")
        }));
        words.extend(one.similar.iter().map(|other| format!("there is {other}, in other capitals")));
        words.join("; ")
    })) {
        finding = finding.evidence(line);
    }
    // Where each of them stands in one and the same other schema, that is the way to them.
    let hidden_in = common_schema(missing);
    if let Some((schema, true)) = &hidden_in {
        let (role_sql, database_sql) = (sql_ident(role), sql_ident(database));
        let path: Vec<String> = std::iter::once(schema.raw())
            .chain(path.iter().map(String::as_str))
            .map(sql_ident)
            .collect();
        return finding.remedy(Remedy::new(
            format!("put schema \"{schema}\" on the search path, or name it in the application"),
            [Step::sql(
                database,
                "new sessions of the role look there first",
                format!(
                    "ALTER ROLE {role_sql} IN DATABASE {database_sql} SET search_path = {};",
                    path.join(", ")
                ),
            )
            .undo(format!("ALTER ROLE {role_sql} IN DATABASE {database_sql} RESET search_path;"))
            .actor("superuser, or the role itself")],
        ));
    }
    if let Some((schema, false)) = &hidden_in {
        let (role_sql, schema_sql) = (sql_ident(role), sql_ident(schema.raw()));
        return finding.remedy(Remedy::new(
            format!("let the role use schema \"{schema}\""),
            [Step::sql(
                database,
                "lets the role reach what is in the schema",
                format!("GRANT USAGE ON SCHEMA {schema_sql} TO {role_sql};"),
            )
            .undo(format!("REVOKE USAGE ON SCHEMA {schema_sql} FROM {role_sql};"))
            .actor("the owner of the schema or a superuser")],
        ));
    }
    finding
        .candidate(
            "the migrations that make it were not applied to this database",
            "dbdoctor check with --project compares the migrations of the code with the database",
        )
        .candidate(
            "the settings lead to another database than the one that was migrated",
            format!("another database of the server has the table; {database_shown} is not the one that is meant"),
        )
        .candidate(
            "the expectation is misspelt or out of date",
            "look for the table's name in the code",
        )
        .remedy(Remedy::new(
            "find out which of the candidates holds",
            [Step::new(
                Place::AppHost,
                "run the deployment's migration step, if this is the right database; else correct the settings, or the expectation",
            )],
        ))
}

/// The one schema that holds each of the missing tables, and whether the role may use it.
fn common_schema(missing: &[Missing]) -> Option<(Foreign, bool)> {
    let (first, rest) = missing.split_first()?;
    let [(schema, usage)] = first.elsewhere.as_slice() else {
        return None;
    };
    let has_dot = |one: &Missing| one.table.raw().contains('.');
    let same = rest
        .iter()
        .all(|one| matches!(one.elsewhere.as_slice(), [(other, _)] if other == schema));
    (same && !missing.iter().any(has_dot)).then(|| (schema.clone(), *usage))
}
