//! `pool/serialization-failure`: a transaction has to be run again.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "serialization-failure",
    severity: Severity::Warn,
    title: "a transaction has to be run again",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("could not serialize access due to")];
