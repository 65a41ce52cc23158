//! The arguments of `dbdoctor env`.

use clap::Args;

use super::THE_REPORT;
use super::sources::SourceArgs;
use crate::report::style::ColorChoice;

/// What `dbdoctor env --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor env                                    what this shell says
  dbdoctor env --unit shop                        a service, its files, and this shell
  dbdoctor env --env-file shop.env --dialect docker

Exit codes:
  0 the settings can be read as a connection, 10 they cannot,
  2 usage, 3 the doctor could not look";

#[derive(Debug, Args)]
pub struct EnvArgs {
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = THE_REPORT)]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = THE_REPORT)]
    pub color: ColorChoice,
}

/// The formats of `env`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Place by place, then what a connection uses, then what is wrong
    Human,
    /// One JSON document
    Json,
}
