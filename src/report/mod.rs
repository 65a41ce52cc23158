//! The reporters: one file per format. Nothing outside this module writes to standard output.
//!
//! # Adding a format
//!
//! Write `src/report/<format>.rs` with a type that implements [`Reporter`], then name it in [`Format`] and in [`reporter`].

mod bar;
pub mod dsn;
pub mod env;
pub mod explained;
pub mod human;
pub mod json;
pub mod man;
pub mod migrations;
pub mod pages;
pub mod short;
pub mod style;
mod wrap;

use std::io::Write;

use crate::diagnosis::{Diagnosis, LayerReport};
use style::Style;

/// Where a report goes.
pub type Out = Box<dyn Write>;

/// Is told of a check as it goes on. A reader that hangs up early changes nothing about the diagnosis, so writing never fails.
pub trait Reporter {
    /// A layer's row is there.
    fn row(&mut self, _row: &LayerReport) {}
    /// The check is over.
    fn end(&mut self, diagnosis: &Diagnosis);
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// A row per layer, then the findings with their remedies.
    #[default]
    Human,
    /// One line.
    Short,
    /// One JSON document, version 1.
    Json,
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
        Format::Short => Box::new(short::Short::new(out)),
        Format::Json => Box::new(json::Json::new(out)),
    }
}
