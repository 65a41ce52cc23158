//! The Markdown page beside each finding: what it means, how to tell it, its causes, the fix, what it is mistaken for, an example.

use super::{Kind, PAGES};
use crate::remedy::Place;

/// The headings of every page, in order.
pub const HEADINGS: [&str; 6] = [MEANING, TELL, CAUSES, FIX, MISTAKEN_FOR, EXAMPLE];

const MEANING: &str = "What it means";
const TELL: &str = "How to tell it";
const CAUSES: &str = "Causes, most likely first";
const FIX: &str = "The fix";
const MISTAKEN_FOR: &str = "Often taken for";
const EXAMPLE: &str = "Example";

/// One page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    markdown: &'static str,
}

/// A cause that a page names.
#[derive(Debug, PartialEq, Eq)]
pub struct Cause {
    pub text: String,
    /// How to tell it from the others.
    pub check: String,
}

/// A section, without its heading's mark.
#[derive(Debug)]
pub struct Section {
    pub heading: &'static str,
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(String),
    /// An item of a list, with its mark: `-`, or a number with a period.
    Item(&'static str, String),
    /// How to tell the cause above it from the others.
    Check(String),
    /// Lines as they were printed.
    Code(Vec<&'static str>),
}

impl Page {
    /// The page of a kind.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        let page = PAGES.iter().find(|(other, _)| other.is(kind));
        Self {
            markdown: page.map_or("", |(_, markdown)| markdown),
        }
    }

    /// The page as it was written.
    #[must_use]
    pub fn markdown(self) -> &'static str {
        self.markdown
    }

    /// Its sections.
    pub fn sections(self) -> impl Iterator<Item = Section> {
        self.markdown.split("\n## ").skip(1).map(|section| {
            let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
            Section {
                heading,
                blocks: blocks(text),
            }
        })
    }

    /// What it means.
    #[must_use]
    pub fn meaning(self) -> String {
        self.texts(MEANING).join(" ")
    }

    /// How to tell it from its neighbours.
    #[must_use]
    pub fn tell(self) -> String {
        self.texts(TELL).join(" ")
    }

    /// Causes in order of likelihood.
    #[must_use]
    pub fn causes(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = Vec::new();
        for block in self.blocks(CAUSES) {
            match (block, causes.last_mut()) {
                (Block::Item(_, text), _) => causes.push(Cause {
                    text,
                    check: String::new(),
                }),
                (Block::Check(check), Some(cause)) => cause.check = check,
                _ => {}
            }
        }
        causes
    }

    /// Ways out, each with its place.
    #[must_use]
    pub fn fixes(self) -> Vec<(Place, String)> {
        let fixes = self.texts(FIX);
        let placed = fixes.iter().filter_map(|fix| Place::before(fix));
        placed.map(|(place, text)| (place, text.to_owned())).collect()
    }

    fn texts(self, heading: &str) -> Vec<String> {
        let text = |block| match block {
            Block::Paragraph(text) | Block::Item(_, text) => Some(text),
            Block::Check(_) | Block::Code(_) => None,
        };
        self.blocks(heading).into_iter().filter_map(text).collect()
    }

    fn blocks(self, heading: &str) -> Vec<Block> {
        let section = self.sections().find(|section| section.heading == heading);
        section.map(|section| section.blocks).unwrap_or_default()
    }
}

fn blocks(text: &'static str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    let mut goes_on = false;
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            blocks.push(Block::Code(lines.by_ref().take_while(|line| *line != "```").collect()));
            goes_on = false;
        } else if let Some(check) = line.strip_prefix("   - check: ") {
            blocks.push(Block::Check(check.to_owned()));
            goes_on = true;
        } else if let Some((mark, text)) = item(line) {
            blocks.push(Block::Item(mark, text.to_owned()));
            goes_on = true;
        } else if line.is_empty() {
            goes_on = false;
        } else if let (true, Some(Block::Paragraph(text) | Block::Item(_, text) | Block::Check(text))) = (goes_on, blocks.last_mut()) {
            text.push(' ');
            text.push_str(line.trim_start());
        } else {
            blocks.push(Block::Paragraph(line.to_owned()));
            goes_on = true;
        }
    }
    blocks
}

/// The mark and the text of a list's item.
fn item(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (mark, text) = line.split_once(' ')?;
    let is_number = || mark.strip_suffix('.').is_some_and(|number| number.parse::<u8>().is_ok());
    (mark == "-" || is_number()).then_some((mark, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_apart() {
        let text = "\nOne\nparagraph.\n\n1. First,\n   over two lines.\n   - check: this,\n     and that\n2. Second.\n\n```text\n- as it is\n\n  \"x\"\n```\n";
        let expected = [
            Block::Paragraph("One paragraph.".to_owned()),
            Block::Item("1.", "First, over two lines.".to_owned()),
            Block::Check("this, and that".to_owned()),
            Block::Item("2.", "Second.".to_owned()),
            Block::Code(vec!["- as it is", "", "  \"x\""]),
        ];
        assert_eq!(blocks(text), expected);
    }
}
