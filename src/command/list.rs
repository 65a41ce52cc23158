//! `dbdoctor list`: every finding with its severity and title.

use std::io;

use crate::exit_code::ExitCode;
use crate::report::pages;

/// Lists the catalogue.
#[must_use]
pub fn run() -> ExitCode {
    pages::list(&mut io::stdout().lock());
    ExitCode::Sound
}
