//! The services whose connections count together: the one that is checked, and the further units that the user names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Reading, Scene, gather};
use crate::application::stated::Stated;
use crate::foreign::Foreign;
use crate::pool::code::{CodePool, Each, Keeping};
use crate::pool::demand::Service;
use crate::request::{Origin, Request};
use crate::secret::Secret;
use crate::settings::environment::Environment;

/// The services of a request whose own scene is known.
pub fn of(scene: &Scene, request: &Request) -> Vec<Service> {
    let root = match &request.origin {
        Origin::Unit { root, .. } => root.clone(),
        _ => PathBuf::from("/"),
    };
    let name = match &request.origin {
        Origin::Unit { name, .. } if !request.more_units.is_empty() => Some(Foreign::new(name.as_str()).to_string()),
        _ => None,
    };
    // Unsaid, the project is the current directory; it is read only where something comes of it.
    let here = || request.demand.workers.map(|_| PathBuf::from("."));
    let project = request.project.clone().or_else(here);
    let mut services = vec![service(scene, name, project, &root)];
    for unit in &request.more_units {
        let alone = Request {
            origin: Origin::Unit {
                name: unit.clone(),
                pid: None,
                root: root.clone(),
            },
            project: None,
            venv: None,
            more_units: Vec::new(),
            application: None,
            ..request.clone()
        };
        let scene = gather(&alone, &Environment::default());
        let shown = Foreign::new(unit.as_str()).to_string();
        let project = scene.application.directory.clone();
        let mut service = service(&scene, Some(shown), project, &root);
        if let Reading::Nothing = scene.reading {
            let why = scene.notes.findings.first().map(|finding| finding.title.clone());
            service.unknown = Some(why.unwrap_or_default());
        }
        services.push(service);
    }
    services
}

fn service(scene: &Scene, name: Option<String>, project: Option<PathBuf>, root: &Path) -> Service {
    let server = &scene.application.server;
    Service {
        name,
        workers: server.workers.clone(),
        threads: server.threads.clone(),
        event_loop: server.event_loop.clone(),
        project: project.filter(|directory| directory.is_dir()),
        variables: variables(scene),
        drivers: drivers(scene),
        here: root == Path::new("/"),
        stated: match &scene.reading {
            Reading::Stated { stated, .. } => Some(stated_pool(stated)),
            Reading::Given { .. } | Reading::Choose(_) | Reading::Nothing | Reading::Broke(_) => None,
        },
        unknown: None,
    }
}

/// The pool that the application itself says it has.
fn stated_pool(stated: &Stated) -> CodePool {
    let databases = i64::try_from(stated.beside + 1).unwrap_or(i64::MAX);
    let each = match &stated.pool {
        Some(pool) if pool.kind == "NullPool" => Each::PerThread { databases },
        Some(pool) => match (pool.size, pool.overflow) {
            (_, Some(overflow)) if overflow < 0 => Each::Unbounded,
            (Some(0), Some(_)) => Each::Unbounded,
            (Some(size), overflow) => Each::Pool {
                size: i64::from(size),
                overflow: overflow.filter(|overflow| *overflow > 0),
                engines: databases,
            },
            (None, _) => Each::Untold(format!("{} of {} does not say its size", pool.kind, stated.name)),
        },
        None => Each::PerThread { databases },
    };
    let keeps_none = matches!(&stated.pool, Some(pool) if pool.kind == "NullPool");
    CodePool {
        library: "the application",
        place: stated.asked.described(),
        each,
        defaults: Vec::new(),
        keeping: stated.kept.map_or(Keeping::Untold, |kept| Keeping::Known {
            #[allow(clippy::cast_possible_truncation, reason = "a time in seconds")]
            longest: if keeps_none {
                Some(0)
            } else {
                kept.longest.map(|longest| longest as i64)
            },
            checked: kept.checked,
        }),
        cursors: None,
    }
}

fn variables(scene: &Scene) -> BTreeMap<String, Secret> {
    let environment = match &scene.reading {
        Reading::Given { bag, .. } | Reading::Choose(bag) | Reading::Stated { bag, .. } => &bag.environment,
        Reading::Nothing | Reading::Broke(_) => return BTreeMap::new(),
    };
    let value = |name: &str| Some((name.to_owned(), environment.get(name)?.clone()));
    environment.names().filter_map(value).collect()
}

/// The drivers of PostgreSQL that are installed for the service.
fn drivers(scene: &Scene) -> Vec<String> {
    let Some(venv) = &scene.application.venv else { return Vec::new() };
    let known = [
        ("psycopg2", ["psycopg2", "psycopg2-binary"].as_slice()),
        ("psycopg", &["psycopg"]),
        ("asyncpg", &["asyncpg"]),
        ("pg8000", &["pg8000"]),
    ];
    let installed = known
        .into_iter()
        .filter(|(_, packages)| packages.iter().any(|package| venv.has(package)));
    installed.map(|(name, _)| name.to_owned()).collect()
}
