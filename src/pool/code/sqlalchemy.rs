//! Pools that are made by a call: SQLAlchemy's engines, Flask-SQLAlchemy, asyncpg, `psycopg_pool`.

use std::path::Path;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};

use super::{CodePool, Each, Keeping, Options, last_name, place, sources};
use crate::app_server::computed::Scene;
use crate::migrations::files::Bounds;
use crate::migrations::python::{Module, text};

/// What a file has to hold to be worth parsing.
const NEEDLES: &[&str] = &[
    "create_engine",
    "create_async_engine",
    "flask_sqlalchemy",
    "SQLALCHEMY_",
    "asyncpg",
    "psycopg_pool",
];

/// Flask-SQLAlchemy's setting for the engine's arguments, and the one for further databases.
const ENGINE_OPTIONS: &str = "SQLALCHEMY_ENGINE_OPTIONS";
const BINDS: &str = "SQLALCHEMY_BINDS";

/// The pools that the project's files make.
pub fn read(project: &Path, bounds: &Bounds, scene: Scene<'_>) -> Vec<CodePool> {
    let Some(files) = sources::python(project) else { return Vec::new() };
    let mut found = Found::default();
    for file in files {
        let Ok(source) = bounds.text(&file) else { continue };
        if !NEEDLES.iter().any(|needle| source.contains(needle)) {
            continue;
        }
        let Ok(module) = Module::read(&file, bounds) else { continue };
        let mut looking = Looking {
            project,
            module: &module,
            scene,
            found: &mut found,
        };
        for stmt in module.body() {
            looking.visit_stmt(stmt);
        }
    }
    found.settled()
}

#[derive(Default)]
struct Found {
    pools: Vec<CodePool>,
    /// Where Flask-SQLAlchemy is made.
    flask: Option<CodePool>,
    /// Its options, wherever they are set.
    options: Vec<CodePool>,
    binds: i64,
}

impl Found {
    /// Flask-SQLAlchemy's options belong to its one engine, or to each of its engines.
    fn settled(mut self) -> Vec<CodePool> {
        if let Some(made) = self.flask.take() {
            let mut pool = match self.options.as_slice() {
                [] => made,
                [options] => options.clone(),
                several => {
                    let places: Vec<&str> = several.iter().map(|pool| pool.place.as_str()).collect();
                    CodePool {
                        each: Each::Untold(format!("{ENGINE_OPTIONS} is set in several places: {}", places.join(", "))),
                        keeping: Keeping::Untold,
                        ..made
                    }
                }
            };
            if let Each::Pool { engines, .. } = &mut pool.each {
                *engines += self.binds;
            }
            self.pools.push(pool);
        }
        self.pools
    }
}

struct Looking<'a> {
    project: &'a Path,
    module: &'a Module,
    scene: Scene<'a>,
    found: &'a mut Found,
}

impl Looking<'_> {
    fn pool(&self, library: &'static str, line: usize) -> CodePool {
        CodePool {
            library,
            place: place(self.project, self.module, line),
            each: Each::Unbounded,
            defaults: Vec::new(),
            keeping: Keeping::Untold,
            cursors: None,
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let line = self.module.line(call.arguments.range.start().to_usize());
        let source = self.module.source();
        let options = Options::of_call(self.module, &call.arguments, self.scene);
        match last_name(&call.func).unwrap_or_default() {
            "create_engine" | "create_async_engine" => {
                let url = call.arguments.args.first().and_then(text).unwrap_or_default();
                // Another kind of database has no slots here.
                if url.is_empty() || url.starts_with("postgres") {
                    let pool = engine(self.pool("SQLAlchemy", line), &options);
                    self.found.pools.push(pool);
                }
            }
            "SQLAlchemy" if source.contains("flask_sqlalchemy") => {
                let mut own = Options::none(self.module, self.scene);
                if let Some(given) = options.get("engine_options") {
                    own.spread(given);
                }
                self.found.flask = Some(engine(self.pool("Flask-SQLAlchemy", line), &own));
            }
            "create_pool" if source.contains("asyncpg") => {
                let pool = asyncpg(self.pool("asyncpg", line), &options);
                self.found.pools.push(pool);
            }
            "ConnectionPool" | "AsyncConnectionPool" if source.contains("psycopg_pool") => {
                let pool = psycopg(self.pool("psycopg_pool", line), &options);
                self.found.pools.push(pool);
            }
            _ => {
                for name in [ENGINE_OPTIONS, BINDS] {
                    if let Some(value) = options.get(name) {
                        self.setting(name, value, line);
                    }
                }
            }
        }
    }

    /// One of Flask-SQLAlchemy's settings.
    fn setting(&mut self, name: &str, value: &Expr, line: usize) {
        let options = Options::of_expr(self.module, value, self.scene);
        if name == BINDS {
            self.found.binds += i64::try_from(options.pairs.len()).unwrap_or(i64::MAX);
        } else {
            let pool = engine(self.pool("Flask-SQLAlchemy", line), &options);
            self.found.options.push(pool);
        }
    }
}

