//! The version table that `env.py` asks for.

use std::path::Path;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};

use crate::migrations::Unread;
use crate::migrations::files::Bounds;
use crate::migrations::python::{self, Literal, Module, Offset};

/// Where Alembic keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    /// `None`: wherever the search path finds it.
    pub schema: Option<String>,
    pub name: String,
    /// Why the two above may not be what `env.py` really asks for.
    pub unread: Option<Unread>,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self {
            schema: None,
            name: "alembic_version".to_owned(),
            unread: None,
        }
    }
}

/// What was read of an `env.py`.
#[derive(Debug, Default)]
pub struct Env {
    pub version_table: VersionTable,
    /// Flask-Migrate's, which needs the application to run.
    pub is_flask: bool,
    /// Why the revisions may lie elsewhere.
    pub elsewhere: Option<Unread>,
}

/// Reads `env.py`. A project that has none, or one that does not parse, may use any table.
#[must_use]
pub fn read(file: &Path, bounds: &Bounds) -> Env {
    let module = match Module::read(file, bounds) {
        Ok(module) => module,
        Err(unread) => {
            let version_table = VersionTable {
                unread: Some(unread),
                ..VersionTable::default()
            };
            return Env {
                version_table,
                ..Env::default()
            };
        }
    };
    let mut calls = Calls {
        module: &module,
        schema: None,
        name: None,
        unread: None,
        elsewhere: None,
    };
    for stmt in module.body() {
        calls.visit_stmt(stmt);
    }
    let version_table = VersionTable {
        schema: calls.schema,
        name: calls.name.unwrap_or_else(|| VersionTable::default().name),
        unread: calls.unread,
    };
    Env {
        version_table,
        elsewhere: calls.elsewhere,
        is_flask: module.source().contains("flask") && module.source().contains("current_app"),
    }
}

/// Collects the arguments of `context.configure(…)`, wherever it is called.
struct Calls<'a> {
    module: &'a Module,
    schema: Option<String>,
    name: Option<String>,
    unread: Option<Unread>,
    elsewhere: Option<Unread>,
}

impl Calls<'_> {
    fn argument(&mut self, name: &'static str, value: &Expr, at: Offset) {
        let text = match value {
            Expr::NoneLiteral(_) => return,
            Expr::Name(named) => match self.module.constant(self.module.body(), named.id.as_str()) {
                Ok(Some((Literal::None, _))) => return,
                Ok(Some((Literal::Text(text), _))) => Some(text),
                Ok(Some((Literal::List(_), _)) | None) | Err(_) => None,
            },
            value => python::text(value),
        };
        let Some(text) = text else {
            self.unread = Some(self.module.not_literal(name, value, at));
            return;
        };
        let place = if name == "version_table" {
            &mut self.name
        } else {
            &mut self.schema
        };
        match place {
            Some(other) if *other != text => {
                let why = format!("{name} has two values, \"{other}\" and \"{text}\"");
                self.unread = Some(self.module.unread(at, why));
            }
            _ => *place = Some(text),
        }
    }
}

impl<'a> Visitor<'a> for Calls<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(assign) = stmt
            && assign.targets.iter().any(is_version_locations)
        {
            let at = assign.range.start().to_usize();
            self.elsewhere = Some(self.module.unread(at, "version_locations is set by code"));
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // `config.set_main_option("version_locations", …)`
            Expr::Call(call)
                if call.arguments.args.len() > 1
                    && call.arguments.args.first().and_then(python::text).as_deref() == Some("version_locations") =>
            {
                let at = call.range_start.to_usize();
                self.elsewhere = Some(self.module.unread(at, "version_locations is set by code"));
            }
            Expr::Call(call) if is_configure(call) => {
                let at = call.range_start.to_usize();
                for keyword in &call.arguments.keywords {
                    match keyword.arg.as_ref().map(ruff_python_ast::Identifier::as_str) {
                        Some("version_table") => self.argument("version_table", &keyword.value, at),
                        Some("version_table_schema") => self.argument("version_table_schema", &keyword.value, at),
                        _ => {}
                    }
                }
            }
            // A dictionary's key, most often, that reaches configure() with `**`.
            Expr::StringLiteral(literal) if matches!(literal.value.to_str(), "version_table" | "version_table_schema") => {
                let at = literal.range.start().to_usize();
                let why = format!("{} is set in a way that only running it would tell", literal.value.to_str());
                self.unread = Some(self.module.unread(at, why));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// `context.script.version_locations`
fn is_version_locations(target: &Expr) -> bool {
    target
        .as_attribute_expr()
        .is_some_and(|attribute| attribute.attr.as_str() == "version_locations")
}

fn is_configure(call: &ExprCall) -> bool {
    match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "configure",
        Expr::Name(name) => name.id.as_str() == "configure",
        _ => false,
    }
}
