//! `pool/shared-memory-full`: /dev/shm of the server's host has no room.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "shared-memory-full",
    severity: Severity::Fail,
    title: "the server has no room for shared memory",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new(
    "could not resize shared memory segment \"{_}\" to {_} bytes: No space left on device",
)];
