use crate::finding::{Explanation, Finding, Kind, Severity};
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
    explanation: Explanation {
        meaning: "The server knows the role and accepted its password, but the role may not connect to this database. CONNECT is granted to \
                  PUBLIC when a database is made; somebody revoked it.",
        tell: "SQLSTATE 42501 during the login, raised by the routine CheckMyDatabase: permission denied for database. It comes after the \
               password, so the credentials are right. A database that accepts no connections at all answers 55000 instead.",
        causes: &[
            "REVOKE CONNECT ON DATABASE … FROM PUBLIC was run to close the database, and this role was not granted CONNECT afterwards",
            "the role was recreated, and its grants went with the old one",
            "the settings name another application's database",
        ],
        fixes: &["GRANT CONNECT ON DATABASE to the role, or to a role that it inherits from", "correct the database name in the settings"],
        mistaken_for: "A wrong password, or a missing line in pg_hba.conf: both are refused earlier and with other codes (28P01, 28000).",
    },
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
