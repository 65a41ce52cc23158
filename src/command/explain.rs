//! `dbdoctor explain`: what a finding means.

use std::io::{self, Write as _};

use crate::cli::explain::ExplainArgs;
use crate::exit_code::ExitCode;
use crate::finding;
use crate::report::pages;
use crate::report::style::Style;

/// Explains the finding that a code names.
#[must_use]
pub fn run(args: &ExplainArgs) -> ExitCode {
    if let Some(kind) = finding::by_code(&args.code) {
        pages::explain(&mut io::stdout().lock(), Style::settle(args.color, false), kind);
        return ExitCode::Sound;
    }
    // Nobody may be listening there.
    let _ = writeln!(
        io::stderr(),
        "dbdoctor: \"{}\" is no finding's code; dbdoctor list prints them",
        args.code.escape_debug()
    );
    ExitCode::Unrecognized
}
