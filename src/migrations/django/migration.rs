//! One migration file.

use std::fmt;
use std::path::PathBuf;

use ruff_python_ast::{Expr, Operator, StmtClassDef};

use crate::foreign::Foreign;
use crate::migrations::Unread;
use crate::migrations::extensions;
use crate::migrations::files::{Bounds, Listed};
use crate::migrations::python::{self, Binding, Module, More};

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
    /// The first migration of an application that another setting names.
    Swappable,
}

/// A migration, as its file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub name: String,
    pub file: PathBuf,
    pub dependencies: Vec<Dependency>,
    pub run_before: Vec<Dependency>,
    pub replaces: Vec<Key>,
    /// Extensions that it makes.
    pub extensions: Vec<String>,
    /// Why the lists above may lack something.
    pub unread: Option<Unread>,
    /// It may take the place of others that are not named above.
    pub may_replace: bool,
    /// Django stops at the file: it has no class `Migration`.
    pub has_no_class: bool,
    /// The file can be one of Django's: it has a class `Migration` that inherits, or cannot be read.
    pub(super) is_django: bool,
}

/// Reads one file. Its name is known whatever it holds.
#[must_use]
pub fn read(file: &Listed, bounds: &Bounds) -> Migration {
    let path = &file.path;
    let mut migration = Migration {
        name: path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        file: path.clone(),
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: Vec::new(),
        extensions: Vec::new(),
        unread: None,
        may_replace: false,
        has_no_class: false,
        is_django: true,
    };
    let module = match Module::read_listed(file, bounds) {
        Ok(module) => module,
        Err(unread) => {
            migration.unread = Some(unread);
            migration.may_replace = true;
            return migration;
        }
    };
    migration.extensions = extensions::named(module.source());
    match module.classes().filter(|class| class.name.as_str() == "Migration").last() {
        Some(class) => {
            migration.is_django = class.arguments.as_ref().is_some_and(|arguments| !arguments.args.is_empty());
            declared(&module, class, &mut migration);
        }
        None => match module.binding("Migration") {
            Binding::Absent => {
                migration.is_django = false;
                migration.has_no_class = true;
            }
            binding => {
                migration.is_django = false;
                migration.may_replace = true;
                migration.unread = match binding {
                    Binding::Absent => None,
                    Binding::Computed(unread) => Some(unread),
                    Binding::Imported { at, .. } => Some(module.unread(at, "Migration is imported")),
                    Binding::Value { value, at, .. } => Some(module.not_literal("Migration", value, at)),
                };
            }
        },
    }
    migration
}

fn declared(module: &Module, class: &StmtClassDef, migration: &mut Migration) {
    let start = class.range.start().to_usize();
    let list = |name: &str, take: &mut dyn FnMut(&Expr) -> bool| -> Option<Unread> {
        let mut unread = None;
        match module.binding_in(&class.body, name) {
            Binding::Absent => {
                if let Some(parent) = inherited(module, class, name, DEEPEST_CLASS) {
                    unread = Some(module.unread(start, format!("{name} may be inherited from {parent}")));
                }
            }
            Binding::Computed(note) => unread = Some(note),
            Binding::Imported { at, .. } => unread = Some(module.unread(at, format!("{name} is imported"))),
            Binding::Value { value, at, more, doubt } => {
                if doubt.is_some() {
                    unread = doubt;
                }
                let additions = more.into_iter().map(|(at, more)| match more {
                    More::One(one) => (at, Some(std::slice::from_ref(one)), one),
                    More::All(all) => (at, listed(module, all), all),
                });
                let parts = summands(value).into_iter().map(|value| (at, listed(module, value), value));
                for (at, elements, value) in parts.chain(additions) {
                    match elements {
                        Some(elements) => {
                            for element in elements {
                                if !take(element) {
                                    unread = Some(module.not_literal(&format!("an element of {name}"), element, at));
                                }
                            }
                        }
                        None => unread = Some(module.not_literal(name, value, at)),
                    }
                }
            }
        }
        unread
    };
    let (dependencies, run_before, replaces) = (&mut migration.dependencies, &mut migration.run_before, &mut migration.replaces);
    let unread = [
        list("dependencies", &mut |element| {
            dependency(module, element).map(|one| dependencies.push(one)).is_some()
        }),
        list("run_before", &mut |element| {
            dependency(module, element).map(|one| run_before.push(one)).is_some()
        }),
        list("replaces", &mut |element| {
            key(module, element).map(|one| replaces.push(one)).is_some()
        }),
        changed_later(module),
    ];
    migration.may_replace = unread[2..].iter().any(Option::is_some);
    migration.unread = unread.into_iter().flatten().next();
}

