//! The report of `dbdoctor migrations`: one file per format.

mod human;
mod json;

use super::Out;
use super::style::Style;
use crate::migrations::inspection::Inspection;

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// A block per tree, then the findings with their remedies.
    #[default]
    Human,
    /// One JSON document, version 1.
    Json,
}

/// Writes the whole report.
pub fn write(format: Format, out: Out, style: Style, inspection: &Inspection<'_>) {
    match format {
        Format::Human => human::write(out, style, inspection),
        Format::Json => json::write(out, inspection),
    }
}
