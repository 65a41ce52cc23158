//! `pool/connection-lost`: an established connection is ended under the application.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "connection-lost",
    severity: Severity::Fail,
    title: "an established connection was cut",
    explanation: Explanation {
        meaning: "The connection worked, and was ended while the application held it: by the server, by a pooler, or by something on the way that drops idle connections.",
        tell: "The error comes from a statement, not from connecting. \"terminating connection\" is the server's own word for it; without it something on the way, or a crash, cut it.",
        causes: &["the server was restarted or failed over, or an administrator ended the session", "a firewall, NAT or load balancer dropped a connection that was idle for longer than it allows", "a time limit of the server or pooler for idle sessions", "the server process crashed: its log tells"],
        fixes: &["let the pool test and renew connections: pool_pre_ping=True and pool_recycle in SQLAlchemy, CONN_HEALTH_CHECKS = True in Django", "keep idle connections alive: keepalives_idle=30 in the connection string", "look into the server's log at that time"],
        mistaken_for: "A server that cannot be reached: it was reached before.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("server closed the connection unexpectedly"),
    Text::new("SSL connection has been closed unexpectedly"),
    Text::new("terminating connection due to administrator command"),
    Text::new("terminating connection because of crash of another server process"),
    Text::new("terminating connection due to unexpected postmaster exit"),
    Text::new("terminating connection due to idle-session timeout"),
    Text::new("terminating connection due to transaction timeout"),
    Text::new("InterfaceError: connection already closed"),
    Text::near_driver("the connection is closed"),
    Text::new("psycopg.OperationalError: the connection is closed"),
    Text::new("could not receive data from server: {_}"),
    Text::new("SSL SYSCALL error: {_}"),
    Text::new("connection was closed in the middle of operation: terminating connection"),
    Text::near_driver("server conn crashed?"),
    Text::new("FATAL: server conn crashed?"),
    Text::new("FATAL: client_idle_timeout"),
    Text::new("FATAL: idle transaction timeout"),
    Text::new("connection to client lost"),
];
