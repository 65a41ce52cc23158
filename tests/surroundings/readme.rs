//! The README's tables, made from the program.

use clap::{CommandFactory as _, ValueEnum as _};
use dbdoctor::cli::Cli;
use dbdoctor::exit_code::ExitCode;
use dbdoctor::finding;
use dbdoctor::layer::Layer;
use dbdoctor::report::Format;

use crate::lab::readme;

fn same(text: &str) -> String {
    text.trim().to_owned()
}

fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let rows = rows.map(|row| line(&row.each_ref().map(String::as_str)));
    let rule = format!("|{}\n", "---|".repeat(N));
    [line(&heads), rule].into_iter().chain(rows).collect()
}

#[test]
fn the_layers() {
    let row = |layer: Layer| {
        [
            format!("`{layer}`"),
            layer.question().to_owned(),
            ExitCode::Layer(layer).number().to_string(),
        ]
    };
    let table = table(["layer", "question", "exit code"], Layer::ALL.into_iter().map(row));
    let tens = finding::ALL.len() / 10 * 10;
    let count = format!("\nMore than {tens} findings tell what is wrong there: `dbdoctor list` has them all.\n");
    readme::has("layers", &(table + &count), same);
}

#[test]
fn the_other_exit_codes() {
    let others = ExitCode::all().filter(|(code, _)| !matches!(code, ExitCode::Layer(layer) if Layer::ALL.contains(layer)));
    let rows = others.map(|(code, meaning)| [code.number().to_string(), meaning]);
    readme::has("exit codes", &table(["exit code", "meaning"], rows), same);
}

#[test]
fn the_commands() {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let rows = command.get_subcommands_mut().map(|command| {
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace(" [OPTIONS]", "").replace('|', "\\|");
        let about = command.get_about().expect("every command says what it does").to_string();
        [format!("`{usage}`"), about]
    });
    readme::has("commands", &table(["command", "does"], rows), same);
}

#[test]
fn the_formats() {
    let rows = Format::value_variants().iter().map(|format| {
        let value = format.to_possible_value().expect("every format can be named");
        let help = value.get_help().expect("every format says what it is").to_string();
        [format!("`{}`", value.get_name()), help]
    });
    readme::has("formats", &table(["`--format`", "is"], rows), same);
}
