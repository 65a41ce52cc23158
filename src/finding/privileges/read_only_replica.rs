use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "read-only-replica",
    severity: Severity::Fail,
    title: "the server is a standby, and the application writes",
    explanation: Explanation {
        meaning: "The settings lead to a server in recovery: a hot standby, a read replica, or the old primary after a failover. It answers queries and \
                  refuses every write.",
        tell: "pg_is_in_recovery() is true; writes answer: cannot execute INSERT in a read-only transaction (25006).",
        causes: &[
            "the settings name a replica, or a reader endpoint",
            "a failover moved the primary, and the name or the address still leads to the old one",
            "a list of hosts without target_session_attrs=read-write: libpq takes the first that answers",
        ],
        fixes: &[
            "point the settings to the primary, or to the writer endpoint",
            "with several hosts, add target_session_attrs=read-write",
            "where the application only reads, say so with --needs usage,select",
        ],
        mistaken_for: "default_transaction_read_only: the message is the same, but then pg_is_in_recovery() is false.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("cannot execute {_} in a read-only transaction"),
    Text::new("cannot execute {_} during recovery"),
    Text::new("canceling statement due to conflict with recovery"),
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
