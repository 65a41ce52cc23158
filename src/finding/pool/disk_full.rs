//! `pool/disk-full`: the server has no room left on a disk.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "disk-full",
    severity: Severity::Fail,
    title: "a disk of the server is full",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not extend file \"{file}\": No space left on device"),
    Text::new("could not write to file \"{file}\": No space left on device"),
    Text::new("could not create file \"{file}\": No space left on device"),
    Text::new("could not write block {_}: No space left on device"),
    Text::new("could not extend file \"{file}\": wrote only"),
];
