//! The catalogue as pages: `dbdoctor list`, `dbdoctor explain CODE`.

use std::io::Write;

use super::style::Style;
use super::wrap::hanging;
use crate::finding::{ALL, Kind};

/// What was written out before.
pub fn written(out: &mut dyn Write, text: &[u8]) {
    // A reader that has hung up wants no more.
    let _ = out.write_all(text);
}

/// Every code with its severity and title, a line each.
pub fn list(out: &mut dyn Write) {
    let width = ALL.iter().map(|kind| kind.code().to_string().len()).max().unwrap_or_default();
    for kind in ALL {
        // A reader that has hung up wants no more.
        let _ = writeln!(out, "{:<width$}  {:<4}  {}", kind.code(), kind.severity.name(), kind.title);
    }
}

/// What one finding means.
pub fn explain(out: &mut dyn Write, style: Style, kind: &Kind) {
    let explanation = &kind.explanation;
    let paragraph = |text: &str| format!("  {}\n", hanging(text, 2));
    let list = |items: &[&str]| {
        let items: Vec<String> = items.iter().map(|item| format!("  - {}\n", hanging(item, 4))).collect();
        items.concat()
    };
    let sections = [
        ("What it means", paragraph(explanation.meaning)),
        ("How to tell it", paragraph(explanation.tell)),
        ("Causes, most likely first", list(explanation.causes)),
        ("Ways out", list(explanation.fixes)),
        ("Often taken for", paragraph(explanation.mistaken_for)),
    ];
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{}: {}", style.heading(&kind.code().to_string()), kind.title);
    for (heading, text) in sections {
        let _ = write!(out, "\n{}\n{text}", style.heading(heading));
    }
}
