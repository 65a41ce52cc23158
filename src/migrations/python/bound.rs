//! What a statement does to a name.

use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Operator, Stmt, StmtImportFrom};

use super::elements;
use crate::migrations::files::Bounds;

/// What a statement does to a name.
pub(super) enum Bound<'a> {
    No,
    To(&'a Expr),
    Imported(&'a StmtImportFrom, &'a str),
    Somehow(&'static str),
    Perhaps(&'static str),
    Grown(More<'a>),
    PerhapsGrown(&'static str),
}

/// What is added to a list after it was bound.
#[derive(Debug, Clone, Copy)]
pub enum More<'a> {
    /// `append(…)`
    One(&'a Expr),
    /// `extend(…)` or `+=`
    All(&'a Expr),
}

/// The file of a dotted module name under `root`; of the package `root` itself where the name is empty.
#[must_use]
pub fn module_file(root: &Path, dotted: &str, bounds: &Bounds) -> Option<PathBuf> {
    let module = (!dotted.is_empty()).then(|| root.join(dotted.replace('.', "/") + ".py"));
    let package = root.join(dotted.replace('.', "/")).join("__init__.py");
    module
        .into_iter()
        .chain([package])
        .find(|file| file.is_file())
        .and_then(|file| file.canonicalize().ok())
        .filter(|file| bounds.holds(file))
}

/// What a statement does to `name`, and where it starts.
pub(super) fn bound_by<'a>(stmt: &'a Stmt, name: &str) -> (usize, Bound<'a>) {
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
            match (is_name(&assign.target, name), assign.op) {
                (false, _) => Bound::No,
                (true, Operator::Add) => Bound::Grown(More::All(&assign.value)),
                (true, _) => Bound::Somehow("changed in place"),
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
                    return (start, Bound::Imported(import, alias.name.as_str()));
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
        Stmt::Expr(expr) => (expr.range.start().to_usize(), changed_by_method(&expr.value, name)),
        _ => bound_by_block(stmt, name),
    }
}

/// Whether a statement does anything to `name`.
pub(super) fn binds(stmt: &Stmt, name: &str) -> bool {
    !matches!(bound_by(stmt, name).1, Bound::No)
}

/// A call of one of the name's own methods.
fn changed_by_method<'a>(expr: &'a Expr, name: &str) -> Bound<'a> {
    let Expr::Call(call) = expr else { return Bound::No };
    let Expr::Attribute(method) = &*call.func else { return Bound::No };
    if !is_name(&method.value, name) {
        return Bound::No;
    }
    match (method.attr.as_str(), &*call.arguments.args) {
        ("append" | "add", [one]) | ("insert", [_, one]) => Bound::Grown(More::One(one)),
        ("extend" | "update", [all]) => Bound::Grown(More::All(all)),
        _ => Bound::Somehow("changed in place"),
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
    let inside = |bodies: &[&'a [Stmt]]| -> Effect {
        let statements = bodies.iter().flat_map(|body| body.iter());
        statements
            .map(|stmt| Effect::of(&bound_by(stmt, name).1))
            .max()
            .unwrap_or(Effect::None)
    };
    let named = |target: &Expr| {
        if is_name(target, name) { Effect::Binds } else { Effect::None }
    };
    let (range, effect, place) = match stmt {
        Stmt::If(block) => {
            let mut bodies: Vec<&[Stmt]> = vec![&block.body];
            bodies.extend(block.elif_else_clauses.iter().map(|clause| &*clause.body));
            (block.range, inside(&bodies), Place::Condition)
        }
        Stmt::Try(block) => {
            let mut bodies: Vec<&[Stmt]> = vec![&block.body, &block.orelse, &block.finalbody];
            let handlers = block.handlers.iter().filter_map(|handler| handler.as_except_handler());
            bodies.extend(handlers.map(|handler| &*handler.body));
            (block.range, inside(&bodies), Place::Try)
        }
        Stmt::With(block) => {
            let targets = block.items.iter().filter_map(|item| item.optional_vars.as_ref());
            let bound = targets.map(|target| named(target)).max().unwrap_or(Effect::None);
            (block.range, bound.max(inside(&[&block.body])), Place::With)
        }
        Stmt::For(block) => {
            let effect = named(&block.target).max(inside(&[&block.body, &block.orelse]));
            (block.range, effect, Place::Loop)
        }
        Stmt::While(block) => (block.range, inside(&[&block.body, &block.orelse]), Place::Loop),
        Stmt::Match(block) => {
            let bodies: Vec<&[Stmt]> = block.cases.iter().map(|case| &*case.body).collect();
            (block.range, inside(&bodies), Place::Condition)
        }
        _ => return (0, Bound::No),
    };
    let bound = match effect {
        Effect::None => Bound::No,
        Effect::Grows => Bound::PerhapsGrown(place.grown()),
        Effect::Binds => Bound::Somehow(place.set()),
    };
    (range.start().to_usize(), bound)
}

/// What a statement inside a block does to the name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    None,
    Grows,
    Binds,
}

impl Effect {
    fn of(bound: &Bound<'_>) -> Self {
        match bound {
            Bound::No | Bound::Perhaps(_) => Self::None,
            Bound::Grown(_) | Bound::PerhapsGrown(_) => Self::Grows,
            Bound::To(_) | Bound::Imported(..) | Bound::Somehow(_) => Self::Binds,
        }
    }
}

/// The kinds of blocks, as notes name them.
enum Place {
    Condition,
    Try,
    With,
    Loop,
}

impl Place {
    fn set(&self) -> &'static str {
        match self {
            Self::Condition => "set under a condition",
            Self::Try => "set inside try",
            Self::With => "set inside with",
            Self::Loop => "set in a loop",
        }
    }

    fn grown(&self) -> &'static str {
        match self {
            Self::Condition => "added to under a condition",
            Self::Try => "added to inside try",
            Self::With => "added to inside with",
            Self::Loop => "added to in a loop",
        }
    }
}

fn is_name(expr: &Expr, name: &str) -> bool {
    expr.as_name_expr().is_some_and(|expr| expr.id.as_str() == name)
}
