//! `dbdoctor migrations`: what the code expects of the schema, without a database.

use std::io;

use anyhow::Context as _;

use crate::cli::migrations::MigrationsArgs;
use crate::cli::resolve;
use crate::exit_code::ExitCode;
use crate::foreign::Foreign;
use crate::migrations::inspection::Inspection;
use crate::migrations::survey;
use crate::report;
use crate::report::style::Style;

/// Reads the trees of a project and judges them; `arguments` are the program's own, to be repeated in remedies.
#[must_use]
pub fn run(args: &MigrationsArgs, arguments: &[String]) -> ExitCode {
    inspect(args, arguments).unwrap_or_else(|error| super::complain(&error))
}

fn inspect(args: &MigrationsArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    std::fs::read_dir(&args.project)
        .with_context(|| format!("the project {} cannot be opened", Foreign::new(args.project.to_string_lossy())))?;
    let trees = survey(&args.project, None);
    let mut inspection = Inspection::of(&trees);
    let again = resolve::command(arguments);
    for remedy in inspection.findings_mut().filter_map(|finding| finding.remedy.as_mut()) {
        remedy.verify.get_or_insert_with(|| again.clone());
    }
    let style = Style::settle(args.color, false);
    report::migrations::write(args.format, Box::new(io::stdout()), style, &inspection);
    Ok(inspection.exit_code())
}
