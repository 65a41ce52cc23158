//! `privileges/extension-denied`: the role may not create an extension.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "extension-denied",
    severity: Severity::Fail,
    title: "the role may not create an extension",
    explanation: Explanation {
        meaning: "CREATE EXTENSION, mostly from a migration, takes CREATE on the database for a trusted extension, and a superuser for all others.",
        tell: "The hint of the message tells which of the two it is.",
        causes: &["the migration runs as the role of the application, which does not own the database", "the extension is not trusted, so only a superuser may create it"],
        fixes: &["let an administrator create the extension in that database once; CREATE EXTENSION IF NOT EXISTS then does nothing in the migration", "for a trusted extension: GRANT CREATE ON DATABASE … TO the role that migrates"],
        mistaken_for: "An extension that is not installed on the server: that message says \"is not available\".",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to create extension \"{extension}\""),
];