impl<'a> Visitor<'a> for Looking<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let assigned = match stmt {
            Stmt::Assign(assign) => Some((assign.targets.as_slice(), &*assign.value, assign.range)),
            Stmt::AnnAssign(assign) => assign
                .value
                .as_ref()
                .map(|value| (std::slice::from_ref(&*assign.target), &**value, assign.range)),
            _ => None,
        };
        if let Some((targets, value, range)) = assigned {
            let name = targets.first().and_then(|target| match target {
                Expr::Subscript(subscript) => text(&subscript.slice),
                target => last_name(target).map(str::to_owned),
            });
            if let Some(name) = name.filter(|name| [ENGINE_OPTIONS, BINDS].contains(&name.as_str())) {
                self.setting(&name, value, self.module.line(range.start().to_usize()));
            }
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}

/// What SQLAlchemy's engine gets: 5 and 10 beyond, unless told otherwise.
fn engine(mut pool: CodePool, options: &Options<'_>) -> CodePool {
    pool.each = match options.get("poolclass").map(|class| last_name(class).unwrap_or_default()) {
        Some("NullPool") => Each::PerThread { databases: 1 },
        Some("QueuePool" | "AsyncAdaptedQueuePool") | None => queue(options, &mut pool.defaults),
        Some(_) => Each::Untold("poolclass is none that is known here".to_owned()),
    };
    if let Each::Untold(why) = &mut pool.each {
        *why = format!("{why} in {}", pool.place);
    }
    let recycle = options.number("pool_recycle", -1, &mut Vec::new()).ok();
    pool.keeping = match (recycle, options.flag("pool_pre_ping", false), &pool.each) {
        (_, _, Each::PerThread { .. }) => Keeping::Known {
            longest: Some(0),
            checked: false,
        },
        (Some(recycle), Some(checked), _) => Keeping::Known {
            longest: (recycle >= 0).then_some(recycle),
            checked,
        },
        _ => Keeping::Untold,
    };
    pool
}

fn queue(options: &Options<'_>, defaults: &mut Vec<String>) -> Each {
    match (
        options.number("pool_size", 5, defaults),
        options.number("max_overflow", 10, defaults),
    ) {
        (Err(why), _) | (_, Err(why)) => Each::Untold(why),
        (Ok(0), _) => Each::Unbounded,
        (_, Ok(overflow)) if overflow < 0 => Each::Unbounded,
        (Ok(size), Ok(overflow)) => Each::Pool {
            size,
            overflow: Some(overflow),
            engines: 1,
        },
    }
}

fn asyncpg(mut pool: CodePool, options: &Options<'_>) -> CodePool {
    pool.each = match options.number("max_size", 10, &mut pool.defaults) {
        Ok(size) => Each::Pool {
            size,
            overflow: None,
            engines: 1,
        },
        Err(why) => Each::Untold(format!("{why} in {}", pool.place)),
    };
    let idle = options.number("max_inactive_connection_lifetime", 300, &mut Vec::new()).ok();
    pool.keeping = idle.map_or(Keeping::Untold, |idle| Keeping::Known {
        longest: (idle > 0).then_some(idle),
        checked: false,
    });
    pool
}

fn psycopg(mut pool: CodePool, options: &Options<'_>) -> CodePool {
    let max = match options.get("max_size") {
        Some(Expr::NoneLiteral(_)) | None => options.number("min_size", 4, &mut pool.defaults),
        Some(_) => options.number("max_size", 4, &mut pool.defaults),
    };
    pool.each = match max {
        Ok(size) => Each::Pool {
            size,
            overflow: None,
            engines: 1,
        },
        Err(why) => Each::Untold(format!("{why} in {}", pool.place)),
    };
    let life = options.number("max_lifetime", 3_600, &mut Vec::new()).ok();
    pool.keeping = match (life, options.open) {
        (Some(life), false) => Keeping::Known {
            longest: Some(life),
            checked: options.get("check").is_some_and(|check| !check.is_none_literal_expr()),
        },
        _ => Keeping::Untold,
    };
    pool
}
