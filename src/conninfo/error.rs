//! Why a connection string was refused: what and where, never the text itself, which may be a piece of a password.

use std::fmt;
use std::ops::Range;

/// What libpq refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `%` without two hexadecimal digits after it.
    PercentToken,
    /// `%00`.
    PercentNul,
    /// A blank inside a URI's component, from libpq 18 on.
    InnerBlank,
    /// `[` without its `]`.
    UnclosedBracket,
    /// `[]`.
    EmptyBracket,
    /// Something other than `:`, `/`, `?` or `,` after `]`.
    AfterBracket,
    /// A second `=` in one query parameter.
    ExtraEquals,
    /// A query parameter, or a keyword, without `=`.
    MissingEquals,
    /// `'` without its partner.
    UnclosedQuote,
    /// A keyword that this version does not know.
    UnknownKeyword,
    /// A byte of value zero.
    NulByte,
}

/// Where in the connection string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    User,
    Password,
    Host,
    Port,
    Database,
    /// A name in a URI's query.
    QueryKeyword,
    /// A value in a URI's query.
    QueryValue,
    /// A name in the keyword form.
    Keyword,
    /// A value in the keyword form.
    Value,
    Whole,
}

impl Component {
    /// The part's name in running text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "the user name",
            Self::Password => "the password",
            Self::Host => "the host",
            Self::Port => "the port",
            Self::Database => "the database name",
            Self::QueryKeyword => "the name of a query parameter",
            Self::QueryValue => "the value of a query parameter",
            Self::Keyword => "a keyword",
            Self::Value => "a value",
            Self::Whole => "the connection string",
        }
    }
}

/// A refusal. It holds positions only: to show the text there is the caller's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub fault: Fault,
    pub component: Component,
    /// The bytes concerned, counted from the start of the connection string.
    pub span: Range<usize>,
}

impl ParseError {
    pub(super) fn new(fault: Fault, component: Component, span: Range<usize>) -> Self {
        Self { fault, component, span }
    }

    pub(super) fn at(fault: Fault, component: Component, position: usize) -> Self {
        Self::new(fault, component, position..position + 1)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let component = self.component.name();
        match self.fault {
            Fault::PercentToken => write!(f, "{component} has a \"%\" that two hexadecimal digits do not follow")?,
            Fault::PercentNul => write!(f, "{component} has \"%00\", which no value may hold")?,
            Fault::InnerBlank => write!(f, "{component} has a blank inside, which has to be written as %20")?,
            Fault::UnclosedBracket => f.write_str("a \"[\" before the host has no \"]\" after it")?,
            Fault::EmptyBracket => f.write_str("the brackets of the IPv6 address are empty")?,
            Fault::AfterBracket => f.write_str("something other than \":\", \"/\", \"?\" or \",\" follows the \"]\" of the host")?,
            Fault::ExtraEquals => f.write_str("a query parameter has a second \"=\", which has to be written as %3D")?,
            Fault::MissingEquals => write!(f, "{component} has no \"=\" after it")?,
            Fault::UnclosedQuote => f.write_str("a value begins with \"'\" and never ends")?,
            Fault::UnknownKeyword => write!(f, "{component} is not one that libpq knows")?,
            Fault::NulByte => f.write_str("the connection string holds a byte of value zero")?,
        }
        write!(f, " (byte {})", self.span.start + 1)
    }
}

impl std::error::Error for ParseError {}
