//! Constants: literals, and the names that lead to them, in the same file or in another of the project.

use ruff_python_ast::{Expr, Stmt, StmtImportFrom};

use super::bound::binds;
use super::{Binding, Module, More, Offset, elements, module_file, text};
use crate::migrations::Unread;

/// How many names, and how many lists inside of lists, are followed.
const DEEPEST: usize = 8;

/// A value that is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    None,
    Text(String),
    List(Vec<Literal>),
}

impl Module {
    /// The constant that `body` binds to `name`, and where; `None` where it binds nothing.
    ///
    /// # Errors
    ///
    /// Where and why the value is no literal.
    pub fn constant(&self, body: &[Stmt], name: &str) -> Result<Option<(Literal, Offset)>, Unread> {
        match self.binding_in(body, name) {
            Binding::Absent => Ok(None),
            Binding::Computed(unread) | Binding::Value { doubt: Some(unread), .. } => Err(unread),
            Binding::Imported {
                import,
                name: original,
                at,
            } => match self.imported(import, original, DEEPEST) {
                Some(literal) => Ok(Some((literal, at))),
                None => Err(self.unread(at, format!("{name} is imported"))),
            },
            Binding::Value { value, at, more, .. } => {
                let mut literal = self
                    .evaluated(value, DEEPEST)
                    .map_err(|culprit| self.not_literal(name, culprit, at))?;
                for (at, addition) in more {
                    if self.grow(&mut literal, &addition, DEEPEST).is_none() {
                        return Err(self.unread(at, format!("{name} is changed in place")));
                    }
                }
                Ok(Some((literal, at)))
            }
        }
    }

    /// The string that an expression stands for.
    #[must_use]
    pub fn string(&self, value: &Expr) -> Option<String> {
        match self.evaluated(value, DEEPEST) {
            Ok(Literal::Text(text)) => Some(text),
            Ok(Literal::None | Literal::List(_)) | Err(_) => None,
        }
    }

    /// What an expression stands for, or the part of it that is no literal.
    fn evaluated<'a>(&self, value: &'a Expr, depth: usize) -> Result<Literal, &'a Expr> {
        if value.is_none_literal_expr() {
            return Ok(Literal::None);
        }
        if let Some(text) = text(value) {
            return Ok(Literal::Text(text));
        }
        if depth == 0 {
            return Err(value);
        }
        if let Some(elements) = elements(value) {
            let items = elements.iter().map(|element| self.evaluated(element, depth - 1));
            return items.collect::<Result<_, _>>().map(Literal::List);
        }
        let named = match value {
            Expr::Name(name) => self.named(name.id.as_str(), depth - 1),
            Expr::Attribute(attribute) => self
                .module_named(&attribute.value)
                .and_then(|module| module.named(attribute.attr.as_str(), depth - 1)),
            _ => None,
        };
        named.ok_or(value)
    }

    /// The module of the project that a name stands for.
    fn module_named(&self, value: &Expr) -> Option<Self> {
        let name = value.as_name_expr()?.id.as_str();
        if let Binding::Imported { import, name, .. } = self.binding(name) {
            let parent = import.module.as_ref().map_or("", |module| module.as_str());
            let separator = if parent.is_empty() { "" } else { "." };
            // What the package itself calls so comes before its modules.
            if self
                .source_of(import)
                .is_some_and(|package| !matches!(package.binding(name), Binding::Absent))
            {
                return None;
            }
            return self.located(import.level, &format!("{parent}{separator}{name}"));
        }
        let mut binders = self.body().iter().filter(|stmt| binds(stmt, name));
        let (Some(Stmt::Import(import)), None) = (binders.next(), binders.next()) else {
            return None;
        };
        let alias = import.names.iter().find(|alias| match &alias.asname {
            Some(own) => own.as_str() == name,
            None => alias.name.as_str() == name,
        })?;
        self.located(0, alias.name.as_str())
    }

    /// What a name of the module stands for.
    fn named(&self, name: &str, depth: usize) -> Option<Literal> {
        match self.binding(name) {
            Binding::Value {
                value, more, doubt: None, ..
            } => {
                let mut literal = self.evaluated(value, depth).ok()?;
                for (_, addition) in more {
                    self.grow(&mut literal, &addition, depth)?;
                }
                Some(literal)
            }
            Binding::Imported { import, name, .. } => self.imported(import, name, depth),
            Binding::Absent | Binding::Computed(_) | Binding::Value { doubt: Some(_), .. } => None,
        }
    }

    /// A constant of another file.
    fn imported(&self, import: &StmtImportFrom, name: &str, depth: usize) -> Option<Literal> {
        let depth = depth.checked_sub(1)?;
        self.source_of(import)?.named(name, depth)
    }

    /// The module that names are imported from: beside this one for `from .ids import …`; for `from ids import …` the only file
    /// of that name in one of the directories above, since which of them Python searches is not known.
    #[must_use]
    pub fn source_of(&self, import: &StmtImportFrom) -> Option<Self> {
        let dotted = import.module.as_ref().map_or("", |module| module.as_str());
        self.located(import.level, dotted)
    }

    fn located(&self, level: u32, dotted: &str) -> Option<Self> {
        let directory = self.file.parent()?;
        let file = if let Some(up) = level.checked_sub(1) {
            module_file(directory.ancestors().nth(usize::try_from(up).ok()?)?, dotted, &self.bounds)?
        } else {
            let mut files = directory
                .ancestors()
                .take_while(|directory| self.bounds.holds(directory))
                .flat_map(|directory| [directory.to_owned(), directory.join("src")])
                .filter_map(|directory| module_file(&directory, dotted, &self.bounds))
                .filter(|file| *file != self.file);
            let file = files.next()?;
            if files.any(|other| other != file) {
                return None;
            }
            file
        };
        Self::read(&file, &self.bounds).ok()
    }

    /// Adds to a list; `None` where that cannot be done without running it.
    fn grow(&self, literal: &mut Literal, addition: &More<'_>, depth: usize) -> Option<()> {
        let Literal::List(items) = literal else { return None };
        match addition {
            More::One(value) => items.push(self.evaluated(value, depth).ok()?),
            More::All(value) => match self.evaluated(value, depth).ok()? {
                Literal::List(more) => items.extend(more),
                Literal::None | Literal::Text(_) => return None,
            },
        }
        Some(())
    }
}
