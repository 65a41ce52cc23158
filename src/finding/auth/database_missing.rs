//! `auth/database-missing`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "database-missing",
    severity: Severity::Fail,
    title: "the database does not exist",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("3D000") || error.says(&["database \""]) && error.says(&["\" does not exist"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let database = &target.database;
    if error
        .detail
        .as_ref()
        .is_some_and(|detail| detail.raw().contains("database subdirectory"))
    {
        return KIND
            .found(format!("the files of database \"{database}\" are gone from the server's disk"))
            .detail("The server knows the database and does not find its directory.")
            .evidence(error.to_string())
            .remedy(Remedy::new(
                "bring the database's directory back",
                [Step::new(
                    Place::DatabaseHost,
                    "see whether the directory's disk or tablespace is not mounted; otherwise restore the database from a backup",
                )],
            ));
    }
    let mut finding = KIND
        .found(format!("there is no database \"{database}\" on the server"))
        .detail("The role was let in first, so its password, where one was asked for, is right.")
        .evidence(error.to_string());
    if database == &target.user {
        finding = finding.candidate(
            "the settings name no database, and the role's name was taken instead",
            "look for a database name in the DSN",
        );
    }
    if database.raw().trim() != database.raw() {
        finding = finding.candidate(
            "a blank or line break at the end of the name came from the settings",
            "the name is shown above with its last character",
        );
    }
    let ident = quote::sql_ident(database.raw());
    finding.remedy(Remedy::new(
        format!("correct the database's name in the settings, or create \"{database}\""),
        [
            Step::sql(
                "postgres",
                "see which databases there are",
                "SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1;",
            ),
            Step::sql(
                "postgres",
                "if it is missing, create it",
                format!("CREATE DATABASE {ident} OWNER {};", quote::sql_ident(target.user.raw())),
            )
            .actor("superuser")
            .undo(format!("DROP DATABASE {ident};")),
        ],
    ))
}
