//! The command line. Parsing does nothing; [`resolve`] turns what was parsed into a request.

pub mod check;
pub mod dsn;
pub mod duration;
pub mod env;
pub mod explain;
pub mod migrations;
pub mod resolve;
pub mod sources;

use clap::{Parser, Subcommand};

use check::CheckArgs;
use dsn::DsnArgs;
use env::EnvArgs;
use explain::ExplainArgs;
use migrations::MigrationsArgs;

/// Says which layer between an application and its PostgreSQL is broken, and prints the fix.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_subcommand = true)]
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
    List,
    /// Say what the code expects of the schema, without a database
    #[command(after_long_help = migrations::EXAMPLES)]
    Migrations(MigrationsArgs),
    /// Print the JSON Schema of every document that --format json prints
    Schema,
}
