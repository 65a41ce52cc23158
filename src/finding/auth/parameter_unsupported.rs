//! `auth/parameter-unsupported`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "parameter-unsupported",
    severity: Severity::Fail,
    title: "a parameter sent at login is refused",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    // 42601 is what the server says of options that it cannot read as switches.
    ["42704", "22023", "42601"].iter().any(|sqlstate| error.is(sqlstate))
        || error.says(&[
            "unsupported startup parameter",
            "unsupported options startup parameter",
            "permission denied to set parameter",
        ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let finding = KIND
        .found("a parameter that the connection carries is refused")
        .evidence(error.to_string());
    let source = &scene.target.source;
    if error.is_of_a_pooler() {
        // PgBouncer: "unsupported startup parameter: jit", "unsupported startup parameter in options: jit".
        let parameter = error
            .message
            .raw()
            .rsplit(": ")
            .next()
            .filter(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c)));
        let parameter = parameter.unwrap_or("options");
        return finding
            .detail(format!(
                "A pooler refuses it; without it the login would have gone on. The settings come from {source}."
            ))
            .remedy(Remedy::new(
                "let the pooler ignore the parameter, or remove it from the settings",
                [
                    Step::new(
                        Place::Pooler,
                        "in pgbouncer.ini, section [pgbouncer]; a list that is there already gets one more name",
                    )
                    .run(format!("ignore_startup_parameters = {parameter}")),
                    Step::new(Place::Pooler, "in the pooler's console, as an admin user").run("RELOAD;"),
                    Step::new(Place::AppConfig, "or remove the parameter from the connection settings"),
                ],
            ));
    }
    let (cause, text) = if scene.target.options.is_some() {
        (
            "It stands in the options of the connection settings, or among what a driver adds to them.",
            format!("remove it from options in the settings ({source}), or correct its value"),
        )
    } else {
        (
            "The client sent it along with the login: what ALTER ROLE or ALTER DATABASE set brings a warning at most.",
            "remove it where the client gets it from, or correct its value: options or PGOPTIONS, or the arguments that the application gives its driver".to_owned(),
        )
    };
    finding.detail(cause).remedy(Remedy::new(
        "remove or correct the parameter where the client has it from",
        [Step::new(Place::AppConfig, text)],
    ))
}
