//! The arguments of `dbdoctor migrations`.

use std::path::PathBuf;

use clap::Args;

use crate::report::migrations::Format;
use crate::report::style::ColorChoice;

/// What `dbdoctor migrations --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor migrations                             the project in this directory
  dbdoctor migrations --project /srv/shop         another one
  dbdoctor migrations --format json               for a script

Exit codes:
  0 sound (warnings included), 2 usage,
  16 the files are at fault: several heads, conflicting leaf nodes, a broken graph";

#[derive(Debug, Args)]
pub struct MigrationsArgs {
    /// Where the application's code is
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    pub project: PathBuf,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}
