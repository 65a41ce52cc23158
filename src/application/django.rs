//! Asks Django for its settings.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::asking::{Question, Unanswered};
use super::runtime::Runtime;
use super::stated::{Kept, Pool, Stated};
use crate::foreign::Foreign;
use crate::request::Asked;
use crate::secret::Secret;

const CODE: &str = concat!(include_str!("plain.py"), include_str!("django.py"));

/// The engine of an entry that names none.
pub const DUMMY: &str = "django.db.backends.dummy";

#[derive(Deserialize)]
struct Answer {
    version: String,
    databases: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    alias: String,
    engine: String,
    settings: BTreeMap<String, Secret>,
    options: Vec<String>,
    conn_max_age: Option<f64>,
    conn_health_checks: bool,
    /// Its host and port, as they are set.
    server: String,
    pool: Option<Limits>,
    given: Option<BTreeMap<String, Secret>>,
    driver: Option<String>,
    refused: Option<Refusal>,
}

#[derive(Deserialize)]
struct Limits {
    max: Option<u32>,
    lifetime: f64,
}

#[derive(Deserialize)]
struct Refusal {
    r#type: String,
    message: Secret,
}

/// What the settings module says of the default database, or of the only one that is set up.
///
/// # Errors
///
/// Why it does not say.
pub fn ask(runtime: &Runtime, settings: &str, limit: Duration) -> Result<Stated, Unanswered> {
    let question = Question {
        name: "django",
        code: CODE,
        argument: serde_json::json!({"settings": settings}),
        limit,
    };
    let Answer { version, mut databases } = runtime.ask(&question)?;
    let set_up = |entry: &&Entry| entry.engine != DUMMY && !entry.engine.is_empty();
    let default = databases.iter().position(|entry| entry.alias == "default");
    let only = databases.iter().filter(set_up).count() == 1;
    let chosen = match default.filter(|index| set_up(&&databases[*index]) || !only) {
        Some(index) => index,
        None => databases
            .iter()
            .position(|entry| set_up(&entry))
            .ok_or_else(|| Unanswered::Unfit(format!("the Django settings {} name no database", Foreign::new(settings))))?,
    };
    let entry = databases.swap_remove(chosen);
    let named = |entry: &Entry| format!("DATABASES[\"{}\"]", Foreign::new(entry.alias.as_str()));
    let mut veil = runtime.veil();
    veil.add(
        entry
            .settings
            .get("PASSWORD")
            .into_iter()
            .chain(entry.given.iter().filter_map(|given| given.get("password"))),
    );
    Ok(Stated {
        asked: Asked::Django(settings.to_owned()),
        framework: format!("Django {}", Foreign::new(version)),
        name: named(&entry),
        engine: Foreign::new(entry.engine.as_str()),
        driver: entry.driver.map(Foreign::new),
        url: None,
        settings: entry.settings.into_iter().collect(),
        given: entry.given.into_iter().flatten().collect(),
        options: entry.options,
        refused: entry.refused.map(|refusal| {
            let message = veil.over_text(refusal.message.reveal());
            Foreign::new(format!("{}: {}", refusal.r#type, message.raw()))
        }),
        kept: Some(Kept {
            longest: entry.pool.as_ref().map_or(entry.conn_max_age, |pool| Some(pool.lifetime)),
            checked: entry.conn_health_checks,
        }),
        beside: databases
            .iter()
            .filter(|other| other.server == entry.server && other.engine.contains("postg"))
            .count(),
        pool: entry.pool.map(|limits| Pool {
            kind: "psycopg_pool".to_owned(),
            size: limits.max,
            overflow: Some(0),
        }),
        others: databases.iter().map(named).collect(),
    })
}
