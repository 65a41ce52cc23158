//! Python source read for its literals: what a module or a class binds to a name, where that can be told without running it.

use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Number, PySourceType, Stmt, StmtClassDef, StmtImportFrom};
use ruff_python_parser::{Parsed, parse_unchecked_source};

use super::{Unread, files};

/// A parsed file.
#[derive(Debug)]
pub struct Module {
    pub file: PathBuf,
    source: String,
    tree: Parsed<ruff_python_ast::ModModule>,
}

/// What a name stands for at the end of a module or a class body.
#[derive(Debug)]
pub enum Binding<'a> {
    Absent,
    Value { value: &'a Expr, line: usize },
    Computed(Unread),
}

impl Module {
    /// Reads and parses a file.
    ///
    /// # Errors
    ///
    /// What kept the file from being read, its first syntax error included.
    pub fn read(file: &Path) -> Result<Self, Unread> {
        Self::parse(file, files::text(file)?)
    }

    /// Parses `source` as the content of `file`.
    ///
    /// # Errors
    ///
    /// The first syntax error.
    pub fn parse(file: &Path, source: String) -> Result<Self, Unread> {
        let tree = parse_unchecked_source(&source, PySourceType::Python);
        let module = Self {
            file: file.to_owned(),
            source,
            tree,
        };
        match module.tree.errors().first() {
            Some(error) => {
                let line = module.line(error.location.start().to_usize());
                Err(Unread::at(file, line, format!("syntax error: {}", error.error)))
            }
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
            let (start, bound) = bound_by(stmt, name);
            let line = || self.line(start);
            match bound {
                Bound::No => {}
                Bound::To(value) => binding = Binding::Value { value, line: line() },
                // A name that came with `*` is only there if nothing else bound it before or after.
                Bound::Perhaps(how) => {
                    if matches!(binding, Binding::Absent) {
                        binding = Binding::Computed(Unread::at(&self.file, line(), format!("{name} may be {how}")));
                    }
                }
                Bound::Somehow(how) => binding = Binding::Computed(Unread::at(&self.file, line(), format!("{name} is {how}"))),
            }
        }
        binding
    }

    /// The classes of the module's top level, in order.
    pub fn classes(&self) -> impl Iterator<Item = &StmtClassDef> {
        self.body().iter().filter_map(Stmt::as_class_def_stmt)
    }

