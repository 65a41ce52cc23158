//! How deep a source nests, told before it is parsed: a parser's memory grows with the depth, and so does the stack that walks the tree.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// The deepest that is read. Python compiles about as deep (3,000 levels in 3.11), and no more than 200 brackets.
pub const DEEPEST: usize = 3_000;

/// Whether the tree could be deeper than is read.
#[must_use]
pub fn is_too_deep(source: &str) -> bool {
    could_be(source) && is(source)
}

/// What most files show without a closer look: each level takes a sign, or a word of three letters and a blank.
fn could_be(source: &str) -> bool {
    if source.len() <= DEEPEST {
        return false;
    }
    let signs = source.bytes().filter(u8::is_ascii_punctuation).count();
    signs + source.len() / 4 > DEEPEST
}

fn is(source: &str) -> bool {
    let mut lexer = lexer::lex(source, Mode::Module);
    let mut depth = Depth::default();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            token => depth.follow(token),
        }
        if depth.total() > DEEPEST {
            return true;
        }
    }
}

/// What the tokens so far may have opened and not ended yet.
#[derive(Debug, Default)]
struct Depth {
    indents: usize,
    /// Outside of all brackets.
    outer: Chain,
    /// In each open bracket.
    inner: Vec<Chain>,
    in_all: usize,
}

/// Operators and keywords that may stand one inside the other: `not not x`, `a.b.c`, `1 + 1 + 1`.
#[derive(Debug, Default, Clone, Copy)]
struct Chain {
    /// Ended by a comma.
    links: usize,
    /// Not even by that: their parameters have commas.
    lambdas: usize,
}

impl Depth {
    fn total(&self) -> usize {
        self.indents + self.in_all
    }

    fn chain(&mut self) -> &mut Chain {
        self.inner.last_mut().unwrap_or(&mut self.outer)
    }

    fn follow(&mut self, token: TokenKind) {
        use TokenKind as T;
        match token {
            T::Indent => self.indents += 1,
            T::Dedent => self.indents = self.indents.saturating_sub(1),
            T::Lpar | T::Lsqb | T::Lbrace | T::FStringStart | T::TStringStart => {
                self.link();
                self.inner.push(Chain::default());
            }
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd => {
                if let Some(Chain { links, lambdas }) = self.inner.pop() {
                    self.in_all -= links + lambdas;
                }
            }
            T::Comma => self.in_all -= std::mem::take(&mut self.chain().links),
            T::Newline | T::Semi => {
                let Chain { links, lambdas } = std::mem::take(self.chain());
                self.in_all -= links + lambdas;
            }
            T::Lambda => {
                self.chain().lambdas += 1;
                self.in_all += 1;
            }
            T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringMiddle
            | T::TStringMiddle
            | T::Comment
            | T::NonLogicalNewline
            | T::Unknown => {}
            _ => self.link(),
        }
    }

    fn link(&mut self) {
        self.chain().links += 1;
        self.in_all += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;

    fn nested(open: &str, close: &str, levels: usize) -> String {
        format!("x = {}1{}\n", open.repeat(levels), close.repeat(levels))
    }

    #[test]
    fn what_nests_is_counted() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{1:", "}"),
            ("-", ""),
            ("not ", ""),
            ("1+", ""),
            ("1**", ""),
            ("1 if 1 else ", ""),
            ("lambda a,:", ""),
            ("f(", ")"),
            ("", ".a"),
            ("", "[0]"),
            ("", "()"),
            ("-(", ")"),
            ("[1,", "]"),
        ] {
            assert!(is_too_deep(&nested(open, close, 3_500)), "{open}…{close}");
            assert!(!is_too_deep(&nested(open, close, 1_000)), "{open}…{close}");
        }
        assert!(is_too_deep(&format!("x = f\"{}\n", "{1:".repeat(3_500))));
    }

    #[test]
    fn what_lies_side_by_side_is_not() {
        for line in [
            "x = [-1, (2), {'a': not b}]\n",
            "if a: b(); c.d(lambda e: -e)\n",
            "elif\n",
            "'((((((((((' '[[['\n",
            "# ((((((((((\n",
        ] {
            assert!(!is_too_deep(&line.repeat(20_000)), "{line}");
        }
        assert!(!is_too_deep(&format!("x = [{}]\n", "-1, (2),\n {'a': not b},".repeat(20_000))));
    }
}
