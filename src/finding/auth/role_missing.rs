//! `auth/role-missing`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "role-missing",
    severity: Severity::Fail,
    title: "the role does not exist",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("28000") && (error.came_from("InitializeSessionUserId") || error.says(&["role \""]) && error.says(&["\" does not exist"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let user = &scene.target.user;
    let mut finding = KIND
        .found(format!("there is no role \"{user}\" on the server"))
        .detail("The server let the connection through pg_hba.conf without a password and then did not find the role.")
        .evidence(error.to_string());
    if !error.says(&["does not exist"]) {
        // The message is translated, and the same routine turns away roles that may not log in.
        finding.title = format!("role \"{user}\" does not exist on the server, or may not log in");
        finding = finding
            .candidate("the role does not exist", "the query below shows no row")
            .candidate("the role may not log in", "the query below shows rolcanlogin = f");
    }
    finding.remedy(Remedy::new(
        format!("create the role \"{user}\", or correct the name in the settings"),
        [
            Step::sql(
                "postgres",
                "see which roles there are",
                "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1;",
            ),
            Step::sql(
                "postgres",
                "if the role is missing, create it; then give it a password with \\password",
                format!("CREATE ROLE {} LOGIN;", quote::sql_ident(user.raw())),
            )
            .actor("superuser")
            .undo(format!("DROP ROLE {};", quote::sql_ident(user.raw()))),
        ],
    ))
}
