//! `privileges/extension-denied`: the role may not create an extension.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "extension-denied",
    severity: Severity::Fail,
    title: "the role may not create an extension",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to create extension \"{extension}\""),
];
