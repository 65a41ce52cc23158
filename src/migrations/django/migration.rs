//! One migration file.

use std::fmt;
use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, StmtClassDef};

use crate::foreign::Foreign;
use crate::migrations::Unread;
use crate::migrations::python::{self, Binding, Module};

/// A migration's name: the label of its application and the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub app: String,
    pub name: String,
}

impl Key {
    #[must_use]
    pub fn new(app: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            app: app.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Foreign::new(&*self.app), Foreign::new(&*self.name))
    }
}

/// What a migration names in `dependencies` or `run_before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependency {
    /// A migration, or the `__first__` or `__latest__` of an application.
    On(Key),
    /// The first migration of the application that holds `AUTH_USER_MODEL`.
    UserModel,
}

/// A migration, as its file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub name: String,
    pub file: PathBuf,
    pub dependencies: Vec<Dependency>,
    pub run_before: Vec<Dependency>,
    pub replaces: Vec<Key>,
    /// Why the lists above may lack something.
    pub unread: Option<Unread>,
    /// Django stops at the file: it has no class `Migration`.
    pub has_no_class: bool,
    /// The file speaks of Django at all.
    pub(super) is_django: bool,
}

/// Reads one file. Its name is known whatever it holds.
#[must_use]
pub fn read(file: &Path) -> Migration {
    let mut migration = Migration {
        name: file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        file: file.to_owned(),
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: Vec::new(),
        unread: None,
        has_no_class: false,
        is_django: true,
    };
    let module = match Module::read(file) {
        Ok(module) => module,
        Err(unread) => {
            migration.unread = Some(unread);
            return migration;
        }
    };
    migration.is_django = module.source().contains("django");
    match module.classes().filter(|class| class.name.as_str() == "Migration").last() {
        Some(class) => declared(&module, class, &mut migration),
        None => match module.binding("Migration") {
            Binding::Absent => migration.has_no_class = true,
            Binding::Computed(unread) => migration.unread = Some(unread),
            Binding::Value { value, line } => migration.unread = Some(module.not_literal("Migration", value, line)),
        },
    }
    migration
}

fn declared(module: &Module, class: &StmtClassDef, migration: &mut Migration) {
    let inherits = inherits(class);
    let line = module.line(class.range.start().to_usize());
    let mut unread = None;
    let mut list = |name: &str, mut take: Box<dyn FnMut(&Expr) -> bool + '_>| match module.binding_in(&class.body, name) {
        Binding::Absent => {
            if let Some(parent) = &inherits {
                unread = Some(Unread::at(&module.file, line, format!("{name} may be inherited from {parent}")));
            }
        }
        Binding::Computed(note) => unread = Some(note),
        Binding::Value { value, line } => match python::elements(value) {
            Some(elements) => {
                for element in elements {
                    if !take(element) {
                        unread = Some(module.not_literal(&format!("an element of {name}"), element, line));
                    }
                }
            }
            None => unread = Some(module.not_literal(name, value, line)),
        },
    };
    let (dependencies, run_before) = (&mut migration.dependencies, &mut migration.run_before);
    list(
        "dependencies",
        Box::new(|element| dependency(element).map(|one| dependencies.push(one)).is_some()),
    );
    list(
        "run_before",
        Box::new(|element| dependency(element).map(|one| run_before.push(one)).is_some()),
    );
    let replaces = &mut migration.replaces;
    list("replaces", Box::new(|element| key(element).map(|one| replaces.push(one)).is_some()));
    migration.unread = unread;
}

/// The class that a migration inherits from, unless it is Django's own, which declares nothing.
fn inherits(class: &StmtClassDef) -> Option<String> {
    let bases = class.arguments.as_ref().map(|arguments| &*arguments.args).unwrap_or_default();
    let is_djangos = |base: &Expr| match base {
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == "Migration"
                && match &*attribute.value {
                    Expr::Name(name) => name.id.as_str() == "migrations",
                    Expr::Attribute(module) => module.attr.as_str() == "migrations",
                    _ => false,
                }
        }
        Expr::Name(name) => name.id.as_str() == "Migration",
        _ => false,
    };
    bases.iter().find(|base| !is_djangos(base)).map(|base| match base {
        Expr::Name(name) => format!("\"{}\"", name.id),
        Expr::Attribute(attribute) => format!("\"…{}\"", attribute.attr),
        _ => "another class".to_owned(),
    })
}

fn dependency(element: &Expr) -> Option<Dependency> {
    let Expr::Call(call) = element else {
        return key(element).map(Dependency::On);
    };
    let function = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return None,
    };
    if function != "swappable_dependency" {
        return None;
    }
    match &*call.arguments.args {
        [Expr::Attribute(setting)] if setting.attr.as_str() == "AUTH_USER_MODEL" => Some(Dependency::UserModel),
        [model] => {
            let model = python::text(model)?;
            let (app, _) = model.split_once('.')?;
            Some(Dependency::On(Key::new(app, "__first__")))
        }
        _ => None,
    }
}

/// A pair of strings.
fn key(element: &Expr) -> Option<Key> {
    match python::elements(element)? {
        [app, name] => Some(Key::new(python::text(app)?, python::text(name)?)),
        _ => None,
    }
}
