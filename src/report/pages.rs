//! The catalogue as pages: `dbdoctor list`, `dbdoctor explain CODE`.

use std::io::Write;

use super::style::Style;
use super::wrap::hanging;
use crate::finding::page::{Block, Page};
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

/// What one finding means: its Markdown page, made for the terminal.
pub fn explain(out: &mut dyn Write, style: Style, kind: &Kind) {
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{}: {}", style.heading(&kind.code().to_string()), kind.title);
    for section in Page::of(kind).sections() {
        let _ = writeln!(out, "\n{}", style.heading(section.heading));
        for (index, block) in section.blocks.iter().enumerate() {
            if index > 0 && !matches!(block, Block::Item(..) | Block::Check(_)) {
                let _ = writeln!(out);
            }
            let _ = out.write_all(rendered(block, style).as_bytes());
        }
    }
}

fn rendered(block: &Block, style: Style) -> String {
    match block {
        Block::Paragraph(text) => format!("  {}\n", style.inline_code(&hanging(text, 2))),
        Block::Item(mark, text) => {
            let indent = 3 + mark.len();
            format!("  {mark} {}\n", style.inline_code(&hanging(text, indent)))
        }
        Block::Check(text) => format!("     check: {}\n", style.inline_code(&hanging(text, 12))),
        Block::Code(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| format!("    {}\n", style.command(line))).collect();
            lines.concat()
        }
    }
}
