//! The arguments of `dbdoctor explain`.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::completion;
use crate::report::explained::ExplainFormat;
use crate::report::style::ColorChoice;

/// What `dbdoctor explain --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor explain auth/no-hba-entry              what a finding means
  dbdoctor explain 'FATAL: role \"app\" does not exist'
  dbdoctor explain app.log                        a log or traceback of any size
  journalctl -u shop -n 1000 | dbdoctor explain   a service's journal
  journalctl -fu shop | dbdoctor explain          until Ctrl-C, then the summary

Exit codes:
  0 something was recognised, 1 nothing was, 2 usage";

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A finding's code, an error text, a log file, or - for standard input (also without an argument)
    #[arg(value_name = "CODE|TEXT|FILE|-", add = ArgValueCompleter::new(completion::explainable))]
    pub what: Option<String>,
    /// The format of what was recognised
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ExplainFormat,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}
