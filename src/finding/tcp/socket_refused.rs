//! `tcp/socket-refused`

use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use rustix::io::Errno;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
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
    Text::near_driver("dial unix {socket}: connect: connection refused"),
];

/// The longest path of a socket, in bytes (`sun_path`, unix(7), without its closing NUL).
pub const LONGEST_PATH: usize = 107;

/// A path that the kernel has no room for; libpq refuses it before it connects.
#[must_use]
pub fn too_long(path: &Path, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let bytes = path.as_os_str().len();
    let mut finding = KIND
        .found(format!(
            "the Unix socket's path \"{shown}\" is too long: {bytes} bytes, and {LONGEST_PATH} are the most"
        ))
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

/// The socket's path, with the system's words: what they fix, and no more.
#[must_use]
pub fn finding(path: &Path, error: &io::Error, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let mut finding = match Errno::from_io_error(error) {
        Some(Errno::AGAIN) => busy(&shown),
        Some(Errno::CONNREFUSED) if is_socket(path) => abandoned(&shown),
        Some(Errno::CONNREFUSED | Errno::PROTOTYPE) => of_another_kind(path, &shown),
        _ => unexplained(path, &shown),
    };
    finding.evidence = lines.to_vec();
    finding
}

fn is_socket(path: &Path) -> bool {
    // The abstract namespace has no files.
    std::fs::metadata(path).map_or_else(|_| path.starts_with("@"), |metadata| metadata.file_type().is_socket())
}

fn abandoned(shown: &Foreign) -> Finding {
    KIND.found(format!("nothing accepts on the Unix socket \"{shown}\""))
        .detail("The file is there, but no process listens behind it: a server that is gone has left it.")
        .remedy(Remedy::new(
            "start the server, which replaces the file",
            [Step::new(
                Place::DatabaseHost,
                "see which clusters run, on Debian and Ubuntu; elsewhere, systemctl status postgresql",
            )
            .run("pg_lsclusters")],
        ))
}

fn busy(shown: &Foreign) -> Finding {
    KIND.found(format!("the Unix socket \"{shown}\" takes no further connection now: its queue is full"))
        .detail(
            "A process listens there and does not accept: so many connections wait already that the kernel turned this one away. libpq gives up \
             at once in the same way.",
        )
        .candidate("the server is stopped, or hangs", "ps -o stat= of its main process: T is stopped, D waits for a disk")
        .candidate("more clients connect at the same moment than the server keeps up with", "the next attempt gets through")
        .remedy(Remedy::new(
            "see what the process behind the socket does",
            [Step::new(Place::AppHost, "find the process, and how many connections wait").run("ss -lxp | grep PGSQL")],
        ))
}

fn of_another_kind(path: &Path, shown: &Foreign) -> Finding {
    KIND.found(format!("\"{shown}\" is not a socket that a server listens on"))
        .detail("Something is there under the name that PostgreSQL's socket has, and it is another kind of file or socket.")
        .remedy(Remedy::new(
            "see what it is, and name the directory of the server's own socket",
            [
                Step::new(Place::AppHost, "see what it is").run(format!("ls -ld {}", quote::shell(&path.to_string_lossy()))),
                Step::new(Place::AppHost, "see which sockets there are").run("ss -lx | grep PGSQL"),
            ],
        ))
}

fn unexplained(path: &Path, shown: &Foreign) -> Finding {
    KIND.found(format!("the Unix socket \"{shown}\" cannot be connected to"))
        .detail("The operating system refused, in the words below. No server was reached.")
        .remedy(Remedy::new(
            "see what stands in the way",
            [Step::new(Place::AppHost, "follow the path").run(format!("namei -l {}", quote::shell(&path.to_string_lossy())))],
        ))
}
