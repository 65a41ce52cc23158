//! `auth/method-disallowed`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;
use crate::server::watch::Method;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "method-disallowed",
    severity: Severity::Fail,
    title: "the server asks for an authentication method that require_auth does not allow",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("authentication method requirement \"{value}\" failed")];

/// What the server asked for, and what the settings allow.
#[must_use]
pub fn finding(scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let asked = scene.method.map_or_else(|| "nothing known".to_owned(), Method::name);
    let allowed = target.require_auth.as_ref().map(ToString::to_string).unwrap_or_default();
    let seen = match scene.method {
        Some(Method::NoneAsked) => format!("the server lets role \"{}\" in without a proof", target.user),
        _ => format!("the server asks role \"{}\" for {asked}", target.user),
    };
    let mut line = format!("require_auth={allowed}");
    if let Some(method) = scene.method.map(Method::required_name).filter(|name| !name.is_empty()) {
        line = match &target.require_auth {
            Some(require) if !require.negated => format!("require_auth={allowed},{method}"),
            _ => line,
        };
    }
    KIND.found(format!("{seen}, and the settings allow require_auth={allowed} only"))
        .detail("The connection was given up before anything was offered: whether the password is right is not known.")
        .evidence(format!("the server at {} asked for: {asked}", scene.route.address))
        .evidence(format!("require_auth={allowed}, from {}", target.source))
        .remedy(Remedy::new(
            "make the server ask for a method that require_auth allows",
            [
                Step::sql(
                    "postgres",
                    "see which line of pg_hba.conf has the method, then change it there and reload",
                    "SELECT line_number, type, database, user_name, address, auth_method FROM pg_hba_file_rules ORDER BY line_number;",
                )
                .actor("superuser"),
                Step::new(
                    Place::AppConfig,
                    format!("or, if the server's method is good enough, allow it: {line}"),
                ),
            ],
        ))
}
