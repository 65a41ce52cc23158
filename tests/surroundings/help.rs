//! What the program says of itself, whole.

use clap::CommandFactory as _;

use crate::program::dbdoctor;

/// The widest line of the examples, so that they stand unbroken on a common terminal.
const WIDTH: usize = 88;

fn commands() -> Vec<String> {
    let command = dbdoctor::cli::Cli::command();
    command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn the_help_of_every_command() {
    insta::assert_snapshot!("help", dbdoctor(&["--help"]));
    for command in commands() {
        insta::assert_snapshot!(format!("help_{command}"), dbdoctor(&[&command, "--help"]));
    }
}

#[test]
fn every_command_ends_its_help_with_examples_that_fit() {
    let mut calls = vec![vec!["--help".to_owned()]];
    calls.extend(commands().into_iter().map(|command| vec![command, "--help".to_owned()]));
    for call in calls {
        let arguments: Vec<&str> = call.iter().map(String::as_str).collect();
        let help = dbdoctor(&arguments);
        let (_, examples) = help
            .split_once("\nExamples:\n")
            .unwrap_or_else(|| panic!("{call:?} has no examples:\n{help}"));
        for line in examples.lines() {
            assert!(line.chars().count() <= WIDTH, "{call:?}: {line}");
        }
    }
}

#[test]
fn the_same_thing_has_the_same_name_everywhere() {
    let command = dbdoctor::cli::Cli::command();
    let mut seen = std::collections::BTreeMap::new();
    for command in command.get_subcommands() {
        for option in command.get_arguments().filter(|argument| !argument.is_positional()) {
            let name = option.get_long().expect("every option has a long name").to_owned();
            let described = (
                option.get_short(),
                option.get_value_names().map(<[_]>::to_vec),
                option.get_help_heading().map(str::to_owned),
            );
            let before = seen.entry(name.clone()).or_insert_with(|| described.clone());
            // A command with few options has no headings.
            if described.2.is_some() && before.2.is_some() {
                assert_eq!(*before, described, "--{name} of {}", command.get_name());
            } else {
                assert_eq!(
                    (&before.0, &before.1),
                    (&described.0, &described.1),
                    "--{name} of {}",
                    command.get_name()
                );
            }
        }
    }
}