/// The lists that `+` puts together.
fn summands(value: &Expr) -> Vec<&Expr> {
    let mut open = vec![value];
    let mut parts = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Expr::BinOp(sum) if sum.op == Operator::Add => open.extend([&*sum.right, &*sum.left]),
            value => parts.push(value),
        }
    }
    parts
}

/// The elements of a list that is written out, here or under a name of the module.
fn listed<'a>(module: &'a Module, value: &'a Expr) -> Option<&'a [Expr]> {
    let Expr::Name(name) = value else {
        return python::elements(value);
    };
    match module.binding(name.id.as_str()) {
        Binding::Value {
            value, more, doubt: None, ..
        } if more.is_empty() => python::elements(value),
        Binding::Absent | Binding::Imported { .. } | Binding::Computed(_) | Binding::Value { .. } => None,
    }
}

/// A statement behind the class that reaches into its lists.
fn changed_later(module: &Module) -> Option<Unread> {
    // Most files mention none of them.
    memchr::memmem::find(module.source().as_bytes(), b"Migration.")?;
    ["Migration.dependencies", "Migration.run_before", "Migration.replaces"]
        .iter()
        .find_map(|name| {
            let at = module.source().find(name)?;
            Some(module.unread(at, format!("{name} is changed outside of its class")))
        })
}

/// How many classes that inherit from each other are followed.
const DEEPEST_CLASS: usize = 5;

/// The class that may give a migration the list `name`; `None` where all that it inherits from is known not to.
fn inherited(module: &Module, class: &StmtClassDef, name: &str, depth: usize) -> Option<String> {
    let bases = class.arguments.as_ref().map(|arguments| &*arguments.args).unwrap_or_default();
    bases.iter().filter(|base| !is_djangos(base)).find_map(|base| {
        let shown = match base {
            Expr::Name(name) => format!("\"{}\"", name.id),
            Expr::Attribute(attribute) => format!("\"…{}\"", attribute.attr),
            _ => "another class".to_owned(),
        };
        let Expr::Name(base) = base else { return Some(shown) };
        let declares = |module: &Module, parent: &str| {
            let Some(parent) = module.classes().filter(|class| class.name.as_str() == parent).last() else {
                return true;
            };
            let is_absent = matches!(module.binding_in(&parent.body, name), Binding::Absent);
            !is_absent || depth == 0 || inherited(module, parent, name, depth - 1).is_some()
        };
        let declares = match module.binding(base.id.as_str()) {
            Binding::Imported { import, name, .. } => module.source_of(import).is_none_or(|module| declares(&module, name)),
            Binding::Computed(_) => declares(module, base.id.as_str()),
            Binding::Absent | Binding::Value { .. } => true,
        };
        declares.then_some(shown)
    })
}

/// Django's own class, which declares nothing.
fn is_djangos(base: &Expr) -> bool {
    match base {
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
    }
}

fn dependency(module: &Module, element: &Expr) -> Option<Dependency> {
    let Expr::Call(call) = element else {
        return key(module, element).map(Dependency::On);
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
        [model] => match module.string(model) {
            Some(model) => Some(Dependency::On(Key::new(model.split_once('.')?.0, "__first__"))),
            None => Some(Dependency::Swappable),
        },
        _ => None,
    }
}

/// A pair of strings.
fn key(module: &Module, element: &Expr) -> Option<Key> {
    match python::elements(element)? {
        [app, name] => Some(Key::new(module.string(app)?, module.string(name)?)),
        _ => None,
    }
}
