use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "connect-denied",
    severity: Severity::Fail,
    title: "the role lacks CONNECT on the database",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("42501") && (error.came_from("CheckMyDatabase") || error.says(&["permission denied for database"]))
}

/// The server refused the login.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    KIND.found(format!("role \"{role}\" lacks CONNECT on database \"{database}\""))
        .detail(
            "The server refused the login after it had accepted the role's credentials, so the password is right and the database exists: \
             only the privilege CONNECT is missing.",
        )
        .evidence(refusal.to_string())
        .remedy(remedy(role, database))
}

/// A session that is already in, while the privilege is gone.
#[must_use]
pub fn revoked(role: &Foreign, database: &Foreign) -> Finding {
    KIND.found(format!("role \"{role}\" lacks CONNECT on database \"{database}\""))
        .detail(
            "This session is in, but has_database_privilege says that the next one would be refused: the privilege was revoked a moment ago, \
             or a pooler lent a connection that is older than the change.",
        )
        .evidence(format!("has_database_privilege(\"{role}\", \"{database}\", 'CONNECT') is false"))
        .remedy(remedy(role, database))
}

fn remedy(role: &Foreign, database: &Foreign) -> Remedy {
    let (role_sql, database_sql) = (sql_ident(role.raw()), sql_ident(database.raw()));
    Remedy::new(
        format!("grant CONNECT on database \"{database}\" to \"{role}\""),
        [Step::sql(
            "postgres",
            "lets the role connect to the database",
            format!("GRANT CONNECT ON DATABASE {database_sql} TO {role_sql};"),
        )
        .undo(format!("REVOKE CONNECT ON DATABASE {database_sql} FROM {role_sql};"))
        .actor("the owner of the database or a superuser")],
    )
}
