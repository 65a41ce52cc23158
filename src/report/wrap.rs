//! Breaking text into lines.

use std::sync::LazyLock;

/// The widest line of a report.
pub const WIDEST: usize = 100;

/// The columns that a line may take; what is to be pasted is never broken. A terminal that has fewer gets lines that fit.
pub fn width() -> usize {
    static WIDTH: LazyLock<usize> = LazyLock::new(|| {
        let terminal = terminal_size::terminal_size_of(std::io::stdout());
        terminal.map_or(WIDEST, |(columns, _)| usize::from(columns.0).min(WIDEST))
    });
    *WIDTH
}

/// Breaks `text` between words, so that with `indent` columns in front no line is wider than [`width`].
#[must_use]
pub fn lines(text: &str, indent: usize) -> Vec<String> {
    let room = width().saturating_sub(indent).max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = line.chars().count() + usize::from(!line.is_empty()) + word.chars().count();
        if needed > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The same, as one text whose lines after the first begin with `indent` blanks.
#[must_use]
pub fn hanging(text: &str, indent: usize) -> String {
    lines(text, indent).join(&format!("\n{}", " ".repeat(indent)))
}
