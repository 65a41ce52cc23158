//! `pool/out-of-memory`: the server got no memory for a statement.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "out-of-memory",
    severity: Severity::Fail,
    title: "the server ran out of memory",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Failed on request of size {_} in memory context"),
    Text::near_driver("ERROR: out of memory"),
    Text::new("errors.OutOfMemory: out of memory"),
    Text::new("could not fork new process for connection: Cannot allocate memory"),
];
