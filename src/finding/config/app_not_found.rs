//! `config/app-not-found`: the command line of Flask finds no application.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "app-not-found",
    severity: Severity::Fail,
    title: "the flask command finds no application",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Could not locate a Flask application"),
    Text::new("Error: No such command 'db'"),
];
