//! Python source read for its literals: what a module or a class binds to a name, where that can be told without running it.

mod bound;
mod literal;
mod nesting;

use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Number, PySourceType, Stmt, StmtClassDef, StmtImportFrom};
use ruff_python_parser::{Parsed, parse_unchecked_source};

use super::Unread;
use super::files::{Bounds, Listed};
use bound::{Bound, bound_by};
pub use bound::{More, module_file};
pub use literal::Literal;

/// A parsed file.
#[derive(Debug)]
pub struct Module {
    pub file: PathBuf,
    source: String,
    tree: Parsed<ruff_python_ast::ModModule>,
    bounds: Bounds,
}

/// Where something stands in its file, in bytes. Lines are counted only for what has to be told.
pub type Offset = usize;

/// What a name stands for at the end of a module or a class body.
#[derive(Debug)]
pub enum Binding<'a> {
    Absent,
    Value {
        value: &'a Expr,
        at: Offset,
        /// What is added to it afterwards, whatever happens.
        more: Vec<(Offset, More<'a>)>,
        /// Why something else may be added to it.
        doubt: Option<Unread>,
    },
    /// `from … import name`.
    Imported {
        import: &'a StmtImportFrom,
        name: &'a str,
        at: Offset,
    },
    Computed(Unread),
}

impl Module {
    /// Reads and parses a file.
    ///
    /// # Errors
    ///
    /// What kept the file from being read, its first syntax error included.
    pub fn read(file: &Path, bounds: &Bounds) -> Result<Self, Unread> {
        Self::parse(file, bounds.text(file)?, bounds)
    }

    /// Reads and parses a file that was listed.
    ///
    /// # Errors
    ///
    /// What kept the file from being read, its first syntax error included.
    pub fn read_listed(file: &Listed, bounds: &Bounds) -> Result<Self, Unread> {
        Self::parse(&file.path, bounds.text_of_listed(file)?, bounds)
    }

    fn parse(file: &Path, source: String, bounds: &Bounds) -> Result<Self, Unread> {
        if nesting::is_too_deep(&source) {
            return Err(Unread::whole(file, format!("nests more than {} levels deep", nesting::DEEPEST)));
        }
        let tree = parse_unchecked_source(&source, PySourceType::Python);
        let module = Self {
            file: file.to_owned(),
            source,
            tree,
            bounds: bounds.clone(),
        };
        match module.tree.errors().first() {
            Some(error) => Err(module.unread(error.location.start().to_usize(), format!("syntax error: {}", error.error))),
            None => Ok(module),
        }
    }

    /// The whole text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The statements of the module.
    #[must_use]
    pub fn body(&self) -> &[Stmt] {
        self.tree.suite()
    }

