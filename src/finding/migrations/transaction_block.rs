//! `migrations/transaction-block`: a command that no transaction may hold.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "transaction-block",
    severity: Severity::Fail,
    title: "a command that cannot run inside a transaction runs inside one",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("cannot run inside a transaction block")];
