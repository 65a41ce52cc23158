//! `tcp/server-not-starting`: PostgreSQL's own log says why nothing listens.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "server-not-starting",
    severity: Severity::Fail,
    title: "PostgreSQL does not start",
};

/// What logs say of it. Of what libpq says too, only the server's own words count: they begin with the severity.
pub const TEXTS: &[Text] = &[
    Text::new("could not create any TCP/IP sockets"),
    Text::new("could not create any Unix-domain sockets"),
    Text::new("could not create lock file \"{file}\""),
    Text::new("FATAL: lock file \"{file}\" already exists"),
    Text::new("data directory \"{file}\" has invalid permissions"),
    Text::new("data directory \"{file}\" has wrong ownership"),
    Text::new("database files are incompatible with server"),
    Text::new("could not locate a valid checkpoint record"),
    Text::new("could not locate required checkpoint record"),
    Text::new("could not load server certificate file \"{file}\""),
    Text::new("could not load root certificate file \"{file}\""),
    Text::new("FATAL: could not load private key file \"{file}\""),
    Text::new("FATAL: private key file \"{file}\" has group or world access"),
    Text::new("FATAL: configuration file \"{file}\" contains errors"),
    Text::new("FATAL: could not load pg_hba.conf"),
    Text::new("FATAL: could not open log file \"{file}\""),
    Text::new("could not map anonymous shared memory"),
    Text::new("FATAL: could not create shared memory segment"),
    Text::new("FATAL: could not create semaphores"),
    Text::new("pre-existing shared memory block {_} is still in use"),
    Text::new("recovery aborted because of insufficient parameter settings"),
    Text::new("\"root\" execution of the PostgreSQL server is not permitted"),
    Text::new("Run initdb or pg_basebackup to initialize a PostgreSQL data directory"),
];
