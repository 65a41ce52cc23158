//! Numbers that a configuration file in Python computes, as far as that takes no running: literals, arithmetic, the number of CPUs,
//! the environment.

use std::collections::BTreeMap;

use ruff_python_ast::{BoolOp, Expr, Number, Operator};

use super::told::Told;
use crate::foreign::Foreign;
use crate::migrations::python::{Binding, Module, Offset, text};
use crate::secret::Secret;

/// How many names are followed.
const DEEPEST: usize = 8;

/// What is known of the place where the file is run.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub variables: &'a BTreeMap<String, Secret>,
    /// `os.cpu_count()`; `None` where the file is run on another host.
    pub cpus: Option<u32>,
}

/// The number that the file binds to `name`; `None` where it binds nothing.
#[must_use]
pub fn number(module: &Module, name: &str, scene: Scene<'_>) -> Option<Told> {
    let place = |at: Offset| format!("{} line {}", Foreign::new(module.file.to_string_lossy()), module.line(at));
    Some(match module.binding(name) {
        Binding::Absent => return None,
        Binding::Value {
            value, at, doubt: None, ..
        } => {
            let mut reading = Reading {
                module,
                scene,
                uses_cpus: false,
            };
            match reading.value(value, DEEPEST).and_then(|number| u32::try_from(number).ok()) {
                Some(number) if reading.uses_cpus => {
                    let cpus = scene.cpus.unwrap_or_default();
                    Told::Is(number, format!("{name} in {}, with the {cpus} CPUs here", place(at)))
                }
                Some(number) => Told::Is(number, format!("{name} in {}", place(at))),
                None => Told::Untold(format!("{name} is computed in {}", place(at))),
            }
        }
        Binding::Value { doubt: Some(unread), .. } | Binding::Computed(unread) => Told::Untold(unread.to_string()),
        Binding::Imported { at, .. } => Told::Untold(format!("{name} is imported in {}", place(at))),
    })
}

/// The number that an expression of the file stands for.
#[must_use]
pub fn value(module: &Module, expr: &Expr, scene: Scene<'_>) -> Option<i64> {
    let mut reading = Reading {
        module,
        scene,
        uses_cpus: false,
    };
    reading.value(expr, DEEPEST)
}

struct Reading<'a> {
    module: &'a Module,
    scene: Scene<'a>,
    uses_cpus: bool,
}

impl Reading<'_> {
    fn value(&mut self, expr: &Expr, depth: usize) -> Option<i64> {
        let depth = depth.checked_sub(1)?;
        match expr {
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => int.as_i64(),
                Number::Float(_) | Number::Complex { .. } => None,
            },
            Expr::Name(name) => match self.module.binding(name.id.as_str()) {
                Binding::Value { value, doubt: None, .. } => self.value(value, depth),
                _ => None,
            },
            Expr::BinOp(operation) => {
                let (left, right) = (self.value(&operation.left, depth)?, self.value(&operation.right, depth)?);
                match operation.op {
                    Operator::Add => left.checked_add(right),
                    Operator::Sub => left.checked_sub(right),
                    Operator::Mult => left.checked_mul(right),
                    Operator::FloorDiv => left.checked_div_euclid(right),
                    _ => None,
                }
            }
            Expr::BoolOp(operation) if operation.op == BoolOp::Or => {
                // A variable that is not set is false, and so is 0.
                operation
                    .values
                    .iter()
                    .find_map(|value| self.value(value, depth).filter(|number| *number != 0))
                    .filter(|_| operation.values.iter().all(is_readable))
            }
            Expr::Call(call) => {
                let function = called(&call.func)?;
                let arguments = &call.arguments.args;
                match (function.as_str(), &**arguments) {
                    ("int", [value]) => match self.string(value) {
                        Some(text) => text.trim().parse().ok(),
                        None => self.value(value, depth),
                    },
                    ("min" | "max", values) if values.len() > 1 => {
                        let values: Option<Vec<i64>> = values.iter().map(|value| self.value(value, depth)).collect();
                        let values = values?.into_iter();
                        if function == "min" { values.min() } else { values.max() }
                    }
                    ("multiprocessing.cpu_count" | "os.cpu_count" | "cpu_count", []) => {
                        self.uses_cpus = true;
                        self.scene.cpus.map(i64::from)
                    }
                    // Without a default, or with a number for one.
                    ("os.environ.get" | "os.getenv" | "environ.get" | "getenv", [_, default]) if self.string(expr).is_none() => {
                        self.value(default, depth)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The text that `os.environ.get("NAME", "default")` and its kin stand for.
    fn string(&self, expr: &Expr) -> Option<String> {
        if let Some(text) = text(expr) {
            return Some(text);
        }
        let set = |name: &str| self.scene.variables.get(name).and_then(Secret::reveal_str).map(str::to_owned);
        match expr {
            Expr::Call(call) => {
                let function = called(&call.func)?;
                let ("os.environ.get" | "os.getenv" | "environ.get" | "getenv") = function.as_str() else {
                    return None;
                };
                let arguments = &call.arguments.args;
                let value = set(&text(arguments.first()?)?);
                value.or_else(|| text(arguments.get(1)?))
            }
            Expr::Subscript(subscript) if matches!(called(&subscript.value)?.as_str(), "os.environ" | "environ") => {
                set(&text(&subscript.slice)?)
            }
            _ => None,
        }
    }
}

/// Whether nothing but the environment decides what an operand of `or` is.
fn is_readable(value: &Expr) -> bool {
    match value {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => true,
        Expr::Call(call) => {
            called(&call.func).is_some_and(|name| name == "int" || name.ends_with("environ.get") || name.ends_with("getenv"))
        }
        _ => false,
    }
}

/// `os.environ.get` of an expression with dots.
fn called(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", called(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}
