//! The manifests, held against the schemas of Kubernetes itself.

use std::fs;
use std::process::Command;

use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::lab::workdir;
use crate::program::{examples, outcome, said, texts};
use crate::targets::is_understood;

/// Releases that are in use.
const RELEASES: &[&str] = &["1.29", "1.33", "1.35"];

#[test]
fn every_manifest_is_valid() {
    let venv = need!(Venv::checkers());
    for file in examples("kubernetes") {
        for release in RELEASES {
            let arguments = ["--strict", "-k", release];
            said(Command::new(venv.program("kubernetes-validate")).args(arguments).arg(&file));
        }
    }
}

/// The validator knows a fault when it sees one.
#[test]
fn a_misspelt_manifest_is_refused() {
    let venv = need!(Venv::checkers());
    let file = &examples("kubernetes")[0];
    let broken = workdir::fresh("manifest").join("broken.yaml");
    fs::write(
        &broken,
        fs::read_to_string(file)
            .unwrap()
            .replace("backoffLimit", "backOffLimit")
            .replace("schedule:", "schedul:"),
    )
    .unwrap();
    let output = outcome(
        Command::new(venv.program("kubernetes-validate"))
            .args(["--strict", "-k", "1.33"])
            .arg(broken),
        "",
    );
    assert!(!output.status.success(), "{}", texts(&output).concat());
}

#[test]
fn the_binary_understands_the_arguments() {
    for file in examples("kubernetes") {
        let text = fs::read_to_string(&file).unwrap();
        let arguments = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("args: ["))
            .expect("arguments");
        let words: Vec<&str> = arguments
            .trim_end_matches(']')
            .split(", ")
            .map(|word| word.trim_matches('"'))
            .collect();
        is_understood(&format!("dbdoctor {}", words.join(" ")));
    }
}
