//! `privileges/extension-denied`: the role may not create an extension.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "extension-denied",
    severity: Severity::Fail,
    title: "the role may not create an extension",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("permission denied to create extension \"{extension}\"")];

/// Why the role may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not trusted.
    TakesSuperuser,
    /// It is trusted, and the role lacks CREATE on the database.
    LacksCreate,
}

/// A pending migration, in `file`, makes the extension. Where the role is not known to be the one that migrates (`migrates`), the
/// one that does may be allowed to.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, extension: &Foreign, file: &str, obstacle: Obstacle, migrates: bool) -> Finding {
    let (role_sql, database_sql, extension_sql) = (sql_ident(role.raw()), sql_ident(database.raw()), sql_ident(extension.raw()));
    let why = match obstacle {
        Obstacle::TakesSuperuser => "it is not a trusted extension, so it takes a superuser",
        Obstacle::LacksCreate => "it takes CREATE on the database, which the role has not",
    };
    let create = Step::sql(
        database.raw(),
        "makes the extension once; with IF NOT EXISTS the migration then leaves it alone",
        format!("CREATE EXTENSION IF NOT EXISTS {extension_sql};"),
    )
    .undo(format!("DROP EXTENSION {extension_sql};"))
    .actor(match obstacle {
        Obstacle::TakesSuperuser => "superuser",
        Obstacle::LacksCreate => "the owner of the database or a superuser",
    });
    let finding = KIND
        .found(format!("a pending migration makes extension \"{extension}\", which role \"{role}\" may not"))
        .severity(if migrates { Severity::Fail } else { Severity::Warn })
        .detail(format!(
            "The database does not have the extension yet, and {why}: CREATE EXTENSION answers 42501, \"permission denied to create extension\", if the \
             migrations run as \"{role}\"."
        ))
        .evidence(format!("{file} has CREATE EXTENSION {extension}"))
        .evidence(format!("pg_extension of \"{database}\" does not list \"{extension}\"; {why}"));
    match obstacle {
        Obstacle::TakesSuperuser => finding.remedy(Remedy::new(format!("let a superuser make \"{extension}\" before the migrations run"), [create])),
        Obstacle::LacksCreate => finding.remedy(Remedy::new(
            format!("make \"{extension}\" before the migrations run, or let \"{role}\" make it"),
            [Step::sql(
                database.raw(),
                format!("lets the role make schemas and trusted extensions in the database; or, without a grant: CREATE EXTENSION {extension_sql}, as its owner"),
                format!("GRANT CREATE ON DATABASE {database_sql} TO {role_sql};"),
            )
            .undo(format!("REVOKE CREATE ON DATABASE {database_sql} FROM {role_sql};"))
            .actor("the owner of the database or a superuser")],
        )),
    }
}
