//! The arguments of `dbdoctor check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap_complete::engine::ArgValueCandidates;

use super::THE_REPORT;
use super::duration;
use super::sources::SourceArgs;
use crate::completion;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::report::Format;
use crate::report::style::ColorChoice;
use crate::request::{Need, Skip};

/// What `dbdoctor check --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor check                                  this environment's settings
  dbdoctor check --unit shop                      a systemd service's
  dbdoctor check --env-file /etc/shop.env         a file's
  echo \"$URL\" | dbdoctor check -                  kept out of the process list
  dbdoctor check --wait 30s --until auth          before the application starts
  dbdoctor check --format json --fail-on warn     for a script
  dbdoctor check --workers 4 --pool-size 10       are there enough connections?

Exit codes:
  0 sound, 1 warnings under --fail-on warn, 2 usage, 3 the doctor could not look,
  10 config, 11 dns, 12 tcp, 13 tls, 14 auth, 15 privileges, 16 migrations, 17 pool,
  18 the page of --health-url, 130 interrupted";

/// The headings of its options.
pub(super) const WHAT: &str = "What is checked";
const CONNECTIONS: &str = "What the application can open";

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
pub struct CheckArgs {
    #[command(flatten)]
    pub sources: SourceArgs,
    /// Every target of dbdoctor.toml, side by side
    #[arg(long, help_heading = "Where the settings come from", conflicts_with_all = ["dsn", "env_file", "unit", "pid", "container", "target"])]
    pub all: bool,
    /// How many targets are checked at the same time
    #[arg(long, value_name = "N", help_heading = "Where the settings come from", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Where the database is sound, ask the application itself for a page that reads it; no redirect is followed
    #[arg(long, value_name = "URL", help_heading = WHAT, conflicts_with = "all")]
    pub health_url: Option<HealthUrl>,
    /// Stop after this layer
    #[arg(long, value_name = "LAYER", default_value = "pool", help_heading = WHAT)]
    pub until: Layer,
    /// Leave a layer or a finding out (repeatable); of the layers: privileges, migrations, pool
    #[arg(long, value_name = "LAYER|CODE", value_parser = skip, add = ArgValueCandidates::new(completion::skippable), help_heading = WHAT)]
    pub skip: Vec<Skip>,
    /// The privileges that the application needs [default: usage,select,insert,update,delete]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = WHAT)]
    pub needs: Option<Vec<Need>>,
    /// A schema that the application uses (repeatable); without one, those of the search path that exist
    #[arg(long = "schema", value_name = "NAME", help_heading = WHAT)]
    pub schemas: Vec<String>,
    /// Ask the migration tool itself too, in the application's own Python: this runs the application's code, which opens a
    /// connection of its own
    #[arg(long, help_heading = WHAT)]
    pub exact: bool,
    /// The database that the settings have to lead to
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub expect_database: Option<String>,
    /// The role that the session has to act as
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub expect_user: Option<String>,
    /// A table that has to be there, with its schema or by the search path (repeatable)
    #[arg(long = "expect-table", value_name = "[SCHEMA.]NAME", help_heading = WHAT)]
    pub expect_tables: Vec<String>,
    /// Hosts that run the application
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = CONNECTIONS)]
    pub hosts: Option<u32>,
    /// Worker processes of the application, on each host
    #[arg(long, value_name = "N", help_heading = CONNECTIONS)]
    pub workers: Option<u32>,
    /// Threads in each worker
    #[arg(long, value_name = "N", help_heading = CONNECTIONS)]
    pub threads: Option<u32>,
    /// Connections that one worker's pool keeps
    #[arg(long, value_name = "N", help_heading = CONNECTIONS)]
    pub pool_size: Option<u32>,
    /// Connections beyond the pool's size; -1 for no limit
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..), help_heading = CONNECTIONS)]
    pub max_overflow: Option<i64>,
    /// Open so many connections side by side, with one query each, and say how long the logins take; refused where that would leave
    /// too few slots
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000), help_heading = CONNECTIONS)]
    pub load: Option<u32>,
    /// The time limit of each layer, such as 500ms, 5s or 1m
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::parse, help_heading = WHAT)]
    pub timeout: Duration,
    /// Try again for so long while the failure is one that passes by itself: refused, starting, full, name not there yet
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, help_heading = WHAT)]
    pub wait: Option<Duration>,
    /// Exit with 1 when there are warnings
    #[arg(long, value_name = "SEVERITY", help_heading = THE_REPORT)]
    pub fail_on: Option<FailOn>,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = THE_REPORT)]
    pub format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = THE_REPORT)]
    pub output: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = THE_REPORT)]
    pub color: ColorChoice,
    /// Findings alone
    #[arg(long, short, conflicts_with = "verbose", help_heading = THE_REPORT)]
    pub quiet: bool,
    /// Every fact too
    #[arg(long, short, help_heading = THE_REPORT)]
    pub verbose: bool,
}

/// From which severity on the exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Warnings end with exit code 1
    Warn,
}

/// Reads what is to be left out.
///
/// # Errors
///
/// Why it cannot be.
pub fn skip(text: &str) -> Result<Skip, String> {
    if let Some(layer) = Layer::ALL.into_iter().find(|layer| layer.name() == text) {
        return if layer.carries_the_connection() {
            Err(format!("the layers above need what {layer} finds; --until stops the chain early"))
        } else {
            Ok(Skip::Layer(layer))
        };
    }
    match crate::finding::by_code(text) {
        Some(kind) => Ok(Skip::Code(kind.code().to_string())),
        None => Err("neither a layer nor a finding's code; dbdoctor list prints the codes".into()),
    }
}
