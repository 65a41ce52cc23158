//! `tcp/unexplained`: the driver could not connect and keeps the reason to itself.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "unexplained",
    severity: Severity::Fail,
    title: "the driver could not connect and does not say why",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Can't create a connection to host {host} and port {port}"),
    Text::near_driver("error connecting to server\n"),
    Text::near_driver("Can't reach database server at `{host}:{port}`"),
    Text::near_driver("Can't reach database server at `{host}`:`{port}`"),
    Text::near_driver("Can't reach database server at {host}:{port}"),
    Text::near_driver("Can't reach database server at `\"{host}:{port}\"`"),
    Text::near_driver("Can't reach database server at {host}"),
    Text::near_driver("{host}:{port} - no response"),
];
