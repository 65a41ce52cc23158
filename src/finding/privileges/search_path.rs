//! `privileges/search-path`: an unqualified name does not find the table that is there.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::listing::count;
use crate::privileges::relations::Hidden;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "search-path",
    severity: Severity::Warn,
    title: "the search path does not lead to the tables that are there",
};

/// How many names are shown.
const NAMED: usize = 20;

/// The schemas of the search path hold nothing, and others do.
#[must_use]
pub fn leads_elsewhere(role: &Foreign, database: &Foreign, path: &Foreign, elsewhere: &[(Foreign, i64)]) -> Finding {
    let mut finding = KIND
        .found(match elsewhere {
            [(schema, tables)] => format!("the search path finds no table, and schema \"{schema}\" holds {}", counted(*tables)),
            many => format!("the search path finds no table, and {} other schemas hold some", many.len()),
        })
        .detail(
            "A table name without a schema is not found there (42P01, \"relation does not exist\"). An application that writes the schema before every \
             name does not mind; for that one, name its schemas with --schema.",
        )
        .evidence(format!("search_path = {path}"));
    for (schema, tables) in elsewhere.iter().take(NAMED) {
        finding = finding.evidence(format!("schema \"{schema}\" holds {}", counted(*tables)));
    }
    finding = finding
        .candidate(
            "the search path of the role was forgotten",
            "the tables are this application's, and its queries name no schema",
        )
        .candidate(
            "the tables are another application's, or named with their schema",
            "look at their names",
        );
    let remedy = match elsewhere {
        [(schema, _)] => {
            let (role_sql, database_sql) = (sql_ident(role.raw()), sql_ident(database.raw()));
            let behind = if schema.raw() == "public" { "" } else { ", public" };
            Step::sql(
                database.raw(),
                "if they are this application's: new sessions of the role look there first",
                format!(
                    "ALTER ROLE {role_sql} IN DATABASE {database_sql} SET search_path = {}{behind};",
                    sql_ident(schema.raw())
                ),
            )
            .undo(format!("ALTER ROLE {role_sql} IN DATABASE {database_sql} RESET search_path;"))
            .actor("superuser, or the role itself")
        }
        _ => Step::new(
            Place::Database,
            format!(
                "if one of them is this application's: ALTER ROLE {} IN DATABASE {} SET search_path to it",
                sql_ident(role.raw()),
                sql_ident(database.raw())
            ),
        ),
    };
    finding.remedy(Remedy::new("set the search path, if the tables are this application's", [remedy]))
}

/// Names that stand in several schemas of the search path. That may be so on purpose.
#[must_use]
pub fn hides(path: &Foreign, hidden: &[Hidden]) -> Finding {
    let mut finding = KIND
        .found(match hidden {
            [one] => format!("table \"{}\" stands in several schemas of the search path", one.name),
            many => format!("{} table names stand in several schemas of the search path", many.len()),
        })
        .severity(Severity::Info)
        .detail("An unqualified name finds the table of the first schema alone. With a schema for each tenant that is meant so; else one of the copies is out of date.")
        .evidence(format!("search_path = {path}"));
    for one in hidden.iter().take(NAMED) {
        let names: Vec<_> = one.schemas.iter().map(|schema| format!("\"{schema}\".\"{}\"", one.name)).collect();
        if let [first, rest @ ..] = names.as_slice() {
            finding = finding.evidence(format!("{first} hides {}", rest.join(", ")));
        }
    }
    finding
        .candidate("the path was set so on purpose", "there is a schema for each tenant or release")
        .candidate("an old copy is left", "compare the rows and the columns of the two")
        .remedy(Remedy::new(
            "find out which of them the application is meant to use",
            [Step::new(
                Place::Database,
                "compare the two; take the wrong schema off the path, or rename the table that is not meant",
            )],
        ))
}

fn counted(tables: i64) -> String {
    count(usize::try_from(tables).unwrap_or(usize::MAX), "table")
}
