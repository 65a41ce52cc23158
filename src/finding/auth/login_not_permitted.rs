//! `auth/login-not-permitted`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "login-not-permitted",
    severity: Severity::Fail,
    title: "the role may not log in",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("28000") && error.says(&["is not permitted to log in"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let user = &scene.target.user;
    let ident = quote::sql_ident(user.raw());
    KIND.found(format!("role \"{user}\" is not permitted to log in"))
        .detail("The role exists without the LOGIN attribute. It may be a group whose members log in; or if somebody locked it, find out why before you open it.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            format!("give role \"{user}\" the right to log in"),
            [Step::sql("postgres", "let the role log in", format!("ALTER ROLE {ident} LOGIN;"))
                .actor("superuser")
                .undo(format!("ALTER ROLE {ident} NOLOGIN;"))],
        ))
}
