//! `auth/method-unsupported`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;
use crate::server::watch::Method;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "method-unsupported",
    severity: Severity::Fail,
    title: "the server asks for a proof that the client cannot give",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("authentication method 10 not supported"),
    Text::new("failed: authentication method {_} not supported"),
    Text::near_driver("authentication method {_} not supported"),
    Text::new("SCRAM authentication requires libpq version 10 or above"),
    Text::new("none of the server's SASL authentication mechanisms are supported"),
    Text::new("server requires OAuth authentication, but oauth_issuer"),
    Text::new("no OAuth flows are available"),
    Text::new("could not initiate GSSAPI security context"),
    Text::new("GSSAPI continuation error: "),
    Text::new("gssapi module not found; please install asyncpg[gssauth]"),
    Text::new("Authentication method {_} not supported by pg8000"),
    Text::new("The authentication type {_} is not supported. Check that you have configured the pg_hba.conf"),
    Text::new("unknown authenticationOk message type"),
];

/// The scene in which it was asked for.
#[must_use]
pub fn finding(scene: &Scene<'_>) -> Finding {
    let method = scene.method.map_or_else(|| "an unknown method".to_owned(), Method::name);
    let target = scene.target;
    if scene.method == Some(Method::OAuth) {
        return oauth(scene);
    }
    KIND.found(format!("the server asks role \"{}\" for {method}", target.user))
        .detail("The login stopped there. Older drivers stop at SCRAM in the same way; whether the application's own driver can go on is not known.")
        .evidence(format!("authentication request: {method}"))
        .remedy(Remedy::new(
            "try with psql, or let the server ask for scram-sha-256",
            [Step::new(Place::AppHost, "try with libpq").run(format!(
                "psql -h {} -p {} -U {} -d {} -c 'select 1'",
                quote::shell(&scene.route.host.name()),
                scene.route.host.port,
                quote::shell(target.user.raw()),
                quote::shell(target.database.raw())
            ))],
        ))
}

/// PostgreSQL 18 and later, where `pg_hba.conf` has the method `oauth`.
fn oauth(scene: &Scene<'_>) -> Finding {
    let role = &scene.target.user;
    KIND.found(format!("the server asks role \"{role}\" for an OAuth token, which the doctor does not get"))
        .detail(
            "pg_hba.conf has the method oauth. The login stopped there: a password is of no use, and nothing was offered. libpq 18 and later gets the \
             token itself, with oauth_issuer and oauth_client_id; whether the application's driver can is not known.",
        )
        .evidence("SASL mechanism offered: OAUTHBEARER, and none for passwords")
        .candidate(
            "the application logs in by OAuth",
            "its settings have oauth_issuer and oauth_client_id, and its driver brings libpq 18 or later with libpq-oauth",
        )
        .candidate("the application has a password, and the line in pg_hba.conf is not meant for it", "look for the first line that matches this role and database")
        .remedy(Remedy::new(
            "let the application log in by OAuth, or let pg_hba.conf ask this role for a password",
            [
                Step::sql("postgres", "see which lines ask for OAuth", "SELECT line_number, type, database, user_name, address, auth_method FROM pg_hba_file_rules ORDER BY line_number;")
                    .actor("superuser"),
                Step::new(Place::AppConfig, "by OAuth: set oauth_issuer and oauth_client_id as the identity provider has them"),
            ],
        ))
}
