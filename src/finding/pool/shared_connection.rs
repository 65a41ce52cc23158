//! `pool/shared-connection`: two processes or tasks use one connection.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "shared-connection",
    severity: Severity::Fail,
    title: "one connection is used by two processes or tasks at once",
    explanation: Explanation {
        meaning: "The bytes of two users got mixed on one connection: a worker was forked while a connection was open, or two tasks share one.",
        tell: "decryption failed or bad record mac, lost synchronization with server, another operation is in progress: the peers no longer agree on what was said.",
        causes: &["the server of the application preloads the code, which connects, and then forks its workers", "a connection is kept in a module or global and used by several threads or tasks"],
        fixes: &["connect after the fork: dispose the engine in post_fork of gunicorn or worker_process_init of Celery, with engine.dispose(close=False)", "take one connection from the pool for each task or thread"],
        mistaken_for: "A fault of the certificates or of the network.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("SSL error: decryption failed or bad record mac"),
    Text::new("lost synchronization with server: got message type"),
    Text::near_driver("another operation is in progress"),
    Text::new("cannot perform operation: another operation is in progress"),
];
