//! `auth/session-attrs-mismatch`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::server::session_state::State;
use crate::target::{SessionAttrs, Target};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "session-attrs-mismatch",
    severity: Severity::Fail,
    title: "no host gives the session that target_session_attrs asks for",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("session is not read-only"),
    Text::new("server is not in hot standby mode"),
    Text::new("server is in hot standby mode"),
    Text::new("session is read-only\n"),
    Text::new("failed: session is read-only"),
    Text::new("database is not read only"),
];

/// What each host that let the role in turned out to be.
#[must_use]
pub fn finding(target: &Target, seen: &[(Address, State)]) -> Finding {
    let wanted = target.session_attrs;
    let title = match seen {
        [(address, state)] => format!("{address} is {state}, and target_session_attrs={} asks for another kind", wanted.name()),
        _ => format!("none of {} hosts is what target_session_attrs={} asks for", seen.len(), wanted.name()),
    };
    let by_default = seen.iter().any(|(_, state)| state.read_only_by_default && !state.standby);
    let mut finding = KIND
        .found(title)
        .detail("The role was let in, so its credentials are right; libpq hangs up again because the session is not of the wanted kind.");
    finding.evidence = seen.iter().map(|(address, state)| format!("{address} is {state}")).collect();
    finding = match wanted {
        SessionAttrs::ReadWrite | SessionAttrs::Primary => finding
            .candidate("the primary is another host, perhaps since a failover", "pg_is_in_recovery() is false on exactly one host of the cluster")
            .candidate("the primary is in the list, and down or not reachable", "the rows tcp and dns of this report name hosts that did not answer"),
        _ => finding.candidate("the list has no standby that is up", "pg_is_in_recovery() is true on a standby"),
    };
    if by_default && wanted == SessionAttrs::ReadWrite {
        finding = finding.candidate(
            "default_transaction_read_only is set for the server, the database or the role",
            "the query below says where it comes from",
        );
    }
    finding.remedy(Remedy::new(
        "let the settings name a host of the wanted kind",
        [
            Step::sql(
                target.database.to_string(),
                "on each host, see what it is",
                "SELECT pg_is_in_recovery(), setting, source FROM pg_settings WHERE name = 'default_transaction_read_only';",
            ),
            Step::new(
                Place::AppConfig,
                "list every member of the cluster in host, or name the provider's writer or reader endpoint, whichever target_session_attrs asks for",
            ),
        ],
    ))
}
