//! The README's tables, made from the program.

use clap::{CommandFactory as _, ValueEnum as _};
use dbdoctor::cli::Cli;
use dbdoctor::exit_code::ExitCode;
use dbdoctor::finding;
use dbdoctor::layer::Layer;
use dbdoctor::report::Format;

use crate::lab::readme;

/// Runs of blanks make no difference.
fn same(text: &str) -> String {
    text.trim().to_owned()
}

#[test]
fn the_layers() {
    let mut table = String::from("| layer | question | exit code |\n|---|---|---|\n");
    for layer in Layer::ALL {
        table += &format!("| `{layer}` | {} | {} |\n", layer.question(), ExitCode::Layer(layer).number());
    }
    let tens = finding::ALL.len() / 10 * 10;
    table += &format!("\nMore than {tens} findings tell what is wrong there: `dbdoctor list` has them all.\n");
    readme::has("layers", &table, same);
}

#[test]
fn the_other_exit_codes() {
    let mut table = String::from("| exit code | meaning |\n|---|---|\n");
    for (code, meaning) in ExitCode::all().filter(|(code, _)| !matches!(code, ExitCode::Layer(_))) {
        table += &format!("| {} | {meaning} |\n", code.number());
    }
    readme::has("exit codes", &table, same);
}

#[test]
fn the_commands() {
    let mut table = String::from("| command | does |\n|---|---|\n");
    let mut command = Cli::command();
    command.build();
    for command in command.get_subcommands_mut() {
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace(" [OPTIONS]", "").replace('|', "\\|");
        let about = command.get_about().expect("every command says what it does").to_string();
        table += &format!("| `{usage}` | {about} |\n");
    }
    readme::has("commands", &table, same);
}

#[test]
fn the_formats() {
    let mut table = String::from("| `--format` | is |\n|---|---|\n");
    for format in Format::value_variants() {
        let value = format.to_possible_value().expect("every format can be named");
        let help = value.get_help().expect("every format says what it is").to_string();
        table += &format!("| `{}` | {help} |\n", value.get_name());
    }
    readme::has("formats", &table, same);
}
