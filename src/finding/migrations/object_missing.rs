//! `migrations/object-missing`: a type, function or extension that the code uses is not there.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "object-missing",
    severity: Severity::Fail,
    title: "a type, function or extension that the code needs is missing",
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
