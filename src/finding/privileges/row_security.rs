//! `privileges/row-security`: row-level security keeps the rows away.

use std::collections::BTreeSet;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::qualified;
use crate::privileges::privilege::{Privilege, keywords};
use crate::listing::count;
use crate::privileges::relations::Filtered;
use crate::privileges::setting::SetBy;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "row-security",
    severity: Severity::Fail,
    title: "row-level security keeps the rows away from the role",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("new row violates row-level security policy"),
    Text::new("query would be affected by row-level security policy"),
];

/// How many tables are named one by one.
const NAMED: usize = 20;

/// Tables under policies none of which lets this role do what it needs.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, tables: &[(&Filtered, BTreeSet<Privilege>)]) -> Finding {
    let mut finding = KIND
        .found(match tables {
            [(one, barred)] => format!("row-level security bars role \"{role}\" from {} on {}", keywords(barred), shown(one)),
            many => format!("row-level security bars role \"{role}\" from rows of {} tables", many.len()),
        })
        .detail(
            "The tables have row-level security, and no policy lets this role at any row for these commands: SELECT returns nothing, UPDATE and DELETE touch \
             nothing, without an error; INSERT answers 42501. Privileges on the tables do not change that.",
        );
    for (table, barred) in tables.iter().take(NAMED) {
        let of_others = match table.roles.as_slice() {
            [] => String::new(),
            roles => format!("; its policies are for {}", roles.iter().map(|role| format!("\"{role}\"")).collect::<Vec<_>>().join(", ")),
        };
        finding = finding.evidence(format!("{} (owner \"{}\"): no policy for {}{of_others}", shown(table), table.owner, keywords(barred)));
    }
    let more = tables.len().saturating_sub(NAMED);
    if more > 0 {
        finding = finding.evidence(format!("… and {more} more; the remedy covers all of them"));
    }
    let roles: BTreeSet<&Foreign> = tables.iter().flat_map(|(table, _)| &table.roles).collect();
    for other in roles {
        finding = finding.candidate(
            format!("the application is meant to act as \"{other}\", which has policies"),
            format!("look for SET ROLE {} in the application, or for a login of \"{other}\" in its settings", sql_ident(other.raw())),
        );
    }
    finding = finding
        .candidate(
            format!("row-level security was switched on, and the policy for \"{role}\" was forgotten"),
            "look for ENABLE ROW LEVEL SECURITY in the migrations, and for the CREATE POLICY that belongs to it",
        )
        .candidate(
            "the tables are closed on purpose",
            "the application reads them through a view or a function of another role's, or not at all",
        );
    let (mut run, mut undo) = (Vec::new(), Vec::new());
    for (table, barred) in tables {
        let table_sql = qualified(&table.schema, &table.name);
        for (name, command) in policies(barred) {
            let policy = sql_ident(&format!("{}_{name}", role.raw()));
            let condition = if command == "INSERT" { "WITH CHECK (true)" } else { "USING (true)" };
            run.push(format!("CREATE POLICY {policy} ON {table_sql} FOR {command} TO {} {condition};", sql_ident(role.raw())));
            undo.push(format!("DROP POLICY {policy} ON {table_sql};"));
        }
    }
    let owners: BTreeSet<Foreign> = tables.iter().map(|(table, _)| table.owner.clone()).collect();
    finding.remedy(Remedy::new(
        format!("decide which rows \"{role}\" is to see, and give it a policy"),
        [Step::sql(
            database.raw(),
            "where it is to see all rows: lets it; where rows are to be kept apart, put the condition in the place of true",
            run.join("\n"),
        )
        .undo(undo.join("\n"))
        .actor(crate::privileges::grants::actor(&owners))],
    ))
}

/// `row_security = off`: a query that a policy would filter is refused. `login` is the role that the settings of roles are looked up by.
#[must_use]
pub fn refused(login: &Foreign, database: &Foreign, tables: &[Filtered], set_by: &SetBy) -> Finding {
    let mut finding = KIND
        .found(format!(
            "row_security is off, so that {} under row-level security answer with an error",
            count(tables.len(), "table")
        ))
        .detail(
            "With row_security = off a query that a policy would filter is refused with 42501, \"query would be affected by row-level security \
             policy\". It is meant for dumps.",
        )
        .evidence(format!("row_security = off, pg_settings.source = \"{}\"", set_by.source));
    if let Some((file, line)) = &set_by.line {
        finding = finding.evidence(format!("set in {file}, line {line}"));
    }
    for table in tables.iter().take(NAMED) {
        finding = finding.evidence(format!("{} is under row-level security for this role", shown(table)));
    }
    let step = match set_by.owner(login, database) {
        Some(owner) => Step::sql(
            database.raw(),
            "takes it back where it was set; new sessions are filtered again",
            format!("ALTER {} RESET row_security;", owner.sql),
        )
        .undo(format!("ALTER {} SET row_security = off;", owner.sql))
        .actor(owner.actor),
        None if set_by.is_of_the_client() => Step::new(
            Place::AppConfig,
            "remove row_security from PGOPTIONS, or from the options of the connection string",
        ),
        None => Step::sql(
            database.raw(),
            "it is set for the whole server: shows the file and line, which are to be changed there",
            "SELECT setting, source, sourcefile, sourceline FROM pg_settings WHERE name = 'row_security';",
        )
        .actor("superuser"),
    };
    finding.remedy(Remedy::new("take row_security = off back where it was set", [step]))
}

fn shown(table: &Filtered) -> Foreign {
    Foreign::new(qualified(&table.schema, &table.name))
}

/// The policies that give what is barred: one for all commands, or one for each.
fn policies(barred: &BTreeSet<Privilege>) -> Vec<(&'static str, &'static str)> {
    if barred.len() == Privilege::ALL.len() {
        return vec![("all", "ALL")];
    }
    let of = |privilege: &Privilege| match privilege {
        Privilege::Select => ("select", "SELECT"),
        Privilege::Insert => ("insert", "INSERT"),
        Privilege::Update => ("update", "UPDATE"),
        Privilege::Delete => ("delete", "DELETE"),
    };
    barred.iter().map(of).collect()
}
