//! What dbdoctor is made of, watched: how many crates, and which of them run code while they are built. `.deny.toml` has the rest.

#![allow(clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Cargo.lock's packages, on every platform. Raise it only with the reason for the new crate in Cargo.toml.
const MOST: usize = 300;

fn read(name: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_crates_are_counted() {
    let lock = read("Cargo.lock");
    let count = lock["package"].as_array().map_or(0, Vec::len);
    assert!(count <= MOST, "{count} crates: more than {MOST}");
    assert!(count + 30 > MOST, "{count} crates: lower the bound");
}

/// The same that `cargo deny` checks, for those who have no cargo-deny.
#[test]
fn each_build_script_has_been_read() {
    let metadata: serde_json::Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1"])).expect("cargo writes JSON");
    let tree = cargo(&["tree", "--edges=normal,build", "--prefix=none", "--format={p}"]);
    let built: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let has_script = |package: &serde_json::Value| list(&package["targets"]).iter().any(|target| target["kind"][0] == "custom-build");
    let deny = read(".deny.toml");
    let allowed: BTreeSet<&str> = deny["bans"]["build"]["allow-build-scripts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    for package in list(&metadata["packages"]).iter().filter(|package| has_script(package)) {
        let name = package["name"].as_str().unwrap_or_default();
        assert!(
            !built.contains(name) || allowed.contains(name),
            "{name} has a build script that nobody has read"
        );
    }
}
