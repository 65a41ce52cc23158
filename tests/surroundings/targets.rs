//! The command lines of the examples, and the file with targets: taken by the binary itself.

use std::fs;

use clap::Parser as _;
use dbdoctor::cli::Cli;
use dbdoctor::targets::Which;

use crate::program::example;

/// Whether the command line parses; `command` begins with the program.
pub fn is_understood(command: &str) {
    let words: Vec<&str> = command.split_whitespace().collect();
    assert!(words[0].ends_with("dbdoctor"), "{command}");
    if let Err(error) = Cli::try_parse_from(&words) {
        panic!("{command}: {error}");
    }
}

#[test]
fn every_target_of_the_example_can_be_read() {
    let path = example("dbdoctor.toml");
    let names = dbdoctor::targets::names(Some(&path));
    assert_eq!(names, ["admin", "reports", "web"]);
    match dbdoctor::targets::find(Which::All, Some(&path)) {
        Ok(targets) => assert_eq!(targets.len(), names.len()),
        Err(error) => panic!("{error}"),
    }
}

/// In prose and comments too: `dbdoctor check …` has to be something that can be typed.
#[test]
fn every_call_in_the_examples_is_understood() {
    let mut calls = 0;
    let mut directories = vec![example("")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.replace("{{ $labels.target }}", "web");
            for (at, _) in text
                .match_indices("dbdoctor check ")
                .chain(text.match_indices("dbdoctor migrations"))
            {
                let rest = text[at..].lines().next().unwrap_or_default();
                is_understood(rest.split(['"', '`', '\n']).next().unwrap_or_default().trim());
                calls += 1;
            }
        }
    }
    assert!(calls > 8, "{calls}");
}
