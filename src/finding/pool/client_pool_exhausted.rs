//! `pool/client-pool-exhausted`: the application's own pool has nothing to hand out.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "client-pool-exhausted",
    severity: Severity::Fail,
    title: "the application's own connection pool is exhausted",
    explanation: Explanation {
        meaning: "A request waited for a connection of the application's own pool and got none in time. The limit is the pool's, not the server's.",
        tell: "QueuePool limit reached, or PoolTimeout. psycopg_pool says the same while it cannot connect at all: then its log has \"error connecting\" with the cause.",
        causes: &["connections are not given back: sessions that are never closed, or transactions held during calls to other services", "slow statements or locks keep every connection busy", "more threads in a process than the pool has connections", "the pool cannot connect at all, for a reason that stands further up in the log"],
        fixes: &["look for errors of the lower layers in the same log first", "close sessions at the end of each request, and keep transactions short", "make pool size plus overflow as large as the threads of a process, as far as max_connections allows"],
        mistaken_for: "A full server: that refuses with \"too many clients already\".",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("QueuePool limit of size {limit} overflow {_} reached, connection timed out"),
    Text::new("couldn't get a connection after {_} sec"),
    Text::new("pool initialization incomplete after {_} sec"),
    Text::new("psycopg_pool.TooManyRequests"),
    Text::near_driver("connection pool exhausted"),
];
