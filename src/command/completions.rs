//! `dbdoctor completions`: the script that a shell has to read, and the answers to what it asks.

use std::io;

use crate::cli::completions::CompletionsArgs;
use crate::completion;
use crate::exit_code::ExitCode;
use crate::report::pages;

/// Writes the script of a shell.
#[must_use]
pub fn run(args: &CompletionsArgs) -> ExitCode {
    pages::written(&mut io::stdout().lock(), &completion::script(args.shell));
    ExitCode::Sound
}

/// Answers a shell that asks what could follow; `None` where none does.
#[must_use]
pub fn answer() -> Option<ExitCode> {
    pages::written(&mut io::stdout().lock(), &completion::answer()?);
    Some(ExitCode::Sound)
}
