use std::collections::BTreeSet;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::privilege::{Privilege, keywords};
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "default-privileges",
    severity: Severity::Warn,
    title: "tables that another role makes next will not be granted",
};

/// What a role that makes tables does not pass on.
#[derive(Debug)]
pub struct Gap {
    pub schema: Foreign,
    pub maker: Foreign,
    pub tables: BTreeSet<Privilege>,
    pub sequences: bool,
}

/// The gaps, one for each schema and role that makes tables there.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, gaps: &[Gap]) -> Finding {
    let role_sql = sql_ident(role.raw());
    let mut finding = KIND
        .found(match gaps {
            [gap] => format!("tables that \"{}\" makes next in schema \"{}\" will not be granted to \"{role}\"", gap.maker, gap.schema),
            many => format!("tables made next by {} owners will not be granted to \"{role}\"", many.len()),
        })
        .detail(
            "GRANT covers only what exists when it runs. What a role makes later is granted by the default privileges of that very role, and these say \
             nothing, or too little, for this one: the next migration that adds a table would bring 42501.",
        );
    let mut steps = Vec::new();
    for gap in gaps {
        let head = format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {}",
            sql_ident(gap.maker.raw()),
            sql_ident(gap.schema.raw())
        );
        let (mut run, mut undo, mut what) = (Vec::new(), Vec::new(), Vec::new());
        if !gap.tables.is_empty() {
            let words = keywords(&gap.tables);
            run.push(format!("{head} GRANT {words} ON TABLES TO {role_sql};"));
            undo.push(format!("{head} REVOKE {words} ON TABLES FROM {role_sql};"));
            what.push(format!("{words} on tables"));
        }
        if gap.sequences {
            run.push(format!("{head} GRANT USAGE ON SEQUENCES TO {role_sql};"));
            undo.push(format!("{head} REVOKE USAGE ON SEQUENCES FROM {role_sql};"));
            what.push("USAGE on sequences".to_owned());
        }
        finding = finding.evidence(format!(
            "\"{}\" owns tables in schema \"{}\"; its default privileges there do not give \"{role}\" {}",
            gap.maker,
            gap.schema,
            what.join(" and ")
        ));
        steps.push(
            Step::sql(
                database.raw(),
                format!(
                    "covers what \"{}\" makes in schema \"{}\" from now on; what exists is left as it is",
                    gap.maker, gap.schema
                ),
                run.join("\n"),
            )
            .undo(undo.join("\n"))
            .actor(format!("the role \"{}\" or a superuser", gap.maker)),
        );
    }
    finding.remedy(Remedy::new(format!("grant \"{role}\" its privileges on what will be made"), steps))
}
