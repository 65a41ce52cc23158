//! `tcp/socket-missing`

use std::path::{Path, PathBuf};

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "socket-missing",
    severity: Severity::Fail,
    title: "the Unix socket does not exist",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server on socket \"{socket}\" failed: No such file or directory"),
    Text::new("could not connect to server: No such file or directory"),
    Text::new("error connecting to server <- No such file or directory"),
    Text::new("error connecting to server: No such file or directory"),
    Text::near_driver("FileNotFoundError: [Errno 2] No such file or directory"),
    Text::near_driver("FileNotFoundError: {_}No such file or directory"),
    Text::near_driver("dial unix {socket}: connect: no such file or directory"),
];

/// The socket's path, with the system's words.
#[must_use]
pub fn finding(path: &Path, lines: &[String]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let others = sockets_beside(path);
    let mut finding = KIND
        .found(format!("there is no Unix socket \"{shown}\""))
        .detail("The file does not exist. Its name holds the port, so it may be the directory or the port that is wrong.");
    finding.evidence = lines.to_vec();
    if !others.is_empty() {
        finding.evidence.push(format!(
            "other sockets on this host: {}",
            others
                .iter()
                .map(|path| Foreign::new(path.to_string_lossy()).to_string())
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    finding
        .candidate(
            "PostgreSQL is not running on this host",
            "pg_lsclusters, or systemctl status postgresql",
        )
        .candidate(
            "its socket lies in another directory, or it runs on another port",
            "ss -lx | grep PGSQL",
        )
        .remedy(Remedy::new(
            "start the server, or name the directory and port of its socket",
            [
                Step::new(Place::AppHost, "see which sockets there are").run("ss -lx | grep PGSQL"),
                elsewhere(path, &others),
            ],
        ))
}

/// Where the one other socket is, in the same directory or anywhere, if there is just one.
fn elsewhere(path: &Path, others: &[PathBuf]) -> Step {
    let step = Step::new(
        Place::AppConfig,
        "set host to the socket's directory, or to the server's host name if it runs elsewhere",
    );
    let beside: Vec<&PathBuf> = others.iter().filter(|other| other.parent() == path.parent()).collect();
    let only = match (beside.as_slice(), others) {
        ([only], _) => only,
        ([], [only]) => only,
        _ => return step,
    };
    let port = only.extension().and_then(|port| port.to_str()?.parse::<u16>().ok());
    match (only.parent().and_then(Path::to_str), port) {
        (Some(directory), Some(port)) => Step::new(
            Place::AppConfig,
            "if the server is the one whose socket is there, name its directory and port",
        )
        .run(format!("host={} port={port}", quote::shell(directory))),
        _ => step,
    }
}

/// PostgreSQL's sockets in the same directory and in the usual ones.
fn sockets_beside(path: &Path) -> Vec<PathBuf> {
    let beside = path.parent().into_iter();
    let mut directories: Vec<&Path> = beside.chain(["/var/run/postgresql", "/tmp"].map(Path::new)).collect();
    directories.dedup();
    let entries = directories
        .into_iter()
        .filter_map(|directory| std::fs::read_dir(directory).ok())
        .flatten()
        .flatten();
    let sockets = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(".s.PGSQL.") && !name.ends_with(".lock")
    });
    let mut found: Vec<PathBuf> = sockets.map(|entry| entry.path()).collect();
    found.sort();
    found.dedup();
    found
}
