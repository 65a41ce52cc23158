//! The commands: one file each. Every one takes its parsed arguments and says how the program ends.

pub mod check;
pub mod completions;
pub mod dsn;
pub mod env;
pub mod explain;
pub mod list;
pub mod man;
pub mod migrations;
pub mod runbook;
pub mod schema;

use std::io::{self, Write as _};

use crate::exit_code::ExitCode;

/// Says on standard error why a command could not be carried out.
fn complain(error: &anyhow::Error) -> ExitCode {
    // Nobody may be listening there.
    let _ = writeln!(io::stderr(), "dbdoctor: {error:#}");
    ExitCode::Usage
}
