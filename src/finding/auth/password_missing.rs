//! `auth/password-missing`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "password-missing",
    severity: Severity::Fail,
    title: "the server asks for a password, and there is none",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("fe_sendauth: no password supplied"),
    Text::new("The server requested password-based authentication, but no password was provided"),
    Text::new("The server requested SCRAM-based authentication, but no password was provided"),
    Text::new("SCRAM-SERVER-FIRST-MESSAGE: client password must be a string"),
    Text::new("invalid configuration <- password missing"),
    Text::new("invalid configuration: password missing"),
    Text::near_driver("'NoneType' object has no attribute 'decode'"),
];

/// Whether a refusal is of this kind: the client sent a password of no length.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("28P01") && error.came_from("recv_password_packet") || error.says(&["empty password returned by client"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn refused(error: &ServerError, scene: &Scene<'_>) -> Finding {
    KIND.found(format!("the password of role \"{}\" is empty", scene.target.user))
        .detail("The settings have a password, and nothing is in it: a variable that is set to nothing, mostly. The server takes no empty password.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "put the password where the application reads it",
            [Step::new(
                Place::AppConfig,
                format!("set the password ({}), percent-encoded if they are a URL, and restart the application", scene.target.source),
            )],
        ))
}

/// The scene in which the password was wanted.
#[must_use]
pub fn finding(scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let method = scene.method.map_or_else(|| "unknown".to_owned(), crate::server::watch::Method::name);
    KIND.found(format!("the server asks role \"{}\" for a password, and the settings have none", target.user))
        .detail(format!("The method is {method}. Neither {} nor PGPASSWORD nor a passfile has a password for this connection.", target.source))
        .evidence(format!("authentication request: {method}; nothing was sent"))
        .remedy(Remedy::new(
            "put the password where the application reads it",
            [Step::new(Place::AppConfig, format!("add the password ({}), percent-encoded if they are a URL, and restart the application", target.source))],
        ))
}
