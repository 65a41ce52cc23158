//! `migrations/drift`: the models have changes that no migration holds.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "drift",
    severity: Severity::Warn,
    title: "the models have changes that no migration holds",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("New upgrade operations detected: ")];
