//! `tcp/socket-refused`

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "socket-refused",
    severity: Severity::Fail,
    title: "nothing accepts on the Unix socket",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server on socket \"{socket}\" failed: Connection refused"),
    Text::new("connection to server on socket \"{socket}\" failed: Resource temporarily unavailable"),
];

/// The longest path of a socket, in bytes (`sun_path`, unix(7), without its closing NUL).
pub const LONGEST_PATH: usize = 107;

/// A path that the kernel has no room for; libpq refuses it before it connects.
#[must_use]
pub fn too_long(path: &Path, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let bytes = path.as_os_str().len();
    let mut finding = KIND
        .found(format!("the Unix socket's path \"{shown}\" is too long: {bytes} bytes, and {LONGEST_PATH} are the most"))
        .detail("No connection was tried: the kernel takes no longer path. libpq refuses it as well. The port is part of the path.");
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        "reach the socket by a shorter path",
        [
            Step::new(
                Place::DatabaseHost,
                "add a directory with a short path to unix_socket_directories in postgresql.conf, and restart the server",
            ),
            Step::new(Place::AppConfig, "set host to that directory in the connection settings"),
        ],
    ))
}

/// The socket's path, with the system's words.
#[must_use]
pub fn finding(path: &Path, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let mut finding = KIND
        .found(format!("nothing accepts on the Unix socket \"{shown}\""))
        .detail("The file is there, but no process listens behind it: a server that is gone has left it.");
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        "start the server, which replaces the file",
        [Step::new(Place::DatabaseHost, "see which clusters run, on Debian and Ubuntu; elsewhere, systemctl status postgresql").run("pg_lsclusters")],
    ))
}
