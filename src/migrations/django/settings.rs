//! What the project's settings say about applications, as far as it stands there in literals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Operator, Stmt, StmtImportFrom};

use crate::migrations::files::Bounds;
use crate::migrations::python::{self, Binding, Module, module_file};

/// How many settings modules that import each other are followed.
const DEEPEST_IMPORT: usize = 8;

/// The settings that decide which migrations there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The entries of `INSTALLED_APPS` that could be read.
    pub installed: Vec<String>,
    /// Those are all of them.
    pub complete: bool,
    /// `MIGRATION_MODULES`: by label, the package with the migrations; `None` switches them off.
    pub modules: BTreeMap<String, Option<String>>,
    /// The label of the application with `AUTH_USER_MODEL`.
    pub user_app: Option<String>,
}

/// The settings module that `manage.py` names, as a file.
#[must_use]
pub fn module_of(manage: &Path, bounds: &Bounds) -> Option<PathBuf> {
    let module = Module::read(manage, bounds).ok()?;
    let mut named = Named(None);
    for stmt in module.body() {
        named.visit_stmt(stmt);
    }
    module_file(manage.parent()?, &named.0?, bounds)
}

/// Finds the two arguments `"DJANGO_SETTINGS_MODULE", "…"`.
struct Named(Option<String>);

impl<'a> Visitor<'a> for Named {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let [name, value] = &*call.arguments.args
            && python::text(name).as_deref() == Some("DJANGO_SETTINGS_MODULE")
        {
            self.0 = python::text(value).or(self.0.take());
        }
        visitor::walk_expr(self, expr);
    }
}

/// Reads a settings module, and those whose settings it takes over.
#[must_use]
pub fn read(file: &Path, root: &Path, bounds: &Bounds) -> Settings {
    let mut settings = Settings::default();
    follow(file, root, bounds, &mut settings, 0);
    settings
}

fn follow(file: &Path, root: &Path, bounds: &Bounds, settings: &mut Settings, depth: usize) {
    let Ok(module) = Module::read(file, bounds) else {
        settings.complete = false;
        return;
    };
    for stmt in module.body() {
        match stmt {
            Stmt::ImportFrom(import) if takes_settings(import) => {
                if let Some(other) = imported_file(import, file, root, bounds).filter(|_| depth < DEEPEST_IMPORT) {
                    follow(&other, root, bounds, settings, depth + 1);
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    set(&module, target, &assign.value, settings);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    set(&module, &assign.target, value, settings);
                }
            }
            Stmt::AugAssign(assign) if is_installed_apps(&assign.target) => {
                settings.complete &= strings(&module, &assign.value, &mut settings.installed, 0);
            }
            Stmt::Expr(_) | Stmt::If(_) | Stmt::Try(_) | Stmt::With(_) | Stmt::For(_) => {
                let mut mentions = Mentions(false);
                mentions.visit_stmt(stmt);
                if mentions.0 {
                    settings.complete = false;
                }
            }
            _ => {}
        }
    }
}

fn takes_settings(import: &StmtImportFrom) -> bool {
    import.names.iter().any(|alias| {
        matches!(
            alias.name.as_str(),
            "*" | "INSTALLED_APPS" | "AUTH_USER_MODEL" | "MIGRATION_MODULES"
        )
    })
}

fn imported_file(import: &StmtImportFrom, file: &Path, root: &Path, bounds: &Bounds) -> Option<PathBuf> {
    let dotted = import.module.as_ref().map_or("", |module| module.as_str());
    let mut base = root.to_owned();
    if import.level > 0 {
        file.parent()?.clone_into(&mut base);
        for _ in 1..import.level {
            base.pop();
        }
    }
    module_file(&base, dotted, bounds)
}

fn is_installed_apps(target: &Expr) -> bool {
    target.as_name_expr().is_some_and(|name| name.id.as_str() == "INSTALLED_APPS")
}

fn set(module: &Module, target: &Expr, value: &Expr, settings: &mut Settings) {
    let Some(name) = target.as_name_expr() else { return };
    match name.id.as_str() {
        "INSTALLED_APPS" => {
            let mut installed = Vec::new();
            let extends = mentions_installed_apps(value);
            settings.complete = strings(module, value, &mut installed, 0) && !extends;
            if extends {
                settings.installed.extend(installed);
            } else {
                settings.installed = installed;
            }
        }
        "AUTH_USER_MODEL" => {
            settings.user_app = python::text(value).and_then(|model| Some(model.split_once('.')?.0.to_owned()));
        }
        "MIGRATION_MODULES" => {
            let Expr::Dict(dict) = value else { return };
            for item in &dict.items {
                let Some(label) = item.key.as_ref().and_then(python::text) else {
                    continue;
                };
                if item.value.is_none_literal_expr() {
                    settings.modules.insert(label, None);
                } else if let Some(package) = python::text(&item.value) {
                    settings.modules.insert(label, Some(package));
                }
            }
        }
        _ => {}
    }
}

/// Collects the strings of a list that is written out, put together with `+` or `*`, or kept under another name. Says whether
/// those are all.
fn strings(module: &Module, value: &Expr, into: &mut Vec<String>, depth: usize) -> bool {
    if depth > DEEPEST_IMPORT {
        return false;
    }
    if let Some(elements) = python::elements(value) {
        let mut all = true;
        for element in elements {
            all &= match element {
                Expr::Starred(starred) => strings(module, &starred.value, into, depth + 1),
                element => python::text(element).map(|text| into.push(text)).is_some(),
            };
        }
        return all;
    }
    match value {
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            let left = strings(module, &operation.left, into, depth + 1);
            strings(module, &operation.right, into, depth + 1) && left
        }
        Expr::Name(name) if name.id.as_str() != "INSTALLED_APPS" => match module.binding(name.id.as_str()) {
            Binding::Value { value, more, doubt, .. } => {
                let is_plain = more.is_empty() && doubt.is_none();
                strings(module, value, into, depth + 1) && is_plain
            }
            Binding::Absent | Binding::Imported { .. } | Binding::Computed(_) => false,
        },
        _ => false,
    }
}

/// Looks for any mention of `INSTALLED_APPS`.
struct Mentions(bool);

impl<'a> Visitor<'a> for Mentions {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.0 |= is_installed_apps(expr);
        visitor::walk_expr(self, expr);
    }
}

fn mentions_installed_apps(value: &Expr) -> bool {
    let mut mentions = Mentions(false);
    mentions.visit_expr(value);
    mentions.0
}
