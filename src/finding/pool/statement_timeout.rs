//! `pool/statement-timeout`: a statement ran into its time limit.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "statement-timeout",
    severity: Severity::Fail,
    title: "a statement exceeded its time limit",
    explanation: Explanation {
        meaning: "statement_timeout, or the query_timeout of a pooler, ended a statement that ran for longer.",
        tell: "canceling statement due to statement timeout. The connection itself goes on.",
        causes: &["the statement waits for a lock that another transaction holds", "the statement is slow: a missing index, stale statistics, more data", "the limit is too low for a migration or a report"],
        fixes: &["see what it waits for while it runs: SELECT pid, wait_event_type, wait_event, query FROM pg_stat_activity", "raise the limit for that role or session alone: ALTER ROLE … SET statement_timeout"],
        mistaken_for: "A network fault: the server answered.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("canceling statement due to statement timeout"),
    Text::new("FATAL: query_timeout"),
];
