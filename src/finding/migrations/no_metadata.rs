//! `migrations/no-metadata`: autogenerate has no models to compare with.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "no-metadata",
    severity: Severity::Fail,
    title: "the migration environment gives no models to compare with",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("Can't proceed with --autogenerate option; environment script")];
