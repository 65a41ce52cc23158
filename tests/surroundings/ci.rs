//! The pipelines.

use std::process::Command;

use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::program::{example, said};

fn is_valid(schema: &str, file: &str, more: &[&str]) -> Result<(), String> {
    let venv = Venv::checkers()?;
    let mut command = Command::new(venv.program("check-jsonschema"));
    said(command.args(["--builtin-schema", schema]).args(more).arg(example(file)));
    Ok(())
}

#[test]
fn the_github_workflow_is_valid() {
    need!(is_valid("vendor.github-workflows", "github-actions/deploy.yml", &[]));
}

#[test]
fn the_github_workflow_gives_nothing_away() {
    let venv = need!(Venv::checkers());
    let arguments = ["--offline", "--no-progress", "--persona", "regular"];
    said(
        Command::new(venv.program("zizmor"))
            .args(arguments)
            .arg(example("github-actions/deploy.yml")),
    );
}

#[test]
fn the_gitlab_pipeline_is_valid() {
    need!(is_valid(
        "vendor.gitlab-ci",
        "gitlab-ci/gitlab-ci.yml",
        &["--data-transform", "gitlab-ci"]
    ));
}
