use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "read-only-replica",
    severity: Severity::Fail,
    title: "the server takes no writes, as a standby does, and the application writes",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("cannot execute {_} in a read-only transaction"),
    Text::new("cannot execute {_} during recovery"),
];

/// The session's server is in recovery.
#[must_use]
pub fn finding(host: &str) -> Finding {
    let host = Foreign::from(host);
    KIND.found(format!("{host} leads to a standby, which refuses every write"))
        .detail(
            "The application writes, and this server is in recovery: INSERT, UPDATE, DELETE and CREATE answer 25006, \"cannot execute … in a \
             read-only transaction\". No GRANT changes that.",
        )
        .evidence("pg_is_in_recovery() is true")
        .candidate(
            "the settings name a replica or a reader endpoint",
            "compare the host with the primary's; on the primary pg_is_in_recovery() is false",
        )
        .candidate(
            "a failover moved the primary elsewhere",
            "look at the cluster's manager or the provider's console for a failover, and at what the host name resolves to",
        )
        .remedy(Remedy::new(
            "point the settings to the primary",
            [Step::new(
                Place::AppConfig,
                "set the host to the primary or the writer endpoint; with several hosts, add target_session_attrs=read-write so that libpq skips standbys",
            )],
        ))
}
