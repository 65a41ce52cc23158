//! The project's own shell scripts.

use std::path::Path;
use std::process::Command;

use crate::lab::skip::need;
use crate::program::{of_debian, said};

#[test]
fn shellcheck_finds_nothing() {
    let shellcheck = need!(of_debian("shellcheck", "shellcheck"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // These hold scripts as text.
    let pattern = ["grep", "-lE", "^#!/bin/(ba)?sh", "--", ":(exclude)*.rs", ":(exclude)*.snap"];
    let listed = said(Command::new("git").args(pattern).current_dir(root));
    let scripts: Vec<&str> = listed.lines().collect();
    assert!(scripts.contains(&"tests/run"), "{scripts:?}");
    said(Command::new(shellcheck).args(scripts).current_dir(root));
}
