//! `auth/database-closed`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "database-closed",
    severity: Severity::Fail,
    title: "the database accepts no connections",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("55000")
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let database = &scene.target.database;
    let ident = quote::sql_ident(database.raw());
    let finding = KIND
        .found(format!("database \"{database}\" accepts no connections"))
        .evidence(error.to_string());
    if error.says(&["invalid database"]) {
        return finding
            .detail("A DROP DATABASE was interrupted: what is left cannot be used again.")
            .remedy(Remedy::new(
                "restore the database from a backup under its name",
                [Step::new(Place::Database, "drop what is left, create the database anew, and restore it").actor("superuser")],
            ));
    }
    if database.raw() == "template0" {
        return finding
            .detail("template0 is the pristine template that CREATE DATABASE copies; it is closed on purpose, and has to stay so.")
            .remedy(Remedy::new(
                "name the application's own database",
                [Step::new(
                    Place::AppConfig,
                    format!("correct the database's name in the settings ({})", scene.target.source),
                )],
            ));
    }
    finding
        .detail("Somebody turned connections off. Find out why before you turn them on. The role was let in first, so its password, where one was asked for, is right.")
        .remedy(Remedy::new(
            "let the database accept connections again",
            [Step::sql("postgres", "from another database", format!("ALTER DATABASE {ident} WITH ALLOW_CONNECTIONS true;"))
                .actor("superuser")
                .undo(format!("ALTER DATABASE {ident} WITH ALLOW_CONNECTIONS false;"))],
        ))
}
