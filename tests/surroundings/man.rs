//! The manual page, read by those who show manual pages.

use std::process::Command;

use clap::CommandFactory as _;

use crate::lab::skip::need;
use crate::program::{dbdoctor, of_debian, says_of};

#[test]
fn the_page() {
    let page = dbdoctor(&["man"]);
    let version = concat!("dbdoctor ", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!("man", page.replace(version, "dbdoctor VERSION"));
}

#[test]
fn it_has_every_command_and_every_option() {
    let page = dbdoctor(&["man"]).replace('\\', "");
    let command = dbdoctor::cli::Cli::command();
    for command in command.get_subcommands() {
        assert!(
            page.contains(&format!(".SS \"dbdoctor {}", command.get_name())),
            "{}",
            command.get_name()
        );
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{option}")), "--{option}");
        }
    }
    for section in ["EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLES"] {
        assert!(
            page.contains(&format!(".SH \"{section}\"")) || page.contains(&format!(".SH {section}")),
            "{section}"
        );
    }
}

#[test]
fn groff_has_no_warning() {
    let groff = need!(of_debian("groff-base", "groff"));
    let said = says_of(Command::new(groff).args(["-man", "-Tutf8", "-ww", "-z"]), &dbdoctor(&["man"]));
    assert_eq!(said, "");
}

#[test]
fn man_has_no_warning() {
    let man = need!(of_debian("man-db", "man"));
    let arguments = ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-"];
    let output = crate::program::outcome(Command::new(man).args(arguments).env("LC_ALL", "C.UTF-8"), &dbdoctor(&["man"]));
    assert_eq!(crate::program::texts(&output)[1], "");
    assert!(output.status.success() && !output.stdout.is_empty());
}

#[test]
fn mandoc_has_no_warning() {
    let mandoc = need!(of_debian("mandoc", "mandoc"));
    let said = says_of(Command::new(mandoc).args(["-Tlint", "-Wwarning"]), &dbdoctor(&["man"]));
    assert_eq!(said, "");
}
