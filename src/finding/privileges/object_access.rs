//! `privileges/object-access`: the role may not use a function, type, language or foreign server.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "object-access",
    severity: Severity::Fail,
    title: "the role may not use an object other than a table",
    explanation: Explanation {
        meaning: "The statement uses a function, a type, a language, a foreign server or creates something in the database, and the role was not granted that.",
        tell: "The message names the kind of object and the object. Tables, sequences and schemas have findings of their own.",
        causes: &["the object was made by another role, and EXECUTE or USAGE was revoked from PUBLIC", "the database is hardened and grants nothing to PUBLIC"],
        fixes: &["as the owner: GRANT EXECUTE ON FUNCTION … TO the role, or USAGE for types, languages and foreign servers, or CREATE for a database"],
        mistaken_for: "A missing object: it exists, and the role may not use it.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied for function {object}"),
    Text::new("permission denied for procedure {object}"),
    Text::new("permission denied for type {object}"),
    Text::new("permission denied for language {object}"),
    Text::new("permission denied for foreign server {object}"),
    Text::new("permission denied for foreign-data wrapper {object}"),
    Text::new("permission denied for large object {object}"),
    Text::new("permission denied for tablespace {object}"),
    Text::new("permission denied for database {object}"),
];
