//! `dbdoctor explain`: what a finding means, or which findings a text or log belongs to.

use std::io::{self, Write as _};

use crate::cli::explain::ExplainArgs;
use crate::exit_code::ExitCode;
use crate::explain::input::{self, Input};
use crate::report::style::Style;
use crate::report::{explained, pages};

/// Explains what was given.
#[must_use]
pub fn run(args: &ExplainArgs) -> ExitCode {
    explain(args).unwrap_or_else(|error| super::complain(&error))
}

fn explain(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let style = Style::settle(args.color, false);
    let log = match Input::of(args.what.as_deref())? {
        Input::Code(kind) => {
            pages::explain(&mut io::stdout().lock(), style, kind);
            return Ok(ExitCode::Sound);
        }
        Input::Log(log) => log,
    };
    let told = input::read(log, args.since.clone())?;
    let groups = &told.groups;
    if groups.is_empty()
        && let Some(text) = args.what.as_deref().filter(|text| input::is_like_a_code(text))
    {
        // Nobody may be listening there.
        let _ = writeln!(
            io::stderr(),
            "dbdoctor: \"{}\" is no finding's code; dbdoctor list prints them",
            text.escape_debug()
        );
    }
    explained::report(Box::new(io::stdout()), args.format, style, &told);
    Ok(if groups.is_empty() {
        ExitCode::Unrecognized
    } else {
        ExitCode::Sound
    })
}
