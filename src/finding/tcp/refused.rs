//! `tcp/refused`

use std::net::SocketAddr;
use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::container;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "refused",
    severity: Severity::Fail,
    title: "the connection is refused",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server at \"{_}port {port} failed: Connection refused"),
    Text::new("could not connect to server: Connection refused"),
    Text::new("error connecting to server <- Connection refused"),
    Text::new("error connecting to server: Connection refused"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: connection refused)"),
    Text::near_driver("Connect call failed ("),
    Text::near_driver("connect ECONNREFUSED {address}:{port}"),
    Text::near_driver("The remote computer refused the network connection"),
    Text::near_driver("dial tcp {address}:{port}: connect: connection refused"),
    Text::near_driver("tcp connect ({host}:{port}): connection refused"),
    Text::new("Connection to {host}:{port} refused. Check that the hostname and port are correct"),
    Text::near_driver("Connection refused"),
    Text::near_driver("actively refused it"),
    Text::new("(0x0000274D/10061)"),
    Text::near_driver("tcp connect: connection refused"),
    Text::near_driver("Connection to {host}:{port} refused"),
];

/// The address that refused.
#[must_use]
pub fn finding(target: &Target, address: SocketAddr, lines: &[String]) -> Finding {
    let port = address.port();
    let mut finding = KIND.found(format!("{address} refuses the connection")).detail(
        "The host answered at once that nothing accepts connections there. No login was tried: the credentials are not known to be wrong.",
    );
    let container = container::sign(Path::new("/")).filter(|_| address.ip().is_loopback());
    if let Some(sign) = &container {
        // Seen, so the most likely.
        finding = in_container(finding, &format!("this check runs in one ({sign}); "));
    }
    finding = finding
        .candidate(
            "PostgreSQL is not running there",
            "systemctl status postgresql, on the database host",
        )
        .candidate(
            format!("it listens on another port than {port}, or on another address"),
            "SHOW port; SHOW listen_addresses; in psql on the database host",
        );
    if address.ip().is_loopback() && container.is_none() {
        finding = in_container(finding, "");
    }
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        format!(
            "start the server, or correct the address (the settings come from {})",
            target.source
        ),
        [
            Step::new(Place::DatabaseHost, "see what listens on that port").run(format!("ss -ltnp 'sport = :{port}'")),
            Step::new(
                Place::DatabaseHost,
                "see which clusters there are and whether they run (on Debian and Ubuntu; elsewhere, systemctl status postgresql)",
            )
            .run("pg_lsclusters"),
        ],
    ))
}

fn in_container(finding: Finding, seen: &str) -> Finding {
    finding.candidate(
        "the application runs in a container, where a loopback address is the container itself",
        format!("{seen}use the database's service name, or host.docker.internal for a server on the container's host"),
    )
}
