//! The pools that an application's own code makes in each of its processes, read and never run.

mod django;
mod sources;
mod sqlalchemy;

use std::path::Path;

use ruff_python_ast::{Arguments, Expr};

use crate::app_server::computed::{self, Scene};
use crate::foreign::Foreign;
use crate::migrations::files::Bounds;
use crate::migrations::python::Module;
use crate::secret::Secret;

/// What one process may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Each {
    /// A pool with its overflow, for each of so many engines or databases.
    Pool { size: i64, overflow: Option<i64>, engines: i64 },
    /// A pool without an upper limit.
    Unbounded,
    /// One connection for each thread and each of so many databases.
    PerThread { databases: i64 },
    /// What would have to be run to know, with its file and line.
    Untold(String),
}

/// How long the application keeps a connection that it does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    Untold,
    Known {
        /// In seconds; `None` is for ever.
        longest: Option<i64>,
        /// Whether each is tried before it is used again.
        checked: bool,
    },
}

/// A pool, or the lack of one, as the code has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePool {
    /// `SQLAlchemy`, `Django`
    pub library: &'static str,
    /// `shop/db.py line 7`
    pub place: String,
    pub each: Each,
    /// What of it is the library's default.
    pub defaults: Vec<String>,
    pub keeping: Keeping,
    /// Whether large results are read with server-side cursors, where that is known.
    pub cursors: Option<bool>,
}

/// Reads the project's code. `None` where it makes no pool that is known here.
#[must_use]
pub fn read(project: &Path, scene: Scene<'_>) -> Option<CodePool> {
    let bounds = Bounds::of([project]);
    let mut found: Vec<CodePool> = django::read(project, &bounds, scene).into_iter().collect();
    found.extend(sqlalchemy::read(project, &bounds, scene));
    let only = found.pop()?;
    if found.is_empty() {
        return Some(only);
    }
    found.push(only);
    let places: Vec<String> = found.iter().map(|pool| format!("{} in {}", pool.library, pool.place)).collect();
    Some(CodePool {
        library: "the code",
        place: Foreign::new(project.to_string_lossy()).to_string(),
        each: Each::Untold(format!(
            "the code reaches a database in {} places, and which of them a process uses cannot be told: {}",
            places.len(),
            places.join("; ")
        )),
        defaults: Vec::new(),
        keeping: Keeping::Untold,
        cursors: None,
    })
}

/// Where in the project something stands.
fn place(project: &Path, module: &Module, line: usize) -> String {
    let file = module.file.strip_prefix(project).unwrap_or(&module.file);
    format!("{} line {line}", Foreign::new(file.to_string_lossy()))
}

/// Settings by name, each an expression.
struct Options<'a> {
    module: &'a Module,
    scene: Scene<'a>,
    pairs: Vec<(String, &'a Expr)>,
    /// There may be more, that cannot be seen.
    open: bool,
}

impl<'a> Options<'a> {
    fn none(module: &'a Module, scene: Scene<'a>) -> Self {
        Self {
            module,
            scene,
            pairs: Vec::new(),
            open: false,
        }
    }

    /// The keyword arguments of a call.
    fn of_call(module: &'a Module, arguments: &'a Arguments, scene: Scene<'a>) -> Self {
        let mut options = Self::none(module, scene);
        for keyword in &arguments.keywords {
            match &keyword.arg {
                Some(name) => options.pairs.push((name.to_string(), &keyword.value)),
                None => options.spread(&keyword.value),
            }
        }
        options
    }

    /// The entries of a dictionary, or of a call of `dict`.
    fn of_expr(module: &'a Module, value: &'a Expr, scene: Scene<'a>) -> Self {
        let mut options = Self::none(module, scene);
        options.spread(value);
        options
    }

    fn spread(&mut self, value: &'a Expr) {
        match value {
            Expr::Dict(dict) => {
                for item in &dict.items {
                    match item.key.as_ref().and_then(crate::migrations::python::text) {
                        Some(key) => self.pairs.push((key, &item.value)),
                        None => self.open = true,
                    }
                }
            }
            Expr::Call(call)
                if call.func.as_name_expr().is_some_and(|name| name.id.as_str() == "dict") && call.arguments.args.is_empty() =>
            {
                let more = Self::of_call(self.module, &call.arguments, self.scene);
                self.pairs.extend(more.pairs);
                self.open |= more.open;
            }
            Expr::Name(name) => match self.module.binding(name.id.as_str()) {
                crate::migrations::python::Binding::Value {
                    value, doubt: None, more, ..
                } if more.is_empty() && !value.is_name_expr() => self.spread(value),
                _ => self.open = true,
            },
            _ => self.open = true,
        }
    }

    fn get(&self, name: &str) -> Option<&'a Expr> {
        self.pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The number of a setting, or its default; the error is that it is computed.
    fn number(&self, name: &str, default: i64, defaults: &mut Vec<String>) -> Result<i64, String> {
        match self.get(name) {
            Some(value) => {
                let number = match value {
                    Expr::UnaryOp(operation) if operation.op == ruff_python_ast::UnaryOp::USub => {
                        computed::value(self.module, &operation.operand, self.scene).map(|number| -number)
                    }
                    value => computed::value(self.module, value, self.scene),
                };
                number.ok_or_else(|| format!("{name} is computed"))
            }
            None if self.open => Err(format!("{name} may stand among options that are computed")),
            None => {
                defaults.push(format!("{name} {default}"));
                Ok(default)
            }
        }
    }

    /// Whether a setting is on; `None` where that is computed.
    fn flag(&self, name: &str, default: bool) -> Option<bool> {
        match self.get(name) {
            Some(Expr::BooleanLiteral(literal)) => Some(literal.value),
            Some(Expr::NoneLiteral(_)) => Some(false),
            Some(_) => None,
            None => (!self.open).then_some(default),
        }
    }
}

/// The last name of an expression with dots.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// A variable of the service's.
fn variable<'a>(scene: Scene<'a>, name: &str) -> Option<&'a str> {
    scene.variables.get(name).and_then(Secret::reveal_str)
}
