//! `auth/tenant-unknown`

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "tenant-unknown",
    severity: Severity::Fail,
    title: "the pooler does not know whose database is meant",
    explanation: Explanation {
        meaning: "Many customers' databases stand behind one address, and the pooler there finds the right one by a part of the user name: \
            postgres.<ref> at Supabase, user@server at Azure's retired single server. That part is missing, or nobody has it.",
        tell: "\"Tenant or user not found\", \"(ENOTFOUND) tenant/user … not found\", \"no tenant identifier provided\", \"Invalid Username \
            specified\". Where the host name decides instead, it is auth/endpoint-missing.",
        causes: &[
            "The user name is the plain one, without the tenant.",
            "The host is another region's, or has another prefix (aws-0, aws-1), than the project's.",
            "The project was paused, moved or deleted.",
        ],
        fixes: &[
            "Copy user and host together from the provider's console.",
        ],
        mistaken_for: "A missing role or a wrong password: PostgreSQL itself was not reached.",
    },
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&[
        "Tenant or user not found",
        "(ENOTFOUND) tenant/user",
        "(ENOIDENTIFIER)",
        "no tenant identifier provided",
        "Invalid Username specified",
    ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let (user, address) = (&scene.target.user, &scene.route.address);
    KIND.found(format!("the pooler at {address} knows no database of the user \"{user}\""))
        .detail("A pooler for many customers answered, and not PostgreSQL. No password was looked at: whether it is right is not known.")
        .evidence(error.to_string())
        .candidate(
            "the user name lacks the part that names the project or server",
            "compare it with the connection string in the provider's console, letter by letter",
        )
        .candidate(
            "the host belongs to another region or cluster of poolers than the project",
            format!("compare \"{}\" with the console's host", scene.route.host.name()),
        )
        .candidate("the project is paused or gone", "the console shows its state")
        .remedy(Remedy::new(
            "take user and host together from the provider's console",
            [Step::new(
                Place::AppConfig,
                format!(
                    "correct user and host where the application reads them (here: {}), percent-encoded in a URL",
                    scene.target.source
                ),
            )],
        ))
}
