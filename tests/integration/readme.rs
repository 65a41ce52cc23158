//! The README's example: what the binary really prints.

use std::fs;

use crate::harness::Doctor;
use crate::lab::network::{self, REMOTE};
use crate::lab::readme;
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;
use crate::lab::workdir;

/// Durations differ from run to run, and lines break elsewhere where a path is longer.
fn same(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let measured = |index: usize| words.get(index + 1).is_some_and(|unit| unit.starts_with("ms"));
    let shown = words
        .iter()
        .enumerate()
        .map(|(index, word)| if measured(index) { "n" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}

/// An application whose settings say sslmode=disable, and a server that lets its role in with TLS only.
#[test]
fn the_example() {
    need!(network::can_be_remote());
    let server = Server::with(Settings::remote);
    let path = workdir::fresh("shop").join("app.env");
    let dsn = server.dsn("tlsonly").host("db.example.com").sslmode("disable");
    fs::write(&path, format!("DEBUG=0\nSECRET_KEY=x\nDATABASE_URL={dsn}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&path, mode).unwrap();
    let network = need!(server.network_with_hosts(&format!("{REMOTE} db.example.com")));
    let run = Doctor::check().arg("--env-file").arg(&path).in_network(&network).in_format("human");
    assert_eq!(run.status, 13, "{}{}", run.stdout, run.stderr);
    let shown = run
        .stdout
        .replace(&path.display().to_string(), "/etc/shop/app.env")
        .replace(&server.port().to_string(), "5432")
        .replace(REMOTE, "10.0.3.7")
        .replace("tlsonly", "app")
        .replace(" --format human", "");
    readme::has(
        "example",
        &format!("```console\n$ dbdoctor check --env-file /etc/shop/app.env\n{shown}```"),
        same,
    );
}
