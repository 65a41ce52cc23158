//! `pool/client-pool-exhausted`: the application's own pool has nothing to hand out.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "client-pool-exhausted",
    severity: Severity::Fail,
    title: "the application's own connection pool has no connection to give",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("QueuePool limit of size {limit} overflow {_} reached, connection timed out"),
    Text::new("couldn't get a connection after {_} sec"),
    Text::new("pool initialization incomplete after {_} sec"),
    Text::new("psycopg_pool.TooManyRequests"),
    Text::near_driver("connection pool exhausted"),
];
