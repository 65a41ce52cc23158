//! The formats of `dbdoctor runbook`.

mod human;
mod json;
mod markdown;

use crate::finding::Finding;
use crate::report::Out;
use crate::report::style::Style;
use crate::runbook::{Look, Runbook};

/// The formats of this report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A shell script whose comments say what to look for
    Human,
    /// A page for a wiki or a ticket
    Markdown,
    /// One JSON document
    Json,
}

/// What is shown.
#[derive(Debug)]
pub struct Page<'a> {
    pub runbook: &'a Runbook,
    /// Whom it is about, in one line.
    pub subject: String,
    /// What is wrong with the settings.
    pub findings: &'a [Finding],
    pub exit_code: u8,
}

/// How the page begins.
const INTRODUCTION: &str = "From top to bottom; the first command that does not show what is good names the broken layer. \
                            None changes anything. What a message means: pipe it into \"dbdoctor explain\".";

/// Prints the page.
pub fn write(format: Format, out: Out, style: Style, page: &Page<'_>) {
    match format {
        Format::Human => human::human(out, style, page),
        Format::Markdown => markdown::markdown(out, page),
        Format::Json => json::json(out, page),
    }
}

/// `good` or the finding's code.
fn meaning(look: &Look) -> String {
    look.code.map_or_else(|| "good".to_owned(), |code| code.to_string())
}
