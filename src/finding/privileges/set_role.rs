//! `privileges/set-role`: the role may not become another role.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "set-role",
    severity: Severity::Fail,
    title: "the role may not switch to another role",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to set role \"{role}\""),
    Text::new("permission denied to set session authorization"),
];
