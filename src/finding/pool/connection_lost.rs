//! `pool/connection-lost`: an established connection is ended under the application.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "connection-lost",
    severity: Severity::Fail,
    title: "a connection that the application still uses is closed",
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
    Text::near_driver("InterfaceError: connection is closed"),
    Text::near_driver("the underlying connection is closed"),
    Text::near_driver("the connection is closed"),
    Text::new("psycopg.OperationalError: the connection is closed"),
    Text::new("could not receive data from server: {_}"),
    Text::new("SSL SYSCALL error: {_}"),
    Text::new("connection was closed in the middle of operation: terminating connection"),
    Text::near_driver("Error: Connection terminated unexpectedly"),
    Text::near_driver("server conn crashed?"),
    Text::new("FATAL: server conn crashed?"),
    Text::new("FATAL: client_idle_timeout"),
    Text::new("FATAL: idle transaction timeout"),
    Text::new("connection to client lost"),
    Text::new("An I/O error occurred while sending to the backend"),
    Text::near_driver("Server has closed the connection."),
    Text::near_driver("Attempted to read past the end of the stream"),
    Text::near_driver("tcp recv: closed"),
    Text::near_driver("tcp recv (idle): closed"),
    Text::near_driver("ssl recv: closed"),
    Text::near_driver("ssl recv (idle): closed"),
    Text::new("PG::UnableToSend: "),
    Text::new("PQsocket() can't get socket descriptor"),
    Text::new("PSQLException: This connection has been closed"),
    Text::near_driver("Unable to read data from the transport connection"),
    Text::near_driver("write: broken pipe"),
    Text::new("SSL error: unexpected eof while reading"),
    Text::near_driver("write EPIPE"),
    Text::new("(pg8000.exceptions.InterfaceError) network error\n[SQL: "),
    Text::near_driver("(This connection has been closed.)"),
    Text::new("write CONNECTION_CLOSED {host}:{port}"),
    Text::new("write CONNECTION_ENDED {host}:{port}"),
];
