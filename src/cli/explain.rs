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
  dbdoctor explain app.log --since '2026-11-20 10:00'

Exit codes:
  0 something was recognised, 1 nothing was, 2 usage";

/// Reads `2026-11-20`, `2026-11-20 10:00` or `2026-11-20T10:00:00`, in the log's own clock.
fn since(text: &str) -> Result<String, String> {
    let padded = match text.len() {
        10 => format!("{text} 00:00:00"),
        16 => format!("{text}:00"),
        _ => text.to_owned(),
    };
    let shape: String = padded.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape == "0000-00-00 00:00:00" || shape == "0000-00-00T00:00:00" {
        Ok(padded.replace('T', " "))
    } else {
        Err("write it as 2026-11-20, 2026-11-20 10:00 or 2026-11-20T10:00:00".to_owned())
    }
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A finding's code, an error text, a log file, or - for standard input (also without an argument)
    #[arg(value_name = "CODE|TEXT|FILE|-", add = ArgValueCompleter::new(completion::explainable))]
    pub what: Option<String>,
    /// The format of what was recognised
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ExplainFormat,
    /// Leave out what is older: the time as the log writes it, such as '2026-11-20 10:00'; lines without a time have that of the lines above
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub since: Option<String>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}
