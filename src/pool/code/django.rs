//! Django: a connection for each thread and database, or its own pool since 5.1.

use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Stmt};

use super::{CodePool, Each, Keeping, Options, place, variable};
use crate::app_server::computed::Scene;
use crate::migrations::django::settings::module_of;
use crate::migrations::files::Bounds;
use crate::migrations::python::{Binding, Module, module_file, text};

/// How many settings modules that take each other's names are followed.
const DEEPEST: usize = 4;

/// What the settings say of the databases. `None` where there is no Django.
pub fn read(project: &Path, bounds: &Bounds, scene: Scene<'_>) -> Option<CodePool> {
    let file = settings(project, bounds, scene)?;
    let untold = |why: String| {
        let pool = CodePool {
            library: "Django",
            place: why.clone(),
            each: Each::Untold(why),
            defaults: Vec::new(),
            keeping: Keeping::Untold,
            cursors: None,
        };
        Some(pool)
    };
    let module = match Module::read(&file, bounds) {
        Ok(module) => module,
        Err(unread) => return untold(unread.to_string()),
    };
    databases(project, &module, scene, DEEPEST).unwrap_or_else(untold)
}

/// The settings module: the one that the service names, else the one of `manage.py`.
fn settings(project: &Path, bounds: &Bounds, scene: Scene<'_>) -> Option<PathBuf> {
    let manage = project.join("manage.py");
    if let Some(module) = variable(scene, "DJANGO_SETTINGS_MODULE") {
        return module_file(project, module, bounds);
    }
    manage.exists().then(|| module_of(&manage, bounds)).flatten()
}

/// `DATABASES` of a module, or of the one whose names it takes over; the error is why it cannot be told.
fn databases(project: &Path, module: &Module, scene: Scene<'_>, depth: usize) -> Result<Option<CodePool>, String> {
    match module.binding("DATABASES") {
        Binding::Value {
            value: Expr::Dict(_),
            doubt: Some(unread),
            ..
        } => Err(unread.to_string()),
        Binding::Value { value, at, .. } => {
            let place = place(project, module, module.line(at));
            let all = Options::of_expr(module, value, scene);
            if all.open || all.pairs.is_empty() {
                return Err(format!("DATABASES is computed in {place}"));
            }
            Ok(judged(&all, place))
        }
        Binding::Computed(unread) if !has_star(module) => Err(unread.to_string()),
        Binding::Imported { import, .. } if depth > 0 => match module.source_of(import) {
            Some(source) => databases(project, &source, scene, depth - 1),
            None => Err(format!("DATABASES is imported in {}", place(project, module, 1))),
        },
        Binding::Imported { at, .. } => Err(format!("DATABASES is imported in {}", place(project, module, module.line(at)))),
        Binding::Absent | Binding::Computed(_) => {
            let stars = module.body().iter().filter_map(|stmt| match stmt {
                Stmt::ImportFrom(import) if import.names.iter().any(|alias| alias.name.as_str() == "*") => module.source_of(import),
                _ => None,
            });
            let mut sources: Vec<Module> = stars.collect();
            match sources.pop().filter(|_| depth > 0) {
                Some(source) => databases(project, &source, scene, depth - 1),
                None => Err(format!("DATABASES is not in {}", place(project, module, 1))),
            }
        }
    }
}

fn has_star(module: &Module) -> bool {
    let is_star = |stmt: &Stmt| matches!(stmt, Stmt::ImportFrom(import) if import.names.iter().any(|alias| alias.name.as_str() == "*"));
    module.body().iter().any(is_star)
}

