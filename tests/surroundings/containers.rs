//! The images and the composition.

use std::fs;
use std::process::Command;

use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::program::{example, said};
use crate::targets::is_understood;

#[test]
fn hadolint_has_no_complaint() {
    let venv = need!(Venv::checkers());
    for file in ["docker/Dockerfile", "docker/app.Dockerfile"] {
        said(
            Command::new(venv.program("hadolint"))
                .args(["--no-color", "--failure-threshold", "style"])
                .arg(example(file)),
        );
    }
}

#[test]
fn the_composition_is_valid() {
    let venv = need!(Venv::checkers());
    let schema = ["--builtin-schema", "vendor.compose-spec"];
    said(
        Command::new(venv.program("check-jsonschema"))
            .args(schema)
            .arg(example("docker/compose.yaml")),
    );
}

#[test]
fn the_binary_understands_the_commands_of_the_images() {
    for file in ["docker/app.Dockerfile", "docker/compose.yaml"] {
        let text = fs::read_to_string(example(file)).unwrap();
        let calls: Vec<&str> = text.lines().filter(|line| line.contains("\"check\"")).collect();
        assert!(!calls.is_empty(), "{file}");
        for call in calls {
            let words: Vec<&str> = call.split('"').skip_while(|word| *word != "check").step_by(2).collect();
            is_understood(&format!("dbdoctor {}", words.join(" ")));
        }
    }
}
