//! `auth/pooler-database-unknown`

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "pooler-database-unknown",
    severity: Severity::Fail,
    title: "the pooler does not serve the database",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && (error.says(&["no such database", "No pool configured for database"])
            || error.says(&["route for"]) && error.says(&["is not found"])
            || error.says(&["database \""]) && error.says(&["is disabled"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let database = &scene.target.database;
    if error.says(&["is disabled"]) {
        return KIND
            .found(format!(
                "the pooler at {} has the database \"{database}\" disabled",
                scene.route.address
            ))
            .detail(
                "A pooler answered, not PostgreSQL: somebody turned the database off in its console. Find out why before you turn it on.",
            )
            .evidence(error.to_string())
            .remedy(Remedy::new(
                "let the pooler serve the database again",
                [Step::new(Place::Pooler, "in the pooler's console, as an admin user")
                    .run(format!("ENABLE {};", sql_ident(database.raw())))],
            ));
    }
    if error.says(&["route for", "No pool configured"]) {
        return KIND
            .found(format!("the pooler at {} serves no database \"{database}\" to role \"{}\"", scene.route.address, scene.target.user))
            .detail("A pooler answered, not PostgreSQL: its configuration has nothing for this pair of database and user. Whether PostgreSQL has them is not known.")
            .evidence(error.to_string())
            .remedy(Remedy::new(
                "let the pooler serve the database to this role",
                [Step::new(Place::Pooler, "add the database, and the user to it, in the pooler's configuration, and reload it")],
            ));
    }
    KIND.found(format!("the pooler at {} does not know the database \"{database}\"", scene.route.address))
        .detail("A pooler answered, not PostgreSQL: its own list of databases does not have that name. Whether PostgreSQL has the database is not known.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "add the database to the pooler's list",
            [
                Step::new(Place::Pooler, format!("in pgbouncer.ini, section [databases], add a line with the host and port of PostgreSQL: {} = host=… port=…", key(database))),
                Step::new(Place::Pooler, "in the pooler's console, as an admin user").run("RELOAD;"),
            ],
        ))
}

/// The line's name. PgBouncer takes no quotes there: what it would need them for is left to the line for all.
fn key(database: &Foreign) -> String {
    let plain = database.raw().chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    if plain { database.to_string() } else { "*".to_owned() }
}
