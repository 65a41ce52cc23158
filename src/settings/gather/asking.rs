//! Asks the application itself, where the user wants it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Reading, Scene};
use crate::application::flask::Said;
use crate::application::stated::Stated;
use crate::application::{Raised, Unanswered, django, flask};
use crate::finding::config::{app_not_found, application_fails};
use crate::foreign::Foreign;
use crate::request::{Asked, Request};
use crate::secret::Secret;
use crate::settings::choice::{Bag, Chosen};
use crate::settings::source::Place;
use crate::verdict::Fact;

/// How long the application may take to load.
pub const LIMIT: Duration = Duration::from_secs(30);

/// What the application says takes the place of what its environment says.
pub fn ask(scene: &mut Scene, asked: &Asked, request: &Request) {
    let bag = match std::mem::replace(&mut scene.reading, Reading::Nothing) {
        Reading::Choose(bag) => bag,
        // Without the environment there is nothing to ask with.
        other => {
            scene.reading = other;
            return;
        }
    };
    let runtime = scene.application.runtime.clone();
    let limit = LIMIT.max(request.timeout);
    let answer = match asked {
        Asked::Django(module) => django::ask(&runtime, module, limit).map(|stated| Said::Database(Box::new(stated))),
        Asked::Flask(application) => flask::ask(&runtime, application, limit),
    };
    scene
        .notes
        .fact("asked", format!("{} by {}", asked.described(), runtime.described()));
    scene.reading = match answer {
        Ok(Said::Database(stated)) => {
            describe(scene, &stated);
            Reading::Stated { bag, stated }
        }
        Ok(Said::Configuration(config)) => configured(scene, asked, bag, config),
        Err(Unanswered::Raised(raised)) if is_not_there(asked, &raised) => {
            scene.notes.found(app_not_found::found(asked, &raised, &runtime));
            Reading::Nothing
        }
        Err(Unanswered::Raised(raised)) => {
            let environment = bag.place.described();
            scene.notes.found(application_fails::found(asked, &raised, &runtime, &environment));
            Reading::Nothing
        }
        Err(Unanswered::Impossible(why) | Unanswered::Unfit(why)) => Reading::Broke(why),
        Err(Unanswered::TooLate(limit)) => Reading::Broke(format!(
            "{} did not say its settings within {} s (asked by {})",
            asked.described(),
            limit.as_secs(),
            runtime.described()
        )),
        Err(Unanswered::Died { how, said }) => {
            let said = last_line(&said);
            Reading::Broke(format!("{} ended without an answer ({how}){said}", asked.described()))
        }
    };
}

fn last_line(said: &Foreign) -> String {
    match said.raw().lines().rfind(|line| !line.trim().is_empty()) {
        Some(line) => format!("; its last words: {}", Foreign::new(line.trim())),
        None => String::new(),
    }
}

/// An application without an engine: what its configuration says of a database counts before its environment.
fn configured(scene: &mut Scene, asked: &Asked, bag: Bag, config: BTreeMap<String, Secret>) -> Reading {
    let stated = Bag::of_place(Place::Application(asked.clone()), bag.environment.with_variables(config.clone()));
    if matches!(stated.choose(None), Chosen::Nothing) {
        scene
            .notes
            .fact("engines", "none, and no setting of a database in its configuration");
        return Reading::Choose(bag);
    }
    scene.notes.fact("engines", "none: the configuration's settings are read");
    let mut together = bag.clone();
    for (name, value) in config {
        together.environment.set(&name, value);
        together.assignments.remove(&name);
        together.places.insert(name, stated.place.clone());
    }
    scene.others.push(bag);
    Reading::Choose(together)
}

/// Whether it is the named application itself that cannot be imported, and not something that it imports.
fn is_not_there(asked: &Asked, raised: &Raised) -> bool {
    let root = raised.root();
    let module = match asked {
        Asked::Django(module) => module.as_str(),
        Asked::Flask(application) => application.split(':').next().unwrap_or_default(),
    };
    let missing = root.message.raw().split('\'').nth(1).unwrap_or_default();
    let of_name = root.kind.raw() == "ModuleNotFoundError"
        && !missing.is_empty()
        && (module == missing || module.strip_prefix(missing).is_some_and(|rest| rest.starts_with('.')));
    of_name || raised.kind.raw() == "NoAppException" && raised.cause.is_none()
}

fn describe(scene: &mut Scene, stated: &Stated) {
    let notes = &mut scene.notes;
    notes.fact("framework", stated.framework.as_str());
    notes.fact("engine", stated.engine.to_string());
    if !stated.options.is_empty() {
        notes.fact(
            "options",
            stated
                .options
                .iter()
                .map(|name| Foreign::new(name.as_str()).to_string())
                .collect::<Vec<_>>(),
        );
    }
    if let (Asked::Django(_), Some(kept)) = (&stated.asked, &stated.kept) {
        let longest = kept.longest.map_or_else(|| Fact::Text("no limit".to_owned()), Fact::Number);
        let name = if stated.pool.is_some() {
            "pool_max_lifetime"
        } else {
            "conn_max_age"
        };
        notes.facts.push((name, longest));
        notes.fact("conn_health_checks", kept.checked);
    }
    if let Some(pool) = &stated.pool {
        let size = pool.size.map(|size| format!(" size {size}")).unwrap_or_default();
        let overflow = match pool.overflow {
            Some(overflow) if overflow < 0 => ", no limit beyond it".to_owned(),
            Some(overflow) if overflow > 0 => format!(", overflow {overflow}"),
            _ => String::new(),
        };
        notes.fact("pool", format!("{}{size}{overflow}", pool.kind));
    }
    if !stated.others.is_empty() {
        notes.fact("other_databases", stated.others.clone());
    }
}
