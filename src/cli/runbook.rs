//! The arguments of `dbdoctor runbook`.

use clap::Args;

use super::THE_REPORT;
use super::check::WHAT;
use super::sources::SourceArgs;
use crate::report::runbook::Format;
use crate::report::style::ColorChoice;
use crate::request::Need;

/// What `dbdoctor runbook --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor runbook --unit shop                    the commands for a service's database
  dbdoctor runbook --env-file /etc/shop.env >by-hand.sh
  dbdoctor runbook --target web --format markdown for the wiki

The output is a shell script with comments: paste command by command, or save it.
No password stands in it: it asks for one.

Exit codes:
  0 the settings can be read as a connection, 10 they cannot,
  2 usage, 3 the doctor could not look";

#[derive(Debug, Args)]
pub struct RunbookArgs {
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The privileges that the application needs [default: usage,select,insert,update,delete]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = WHAT)]
    pub needs: Option<Vec<Need>>,
    /// A schema that the application uses (repeatable); without one, all
    #[arg(long = "schema", value_name = "NAME", help_heading = WHAT)]
    pub schemas: Vec<String>,
    /// The format of the commands
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = THE_REPORT)]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = THE_REPORT)]
    pub color: ColorChoice,
}
