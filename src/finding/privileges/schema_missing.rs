use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::session::SessionSeen;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "schema-missing",
    severity: Severity::Fail,
    title: "a schema that the application uses is not found",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("schema \"{schema}\" does not exist"),
    Text::new("no schema has been selected to create in"),
];

/// A schema that `--schema` names; `schemas` are those that there are.
#[must_use]
pub fn finding(schema: &Foreign, database: &Foreign, session: Option<&SessionSeen>, schemas: &[Foreign]) -> Finding {
    let finding = KIND
        .found(format!("schema \"{schema}\" does not exist in database \"{database}\""))
        .detail("The schema is named for this check, and pg_namespace of the database does not list it. Why it is absent cannot be seen from here.");
    candidates(finding, database, session, schemas)
}

/// No schema of the search path exists. An application that qualifies every name does not mind.
#[must_use]
pub fn empty_search_path(database: &Foreign, session: &SessionSeen, schemas: &[Foreign]) -> Finding {
    let finding = KIND
        .found(format!("no schema of the search path \"{}\" exists in database \"{database}\"", session.search_path))
        .detail(
            "An unqualified table name finds nothing (42P01), and CREATE TABLE answers \"no schema has been selected to create in\" (3F000). \
             An application that writes the schema before every name does not notice; for that one, name its schemas with --schema.",
        )
        .severity(Severity::Warn);
    candidates(finding, database, Some(session), schemas)
}

fn candidates(mut finding: Finding, database: &Foreign, session: Option<&SessionSeen>, schemas: &[Foreign]) -> Finding {
    if let Some(session) = session {
        let names: Vec<_> = schemas.iter().map(|name| format!("\"{name}\"")).collect();
        finding = finding
            .evidence(format!("search_path = {}", session.search_path))
            .evidence(if names.is_empty() {
                "the database has no schema besides the system's".to_owned()
            } else {
                format!("schemas of the database: {}", names.join(", "))
            });
    }
    finding
        .candidate(
            format!("\"{database}\" is not the application's database"),
            "compare the database name with the settings of an instance that works, and look at the schemas listed above",
        )
        .candidate(
            "the migrations that make the schema have not run",
            "look for CREATE SCHEMA in the application's migrations",
        )
        .candidate("the name is misspelt", "compare it, letter case included, with the schemas listed above")
        .remedy(Remedy::new(
            "find out which of the candidates holds, then correct the setting or run the migrations",
            [Step::new(
                Place::AppConfig,
                "correct the database, the schema name or the search_path; where the schema is to be made, let the migrations make it, as the role that is to own it",
            )],
        ))
}
