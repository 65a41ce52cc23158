//! The command line. Parsing does nothing; [`resolve`] turns what was parsed into a request.

pub mod check;
pub mod completions;
pub mod dsn;
pub mod duration;
pub mod env;
pub mod explain;
pub mod list;
pub mod man;
pub mod migrations;
pub mod resolve;
pub mod runbook;
pub mod schema;
pub mod sources;

use clap::{Parser, Subcommand};

use check::CheckArgs;
use completions::CompletionsArgs;
use dsn::DsnArgs;
use env::EnvArgs;
use explain::ExplainArgs;
use migrations::MigrationsArgs;
use runbook::RunbookArgs;

/// The heading of the options that shape what is printed.
const THE_REPORT: &str = "The report";

/// What `dbdoctor --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  dbdoctor check --unit shop                      why can the service not connect?
  dbdoctor check --env-file /etc/shop.env         the same, with a file's settings
  dbdoctor explain app.log                        what do these errors mean?
  dbdoctor env --unit shop                        which setting wins?
  dbdoctor migrations --project /srv/shop         is the migration graph sound?
  dbdoctor COMMAND --help                         the options of a command

Nothing is ever changed: one connection, read-only, rolled back. No secret is shown.";

/// Says which layer between an application and its PostgreSQL is broken, and prints the fix.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_long_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Probe the eight layers in order, stop at the first that is broken, print its remedy
    #[command(after_long_help = check::EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Take a connection string apart: how each library reads it, and how to write it so that all read it alike
    #[command(after_long_help = dsn::EXAMPLES)]
    Dsn(Box<DsnArgs>),
    /// Show every place a setting could come from, what each says, and which one wins
    #[command(after_long_help = env::EXAMPLES)]
    Env(Box<EnvArgs>),
    /// Say what a finding means, or which findings an error text or log belongs to
    #[command(after_long_help = explain::EXAMPLES)]
    Explain(ExplainArgs),
    /// List every finding with its severity and title
    #[command(after_long_help = list::EXAMPLES)]
    List,
    /// Say what the code expects of the schema, without a database
    #[command(after_long_help = migrations::EXAMPLES)]
    Migrations(MigrationsArgs),
    /// Print the same diagnosis as commands to run by hand, filled in for this target
    #[command(after_long_help = runbook::EXAMPLES)]
    Runbook(Box<RunbookArgs>),
    /// Print the JSON Schema of every document that --format json prints
    #[command(after_long_help = schema::EXAMPLES)]
    Schema,
    /// Write the script with which a shell completes the command line
    #[command(after_long_help = completions::EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write the manual page
    #[command(after_long_help = man::EXAMPLES)]
    Man,
}