/// The database that the service reaches by default, and those beside it on the same host.
fn judged(all: &Options<'_>, place: String) -> Option<CodePool> {
    let default = all.get("default")?;
    let host = host(default);
    let is_same = |value: &&Expr| self::host(value).zip(host.clone()).is_none_or(|(one, other)| one == other) && !is_of_another_kind(value);
    if is_of_another_kind(default) {
        return None;
    }
    let databases = i64::try_from(all.pairs.iter().map(|(_, value)| *value).filter(is_same).count()).unwrap_or(1);
    let of_default = match default {
        Expr::Call(call) => Options::of_call(all.module, &call.arguments, all.scene),
        value => Options::of_expr(all.module, value, all.scene),
    };
    let is_call = default.is_call_expr();
    let name = |upper: &'static str, lower: &'static str| if is_call { lower } else { upper };
    let mut defaults = Vec::new();
    let age = match of_default.get(name("CONN_MAX_AGE", "conn_max_age")) {
        Some(Expr::NoneLiteral(_)) => Ok(None),
        _ => of_default.number(name("CONN_MAX_AGE", "conn_max_age"), 0, &mut defaults).map(Some),
    };
    let checked = of_default.flag(name("CONN_HEALTH_CHECKS", "conn_health_checks"), false);
    let keeping = match (age, checked) {
        (Ok(longest), Some(checked)) => Keeping::Known { longest, checked },
        _ => Keeping::Untold,
    };
    let mut pool = CodePool {
        library: "Django",
        place,
        each: Each::PerThread { databases },
        defaults: Vec::new(),
        keeping,
        cursors: of_default
            .flag(name("DISABLE_SERVER_SIDE_CURSORS", "disable_server_side_cursors"), false)
            .map(|disabled| !disabled),
    };
    let options = of_default
        .get("OPTIONS")
        .map(|options| Options::of_expr(all.module, options, all.scene));
    match options.as_ref().map(|options| (options.get("pool"), options.open)) {
        None | Some((None, false) | (Some(Expr::NoneLiteral(_)), _)) => {}
        Some((None, true)) => pool.each = Each::Untold(format!("OPTIONS is computed in {}", pool.place)),
        Some((Some(Expr::BooleanLiteral(literal)), _)) if !literal.value => {}
        Some((Some(Expr::BooleanLiteral(_)), _)) => pooled(&mut pool, &Options::none(all.module, all.scene), databases, checked),
        Some((Some(given), _)) => pooled(&mut pool, &Options::of_expr(all.module, given, all.scene), databases, checked),
    }
    Some(pool)
}

/// Django's pool is `psycopg_pool`'s: four connections, and no more than its smallest size unless told so.
fn pooled(pool: &mut CodePool, options: &Options<'_>, databases: i64, checked: Option<bool>) {
    let max = match options.get("max_size") {
        Some(Expr::NoneLiteral(_)) | None => options.number("min_size", 4, &mut pool.defaults),
        Some(_) => options.number("max_size", 4, &mut pool.defaults),
    };
    pool.library = "Django's pool";
    pool.each = match max {
        Ok(size) => Each::Pool {
            size,
            overflow: None,
            engines: databases,
        },
        Err(why) => Each::Untold(format!("{why} in {}", pool.place)),
    };
    pool.keeping = match (options.number("max_lifetime", 3_600, &mut Vec::new()), checked) {
        (Ok(life), Some(checked)) => Keeping::Known {
            longest: Some(life),
            checked,
        },
        _ => Keeping::Untold,
    };
}

/// The host, where it is written out.
fn host(value: &Expr) -> Option<String> {
    entry(value, "HOST").and_then(text)
}

/// Whether the engine is written out and is not PostgreSQL's.
fn is_of_another_kind(value: &Expr) -> bool {
    entry(value, "ENGINE")
        .and_then(text)
        .is_some_and(|engine| !engine.contains("postg") && !engine.contains("psycopg"))
}

fn entry<'a>(value: &'a Expr, name: &str) -> Option<&'a Expr> {
    let items = &value.as_dict_expr()?.items;
    let item = items.iter().find(|item| item.key.as_ref().and_then(text).as_deref() == Some(name));
    item.map(|item| &item.value)
}
