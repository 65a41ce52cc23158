//! Marks, words and colours. Colour never carries a meaning alone.

use std::io::IsTerminal as _;

use owo_colors::{OwoColorize as _, Style as Colour};

use crate::verdict::Verdict;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal; `NO_COLOR` and `FORCE_COLOR` decide first.
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether to use colour, settled.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// `--color` over `NO_COLOR` over `FORCE_COLOR` over "is it a terminal".
    #[must_use]
    pub fn settle(choice: ColorChoice, to_file: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let colour = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto => set("FORCE_COLOR") || !to_file && std::io::stdout().is_terminal(),
        };
        Self { colour }
    }

    /// No colour at all.
    #[must_use]
    pub const fn plain() -> Self {
        Self { colour: false }
    }

    /// A verdict's mark and word.
    #[must_use]
    pub fn verdict(self, verdict: Verdict) -> String {
        let (text, colour) = match verdict {
            Verdict::Pass => ("✓ pass", Colour::new().green()),
            Verdict::Warn => ("! warn", Colour::new().yellow()),
            Verdict::Fail => ("✗ FAIL", Colour::new().red().bold()),
            Verdict::Error => ("? error", Colour::new().magenta().bold()),
            Verdict::Skip => ("- skip", Colour::new().dimmed()),
        };
        self.paint(&format!("{text:<7}"), colour)
    }

    /// What is to be pasted.
    #[must_use]
    pub fn command(self, text: &str) -> String {
        self.paint(text, Colour::new().cyan())
    }

    /// Text with `code` in it: in colour, the colour stands for the marks.
    #[must_use]
    pub fn inline_code(self, text: &str) -> String {
        if !self.colour || text.matches('`').count() % 2 == 1 {
            return text.to_owned();
        }
        let pieces = text.split('`').enumerate();
        pieces
            .map(|(index, piece)| if index % 2 == 1 { self.command(piece) } else { piece.to_owned() })
            .collect()
    }

    /// A heading.
    #[must_use]
    pub fn heading(self, text: &str) -> String {
        self.paint(text, Colour::new().bold())
    }

    /// What may be passed over.
    #[must_use]
    pub fn aside(self, text: &str) -> String {
        self.paint(text, Colour::new().dimmed())
    }

    fn paint(self, text: &str, colour: Colour) -> String {
        if self.colour {
            text.style(colour).to_string()
        } else {
            text.to_owned()
        }
    }
}
