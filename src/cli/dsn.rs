//! The arguments of `dbdoctor dsn`.

use std::path::PathBuf;

use clap::Args;

use super::check::secret;
use crate::report::style::ColorChoice;
use crate::secret::Secret;

/// What `dbdoctor dsn --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor dsn                                    the variable that check would use
  dbdoctor dsn --env-file /etc/shop.env --var DATABASE_URL
  echo \"$URL\" | dbdoctor dsn -                    a connection string, kept out of the process list

Exit codes:
  0 nothing breaks it, 2 usage, 3 the doctor could not look, 10 a finding fails";

#[derive(Debug, Args)]
pub struct DsnArgs {
    /// Connection string as URL or as key=value pairs; - reads it from standard input; without one, the environment is read
    #[arg(value_name = "DSN", value_parser = secret)]
    pub dsn: Option<Secret>,
    /// Read the settings from a file of NAME=value lines
    #[arg(long, value_name = "FILE", conflicts_with = "dsn")]
    pub env_file: Option<PathBuf>,
    /// The variable that holds the URL
    #[arg(long, value_name = "NAME", conflicts_with = "dsn")]
    pub var: Option<String>,
    /// Show the password, and every value in full
    #[arg(long)]
    pub show_password: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: DsnFormat,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
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
