//! `migrations/object-missing`: a type, function or extension that the code uses is not there.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "object-missing",
    severity: Severity::Fail,
    title: "a type, function or extension that the code needs is missing",
    explanation: Explanation {
        meaning: "The statement uses a type or function that this database does not have, or asks for an extension whose files are not installed on the server. Extensions are made in each database separately.",
        tell: "citext, hstore, vector, uuid_generate_v4, geometry and their like come from extensions; \"is not available\" means the package is missing on the server.",
        causes: &["the extension was created in another database, or in a schema outside of the search path", "the server lacks the package of the extension", "arguments of other types than the function takes"],
        fixes: &["as an administrator, in this database: CREATE EXTENSION IF NOT EXISTS …", "install the package on the database host, or enable the extension in the console of the provider"],
        mistaken_for: "A missing table: that message says \"relation\".",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("type \"{type}\" does not exist"),
    Text::near_driver("function {function} does not exist"),
    Text::new("(psycopg2.errors.UndefinedFunction) function {_} does not exist"),
    Text::new("UndefinedFunction: function {_} does not exist"),
    Text::new("ERROR: function {_} does not exist"),
    Text::new("extension \"{extension}\" is not available"),
    Text::new("could not open extension control file \"{file}\""),
];
