//! The state table exists where the tool does not look.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::quoted;
use crate::quote;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "version-table-hidden",
    severity: Severity::Fail,
    title: "the table with the migrations' state is in a schema that the search path does not show",
};

/// Where the table is and how the role stands to it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub table: &'a str,
    /// The schema that has it.
    pub schema: &'a str,
    /// Whether the role has USAGE on it.
    pub usage: bool,
    /// The effective search path.
    pub path: &'a [String],
    pub role: &'a str,
    pub database: &'a str,
}

/// The table is in `seen.schema`, where an unqualified name does not find it.
#[must_use]
pub fn found(seen: &Seen<'_>) -> Finding {
    let path = if seen.path.is_empty() { "empty".to_owned() } else { seen.path.join(", ") };
    let finding = KIND
        .found(format!(
            "table {} is in schema {}, which the search path does not show",
            quoted(seen.table),
            quoted(seen.schema)
        ))
        .evidence(format!("effective search path of role {}: {}", quoted(seen.role), crate::foreign::Foreign::new(path)))
        .evidence(format!("found: {}.{}", quoted(seen.schema), quoted(seen.table)));
    let (role, schema) = (quote::sql_ident(seen.role), quote::sql_ident(seen.schema));
    if !seen.usage {
        return finding
            .detail("The role has no USAGE on that schema, so it is left out of the search path, and nothing in it can be read.")
            .remedy(Remedy::new(
                "grant USAGE on the schema",
                [Step::sql(
                    seen.database,
                    "Let the role look into the schema.",
                    format!("GRANT USAGE ON SCHEMA {schema} TO {role};"),
                )
                .actor(format!("the owner of schema {}", quoted(seen.schema)))
                .undo(format!("REVOKE USAGE ON SCHEMA {schema} FROM {role};"))],
            ));
    }
    let mut wanted = vec![schema];
    wanted.extend(seen.path.iter().map(|schema| quote::sql_ident(schema)));
    let database = quote::sql_ident(seen.database);
    finding
        .detail(
            "An unqualified name does not find it, so the tool would take the database for one where nothing was ever applied, and an \
             upgrade would create everything a second time.",
        )
        .candidate(
            "the role's search path is not the one that the migrations ran with",
            "the application's other tables are in the same schema",
        )
        .candidate(
            "the schema belongs to another application",
            "its other tables are strange to this one",
        )
        .remedy(Remedy::new(
            "put the schema on the role's search path, if it is the application's",
            [Step::sql(
                seen.database,
                "If the schema is this application's: set the path for the role in this database. It counts from the next connection on.",
                format!("ALTER ROLE {role} IN DATABASE {database} SET search_path = {};", wanted.join(", ")),
            )
            .actor("the role itself, or a superuser")
            .undo(format!("ALTER ROLE {role} IN DATABASE {database} RESET search_path;"))],
        ))
}
