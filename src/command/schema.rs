//! `dbdoctor schema`: the JSON Schema of `--format json`.

use std::io;

use crate::exit_code::ExitCode;
use crate::report::schema;

/// Prints the schema.
#[must_use]
pub fn run() -> ExitCode {
    schema::write(&mut io::stdout().lock());
    ExitCode::Sound
}
