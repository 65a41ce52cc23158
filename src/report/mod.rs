//! The reporters: one file per format. Nothing outside this module writes to standard output.
//!
//! # Adding a format
//!
//! Write `src/report/<format>.rs` with a type that implements [`Reporter`], then name it in [`Format`] and in [`reporter`]. The tests in
//! `tests/integration/formats.rs` then hold its verdict and exit code against those of the others; add a reader that is not ours there.

mod bar;
pub mod dsn;
pub mod env;
pub mod explained;
mod finding;
mod github;
mod grouped;
mod human;
mod json;
mod junit;
pub mod live;
pub mod man;
mod markdown;
pub mod migrations;
mod nagios;
pub mod output;
pub mod pages;
mod prometheus;
pub mod runbook;
pub mod schema;
mod short;
mod spinner;
pub mod style;
mod wrap;
mod xml;

use std::io::Write;

use crate::diagnosis::{Diagnosis, LayerReport};
use crate::exit_code::ExitCode;
use crate::outcome::Outcome;
use style::Style;

/// Where a report goes.
pub type Out = Box<dyn Write>;

/// Is told of a check as it goes on. A reader that hangs up early changes nothing about the diagnosis, so writing never fails.
pub trait Reporter {
    /// Many targets are to be checked; these are their names.
    fn begin(&mut self, _targets: &[String]) {}
    /// A layer's row of the only target is there.
    fn row(&mut self, _row: &LayerReport) {}
    /// One of many targets has been checked; they come in the order of their names.
    fn target(&mut self, _diagnosis: &Diagnosis) {}
    /// The check is over.
    fn end(&mut self, outcome: &Outcome);
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// A row per layer, then the findings with their remedies
    #[default]
    Human,
    /// One line
    Short,
    /// One JSON document, version 1; dbdoctor schema prints its JSON Schema
    Json,
    /// XML with a test case per layer, as GitLab, Jenkins and others read it
    Junit,
    /// Annotations of GitHub Actions, and the report in Markdown as the step's summary
    Github,
    /// Metrics for Prometheus, by the textfile collector of its node exporter
    Prometheus,
    /// A line with performance data for Nagios, Icinga and others, and their exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    Nagios,
    /// Markdown, for a ticket or a chat
    Markdown,
}

impl Format {
    /// How the program ends with this format.
    #[must_use]
    pub fn exit_code(self, outcome: &Outcome) -> ExitCode {
        match self {
            Self::Nagios => ExitCode::Plugin(outcome.verdict()),
            Self::Human | Self::Short | Self::Json | Self::Junit | Self::Github | Self::Prometheus | Self::Markdown => outcome.exit_code(),
        }
    }
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Findings alone.
    Quiet,
    Normal,
    /// Every fact too.
    Verbose,
}

/// The reporter for a format.
#[must_use]
pub fn reporter(format: Format, out: Out, style: Style, detail: Detail) -> Box<dyn Reporter> {
    match format {
        Format::Human => Box::new(human::Human::new(out, style, detail)),
        Format::Short => Box::new(short::Short(out)),
        Format::Json => Box::new(json::Json(out)),
        Format::Junit => Box::new(junit::Junit(out)),
        Format::Github => Box::new(github::Github::new(out)),
        Format::Prometheus => Box::new(prometheus::Prometheus(out)),
        Format::Nagios => Box::new(nagios::Nagios(out)),
        Format::Markdown => Box::new(markdown::Markdown(out)),
    }
}

/// What Nagios is told of a check that could not begin: it shows standard output alone.
pub fn unknown_to_nagios(why: &str) {
    nagios::unknown(&mut std::io::stdout(), why);
}
