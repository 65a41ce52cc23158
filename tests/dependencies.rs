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

/// The same that `cargo deny check licenses bans sources` holds them to, for those who have no cargo-deny. Known vulnerabilities are in
/// a database on the network: `cargo deny check advisories`.
#[test]
fn each_build_script_has_been_read() {
    let (deny, built) = (read(".deny.toml"), built());
    let allowed = texts(&deny["bans"]["build"]["allow-build-scripts"]);
    for package in packages().iter().filter(|package| has_script(package)) {
        let name = package["name"].as_str().unwrap_or_default();
        assert!(
            !built.iter().any(|(built, _)| built == name) || allowed.contains(&name),
            "{name} has a build script that nobody has read"
        );
    }
}

#[test]
fn each_licence_is_one_of_those_agreed_on() {
    let deny = read(".deny.toml");
    let allowed = texts(&deny["licenses"]["allow"]);
    let agreed = |licence: &str| allowed.contains(&licence.trim());
    // What is listed and left out of every build, on every system, binds nobody.
    let used = tree(&["--target=all"]);
    for package in packages() {
        if !used.iter().any(|(name, _)| package["name"] == *name) {
            continue;
        }
        let expression = package["license"]
            .as_str()
            .unwrap_or_default()
            .replace('/', " OR ")
            .replace(['(', ')'], "");
        // One of the alternatives of every part.
        let holds = expression.split(" AND ").all(|part| part.split(" OR ").any(agreed));
        assert!(holds, "{}: {expression:?}", package["name"]);
    }
}

#[test]
fn each_crate_comes_from_the_registry() {
    for package in packages() {
        let source = package["source"].as_str();
        let is_own = package["name"] == "dbdoctor" && source.is_none();
        let is_registered = source.is_some_and(|source| source == "registry+https://github.com/rust-lang/crates.io-index");
        assert!(is_own || is_registered, "{}: {source:?}", package["name"]);
    }
}

#[test]
fn no_crate_is_built_twice() {
    let below: BTreeSet<(String, String)> = tree(&["--package=ruff_python_parser"]);
    let all = built();
    for (name, version) in &all {
        let other = all.iter().find(|(twin, other)| twin == name && other != version);
        let excused = below.contains(&(name.clone(), version.clone())) || other.is_none_or(|other| below.contains(other));
        assert!(excused, "{name}: {version} and {other:?}");
    }
}

/// The packages of the lock file, as `cargo metadata` describes them.
fn packages() -> Vec<serde_json::Value> {
    let metadata: serde_json::Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1"])).expect("cargo writes JSON");
    metadata["packages"].as_array().cloned().unwrap_or_default()
}

fn has_script(package: &serde_json::Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    targets.into_iter().any(|target| target["kind"][0] == "custom-build")
}

/// Name and version of what the program is built from, here.
fn built() -> BTreeSet<(String, String)> {
    tree(&[])
}

fn tree(more: &[&str]) -> BTreeSet<(String, String)> {
    let arguments = ["tree", "--edges=normal,build", "--prefix=none", "--format={p}"];
    let lines = cargo(&[&arguments, more].concat());
    let pairs = lines.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    pairs.collect()
}

fn texts(list: &toml::Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect()
}
