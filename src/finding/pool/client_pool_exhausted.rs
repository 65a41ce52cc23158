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
    Text::near_driver("timeout exceeded when trying to connect"),
    Text::near_driver("Knex: Timeout acquiring a connection. The pool is probably full"),
    Text::near_driver("SequelizeConnectionAcquireTimeoutError"),
    Text::near_driver("Connection is not available, request timed out after"),
    Text::near_driver("could not obtain a connection from the pool within"),
    Text::near_driver("pool timed out while waiting for an open connection"),
    Text::near_driver("Timed out fetching a new connection from the connection pool"),
    Text::new("The connection pool has been exhausted, either raise 'Max Pool Size'"),
    Text::near_driver("Timed out in bb8"),
    Text::new("connection not available and request was dropped from queue after"),
    Text::near_driver("Timeout while getting a connection from pool"),
    Text::new("The connection pool has been exhausted, either raise MaxPoolSize"),
    Text::near_driver("Acquisition timeout while waiting for new connection"),
    Text::near_driver("Sorry, acquisition timeout!"),
];
