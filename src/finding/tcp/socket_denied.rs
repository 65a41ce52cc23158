//! `tcp/socket-denied`

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "socket-denied",
    severity: Severity::Fail,
    title: "this host forbids the connection, as to a Unix socket that is closed to the user",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server on socket \"{socket}\" failed: Permission denied"),
    Text::new("could not connect to server: Permission denied"),
    Text::new("error connecting to server <- Permission denied"),
    Text::new("error connecting to server: Permission denied"),
    Text::near_driver("dial unix {socket}: connect: permission denied"),
];

/// The socket's path, with the system's words.
#[must_use]
pub fn finding(path: &Path, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let mut finding = KIND
        .found(format!("the Unix socket \"{shown}\" may not be opened"))
        .detail("The socket, or a directory above it, is closed to the user that runs this check. The service may run as another user: check as that one.");
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        "let the service's user open the socket, or connect by TCP",
        [
            Step::new(Place::AppHost, "see whose the socket and its directories are")
                .run(format!("namei -l {}", quote::shell(&path.to_string_lossy()))),
            Step::new(
                Place::AppHost,
                "add the service's user to the group that may open it, and restart the service",
            ),
            Step::new(Place::AppConfig, "or connect by TCP").run("host=127.0.0.1"),
        ],
    ))
}
