//! `pool/shared-connection`: two processes or tasks use one connection.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "shared-connection",
    severity: Severity::Fail,
    title: "a connection is out of step, as when two processes or tasks use it at once",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("SSL error: decryption failed or bad record mac"),
    Text::new("lost synchronization with server: got message type"),
    Text::near_driver("another operation is in progress"),
    Text::new("cannot perform operation: another operation is in progress"),
];