    /// The line of a byte offset, counted from one.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        let before = &self.source.as_bytes()[..offset.min(self.source.len())];
        1 + before.iter().fold(0, |lines, byte| lines + usize::from(*byte == b'\n'))
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
        match self.binding_in(body, name) {
            Binding::Absent => Ok(None),
            Binding::Computed(unread) => Err(unread),
            Binding::Value { value, line } => match value {
                Expr::NoneLiteral(_) => Ok(None),
                value => match text(value) {
                    Some(text) => Ok(Some(text)),
                    None => Err(self.not_literal(name, value, line)),
                },
            },
        }
    }

    /// The strings that `name` is bound to: one, or a tuple, list or set of them; none where it is `None` or empty. The outer
    /// option is `None` where the name is absent.
    ///
    /// # Errors
    ///
    /// Where and why the value is no literal.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Unread> {
        match self.binding(name) {
            Binding::Absent => Ok(None),
            Binding::Computed(unread) => Err(unread),
            Binding::Value { value, line } => match texts(value) {
                Ok(texts) => Ok(Some(texts)),
                Err(culprit) => Err(self.not_literal(name, culprit, line)),
            },
        }
    }

    /// The note that `value`, bound to `name`, is no literal.
    #[must_use]
    pub fn not_literal(&self, name: &str, value: &Expr, line: usize) -> Unread {
        Unread::at(&self.file, line, format!("{name} is computed ({})", kind(value)))
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

/// One string or several; the expression that is neither, where there is one.
fn texts(value: &Expr) -> Result<Vec<String>, &Expr> {
    if value.is_none_literal_expr() {
        return Ok(Vec::new());
    }
    if let Some(text) = text(value) {
        return Ok(vec![text]);
    }
    elements(value)
        .ok_or(value)?
        .iter()
        .map(|element| text(element).ok_or(element))
        .collect()
}

enum Bound<'a> {
    No,
    To(&'a Expr),
    Somehow(&'static str),
    Perhaps(&'static str),
}

/// What a statement does to `name`, and where it starts.
fn bound_by<'a>(stmt: &'a Stmt, name: &str) -> (usize, Bound<'a>) {
    match stmt {
        Stmt::Assign(assign) => (
            assign.range.start().to_usize(),
            bound_by_targets(&assign.targets, &assign.value, name),
        ),
        Stmt::AnnAssign(assign) => {
            let bound = match &assign.value {
                Some(value) if is_name(&assign.target, name) => Bound::To(value),
                _ => Bound::No,
            };
            (assign.range.start().to_usize(), bound)
        }
        Stmt::AugAssign(assign) => (
            assign.range.start().to_usize(),
            if is_name(&assign.target, name) {
                Bound::Somehow("changed in place")
            } else {
                Bound::No
            },
        ),
        Stmt::Import(import) => {
            let binds = import.names.iter().any(|alias| match &alias.asname {
                Some(asname) => asname.as_str() == name,
                None => alias.name.as_str().split('.').next() == Some(name),
            });
            (
                import.range.start().to_usize(),
                if binds { Bound::Somehow("imported") } else { Bound::No },
            )
        }
        Stmt::ImportFrom(import) => {
            let start = import.range.start().to_usize();
            let mut bound = Bound::No;
            for alias in &import.names {
                let as_name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                if as_name == name {
                    return (start, Bound::Somehow("imported"));
                }
                if as_name == "*" && !is_library(import) {
                    bound = Bound::Perhaps("imported with *");
                }
            }
            (start, bound)
        }
        Stmt::FunctionDef(def) => (
            def.range.start().to_usize(),
            if def.name.as_str() == name {
                Bound::Somehow("a function")
            } else {
                Bound::No
            },
        ),
        Stmt::ClassDef(def) => (
            def.range.start().to_usize(),
            if def.name.as_str() == name {
                Bound::Somehow("a class")
            } else {
                Bound::No
            },
        ),
        Stmt::Delete(delete) => (
            delete.range.start().to_usize(),
            if delete.targets.iter().any(|target| is_name(target, name)) {
                Bound::Somehow("deleted")
            } else {
                Bound::No
            },
        ),
        _ => bound_by_block(stmt, name),
    }
}

/// Libraries of whose names none is one that migrations declare.
fn is_library(import: &StmtImportFrom) -> bool {
    let module = import.module.as_ref().map_or("", |module| module.as_str());
    import.level == 0 && matches!(module.split('.').next(), Some("alembic" | "django" | "sqlalchemy" | "typing"))
}

fn bound_by_targets<'a>(targets: &'a [Expr], value: &'a Expr, name: &str) -> Bound<'a> {
    for target in targets {
        if is_name(target, name) {
            return Bound::To(value);
        }
        let Some(parts) = elements(target) else { continue };
        if let Some(at) = parts.iter().position(|part| is_name(part, name)) {
            let plain = !parts.iter().any(Expr::is_starred_expr);
            return match elements(value) {
                Some(values) if plain && values.len() == parts.len() && !values.iter().any(Expr::is_starred_expr) => Bound::To(&values[at]),
                _ => Bound::Somehow("unpacked from something computed"),
            };
        }
        if parts
            .iter()
            .any(|part| part.as_starred_expr().is_some_and(|starred| is_name(&starred.value, name)))
        {
            return Bound::Somehow("unpacked from something computed");
        }
    }
    Bound::No
}

/// A block that binds the name anywhere inside binds it depending on what only running it tells.
fn bound_by_block<'a>(stmt: &'a Stmt, name: &str) -> (usize, Bound<'a>) {
    let inside = |bodies: &[&'a [Stmt]]| {
        bodies
            .iter()
            .flat_map(|body| body.iter())
            .any(|stmt| !matches!(bound_by(stmt, name).1, Bound::No | Bound::Perhaps(_)))
    };
    let (start, bound, how) = match stmt {
        Stmt::If(block) => {
            let mut bodies: Vec<&[Stmt]> = vec![&block.body];
            bodies.extend(block.elif_else_clauses.iter().map(|clause| &*clause.body));
            (block.range, inside(&bodies), "set under a condition")
        }
        Stmt::Try(block) => {
            let mut bodies: Vec<&[Stmt]> = vec![&block.body, &block.orelse, &block.finalbody];
            bodies.extend(
                block
                    .handlers
                    .iter()
                    .filter_map(|handler| handler.as_except_handler())
                    .map(|handler| &*handler.body),
            );
            (block.range, inside(&bodies), "set inside try")
        }
        Stmt::With(block) => {
            let named = block
                .items
                .iter()
                .any(|item| item.optional_vars.as_ref().is_some_and(|target| is_name(target, name)));
            (block.range, named || inside(&[&block.body]), "set inside with")
        }
        Stmt::For(block) => (
            block.range,
            is_name(&block.target, name) || inside(&[&block.body, &block.orelse]),
            "set in a loop",
        ),
        Stmt::While(block) => (block.range, inside(&[&block.body, &block.orelse]), "set in a loop"),
        Stmt::Match(block) => {
            let bodies: Vec<&[Stmt]> = block.cases.iter().map(|case| &*case.body).collect();
            (block.range, inside(&bodies), "set under a condition")
        }
        _ => return (0, Bound::No),
    };
    (start.start().to_usize(), if bound { Bound::Somehow(how) } else { Bound::No })
}

fn is_name(expr: &Expr, name: &str) -> bool {
    expr.as_name_expr().is_some_and(|expr| expr.id.as_str() == name)
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
