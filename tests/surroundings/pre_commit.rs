//! The hooks, read and run by pre-commit.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::lab::workdir;
use crate::program::{example, outcome, path_with_dbdoctor, said, texts};

#[test]
fn the_configuration_is_valid() {
    let venv = need!(Venv::checkers());
    said(
        Command::new(venv.program("pre-commit"))
            .arg("validate-config")
            .arg(example("pre-commit/.pre-commit-config.yaml")),
    );
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    said(Command::new(venv.program("pre-commit")).arg("validate-manifest").arg(manifest));
}

#[test]
fn a_second_head_cannot_be_committed() {
    let venv = need!(Venv::checkers());
    let project = Project::shop();
    fs::copy(
        example("pre-commit/.pre-commit-config.yaml"),
        project.path.join(".pre-commit-config.yaml"),
    )
    .unwrap();
    let home = workdir::fresh("home");
    let prepared = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&project.path)
            .env("HOME", &home)
            .env("PRE_COMMIT_HOME", home.join("pre-commit"))
            .env("PATH", path_with_dbdoctor())
            .env_remove("GIT_DIR");
        command
    };
    let git = Path::new("git");
    said(&mut prepared(git, &["init", "-q"]));
    said(&mut prepared(git, &["add", "-A"]));
    let pre_commit = venv.program("pre-commit");
    let run = &["run", "--all-files"][..];
    said(&mut prepared(&pre_commit, run));
    let project = project.revision("d4e5f6071829", &["b2c3d4e5f607"], "pass");
    let prepared = Command::new(git).args(["add", "-A"]).current_dir(&project.path).status().unwrap();
    assert!(prepared.success());
    let mut command = Command::new(pre_commit);
    command
        .args(run)
        .current_dir(&project.path)
        .env("HOME", &home)
        .env("PRE_COMMIT_HOME", home.join("pre-commit"))
        .env("PATH", path_with_dbdoctor());
    let output = outcome(&mut command, "");
    let said = texts(&output).concat();
    assert!(
        !output.status.success() && said.contains("multiple-heads") && said.contains("exit code: 16"),
        "{said}"
    );
}
