//! The arguments of `dbdoctor dsn`.

use clap::Args;

use super::THE_REPORT;
use super::sources::SourceArgs;
use crate::report::style::ColorChoice;

/// What `dbdoctor dsn --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor dsn                                    the variable that check would use
  dbdoctor dsn --env-file /etc/shop.env --var DATABASE_URL
  echo \"$URL\" | dbdoctor dsn -                    kept out of the process list

Exit codes:
  0 nothing breaks it, 2 usage, 3 the doctor could not look, 10 a finding fails";

#[derive(Debug, Args)]
pub struct DsnArgs {
    #[command(flatten)]
    pub sources: SourceArgs,
    /// Show the password, and every value in full
    #[arg(long, help_heading = THE_REPORT)]
    pub show_password: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = THE_REPORT)]
    pub format: DsnFormat,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = THE_REPORT)]
    pub color: ColorChoice,
}

/// The formats of this report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DsnFormat {
    /// A table of the readings, then the findings with their remedies
    Human,
    /// One JSON document
    Json,
}