    /// What the module binds to `name`.
    #[must_use]
    pub fn binding(&self, name: &str) -> Binding<'_> {
        self.binding_in(self.body(), name)
    }

    /// What `body`, the module's or a class's, binds to `name`: the last plain assignment, unless something computed follows.
    #[must_use]
    pub fn binding_in<'a>(&self, body: &'a [Stmt], name: &str) -> Binding<'a> {
        let mut binding = Binding::Absent;
        for stmt in body {
            let (at, bound) = bound_by(stmt, name);
            let unread = |how: &str| self.unread(at, format!("{name} {how}"));
            match bound {
                Bound::No => {}
                Bound::To(value) => {
                    binding = Binding::Value {
                        value,
                        at,
                        more: Vec::new(),
                        doubt: None,
                    }
                }
                Bound::Imported(import, name) => binding = Binding::Imported { import, name, at },
                // A name that came with `*` is only there if nothing else bound it before or after.
                Bound::Perhaps(how) => {
                    if matches!(binding, Binding::Absent) {
                        binding = Binding::Computed(unread(&format!("may be {how}")));
                    }
                }
                Bound::Somehow(how) => binding = Binding::Computed(unread(&format!("is {how}"))),
                Bound::Grown(addition) => match &mut binding {
                    Binding::Value { more, .. } => more.push((at, addition)),
                    _ => binding = Binding::Computed(unread("is changed in place")),
                },
                Bound::PerhapsGrown(how) => match &mut binding {
                    Binding::Value { doubt, .. } => *doubt = doubt.take().or_else(|| Some(unread(&format!("is {how}")))),
                    _ => binding = Binding::Computed(unread(&format!("is {how}"))),
                },
            }
        }
        binding
    }

    /// The classes of the module's top level, in order.
    pub fn classes(&self) -> impl Iterator<Item = &StmtClassDef> {
        self.body().iter().filter_map(Stmt::as_class_def_stmt)
    }

    /// A note about what stands at `at`.
    #[must_use]
    pub fn unread(&self, at: Offset, why: impl Into<String>) -> Unread {
        Unread::at(&self.file, self.line(at), why)
    }

    /// The line of a byte offset, counted from one.
    #[must_use]
    pub fn line(&self, offset: Offset) -> usize {
        let before = &self.source.as_bytes()[..offset.min(self.source.len())];
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// The string that `name` is bound to; `None` where it is absent, or bound to `None`.
    ///
    /// # Errors
    ///
    /// Where and why the value is no literal.
    pub fn text(&self, name: &str) -> Result<Option<String>, Unread> {
        self.text_in(self.body(), name)
    }

    /// [`Module::text`], of a class's body.
    ///
    /// # Errors
    ///
    /// Where and why the value is no literal.
    pub fn text_in(&self, body: &[Stmt], name: &str) -> Result<Option<String>, Unread> {
        match self.constant(body, name)? {
            None | Some((Literal::None, _)) => Ok(None),
            Some((Literal::Text(text), _)) => Ok(Some(text)),
            Some((Literal::List(_), at)) => Err(self.unread(at, format!("{name} is not a string"))),
        }
    }

    /// The strings that `name` is bound to: one, or a tuple, list or set of them; none where it is `None` or empty. The outer
    /// option is `None` where the name is absent.
    ///
    /// # Errors
    ///
    /// Where and why the value is no literal.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Unread> {
        let Some((literal, at)) = self.constant(self.body(), name)? else {
            return Ok(None);
        };
        match literal {
            Literal::None => Ok(Some(Vec::new())),
            Literal::Text(text) => Ok(Some(vec![text])),
            Literal::List(items) => items
                .into_iter()
                .map(|item| match item {
                    Literal::Text(text) => Ok(text),
                    Literal::None => Err(self.unread(at, format!("{name} is computed (None among strings)"))),
                    Literal::List(_) => Err(self.unread(at, format!("{name} has a list among its strings"))),
                })
                .collect::<Result<_, _>>()
                .map(Some),
        }
    }

    /// The note that `value`, bound to `name`, is no literal.
    #[must_use]
    pub fn not_literal(&self, name: &str, value: &Expr, at: Offset) -> Unread {
        self.unread(at, format!("{name} is computed ({})", kind(value)))
    }
}

/// A string literal, implicit concatenation included.
#[must_use]
pub fn text(value: &Expr) -> Option<String> {
    value.as_string_literal_expr().map(|literal| literal.value.to_str().to_owned())
}

/// The elements of a tuple, list or set.
#[must_use]
pub fn elements(value: &Expr) -> Option<&[Expr]> {
    match value {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

/// What an expression is, for people.
fn kind(value: &Expr) -> &'static str {
    match value {
        Expr::FString(_) => "an f-string",
        Expr::Call(_) => "a call",
        Expr::BinOp(_) => "an operation",
        Expr::Name(_) => "another name",
        Expr::Attribute(_) => "an attribute",
        Expr::Subscript(_) => "an element",
        Expr::If(_) => "a condition",
        Expr::ListComp(_) | Expr::SetComp(_) | Expr::Generator(_) => "a comprehension",
        Expr::Starred(_) => "an unpacked value",
        Expr::NumberLiteral(literal) => match literal.value {
            Number::Int(_) => "an integer, not a string",
            Number::Float(_) | Number::Complex { .. } => "a number, not a string",
        },
        Expr::NoneLiteral(_) => "None among strings",
        Expr::BytesLiteral(_) => "bytes, not a string",
        Expr::BooleanLiteral(_) => "a boolean, not a string",
        _ => "an expression",
    }
}
