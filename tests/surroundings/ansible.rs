//! The playbook over a fleet, and one run of it on this host.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::lab::workdir;
use crate::program::{example, outcome, said, texts};

fn playbook(venv: &Venv) -> Command {
    let home = workdir::fresh("ansible");
    let mut command = Command::new(venv.program("ansible-playbook"));
    command
        .env("HOME", &home)
        .env("ANSIBLE_HOME", home.join("ansible"))
        .env("ANSIBLE_LOCALHOST_WARNING", "false")
        .env("ANSIBLE_NOCOLOR", "1")
        .env("LC_ALL", "C.UTF-8");
    command
}

#[test]
fn ansible_takes_the_playbook_and_the_inventory() {
    let venv = need!(Venv::checkers());
    said(
        playbook(venv)
            .args(["--syntax-check", "-i"])
            .arg(example("ansible/inventory.yml"))
            .arg(example("ansible/fleet.yml")),
    );
}

/// The play on this host, its paths moved into a directory of the test's, with a unit that does not exist: a broken layer, told.
#[test]
fn the_play_tells_which_layer_is_broken() {
    let venv = need!(Venv::checkers());
    let directory = workdir::fresh("play");
    fs::create_dir(directory.join("files")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_dbdoctor"), directory.join("files/dbdoctor")).unwrap();
    fs::set_permissions(directory.join("files/dbdoctor"), fs::Permissions::from_mode(0o755)).unwrap();
    let play = fs::read_to_string(example("ansible/fleet.yml")).unwrap();
    let play = play
        .replace("/usr/local/bin/dbdoctor", &directory.join("dbdoctor").display().to_string())
        .replace("become: true", "become: false\n  connection: local");
    fs::write(directory.join("fleet.yml"), play).unwrap();
    let inventory = "application:\n  hosts:\n    here:\n      ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n  vars:\n    application_unit: no-such-unit\n";
    fs::write(directory.join("inventory.yml"), inventory).unwrap();
    let output = outcome(
        playbook(venv).current_dir(&directory).args(["-i", "inventory.yml", "fleet.yml"]),
        "",
    );
    let [stdout, stderr] = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{stdout}{stderr}");
    assert!(stdout.contains("config: ") && stdout.contains("no-such-unit"), "{stdout}{stderr}");
}
