//! `dbdoctor man`: the manual page.

use std::io;

use crate::exit_code::ExitCode;
use crate::report::{man, pages};

/// Writes the page.
#[must_use]
pub fn run() -> ExitCode {
    pages::written(&mut io::stdout().lock(), &man::page());
    ExitCode::Sound
}
