//! Asks a Flask application for its engines and its configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::asking::{Question, Unanswered};
use super::runtime::Runtime;
use super::stated::{Kept, Pool, Stated};
use crate::foreign::Foreign;
use crate::request::Asked;
use crate::secret::Secret;
use crate::settings::variables;

const CODE: &str = concat!(include_str!("plain.py"), include_str!("flask.py"));

/// What the application says.
#[derive(Debug)]
pub enum Said {
    /// Of the engine that it connects with.
    Database(Box<Stated>),
    /// Settings in its configuration, which its own code makes something of.
    Configuration(BTreeMap<String, Secret>),
}

#[derive(Deserialize)]
struct Answer {
    version: String,
    engines: Vec<Engine>,
    config: BTreeMap<String, Secret>,
}

#[derive(Deserialize)]
struct Engine {
    /// A bind of Flask-SQLAlchemy; empty for its default, and for engines that are not its own.
    label: String,
    url: Secret,
    dialect: String,
    driver: String,
    given: Option<BTreeMap<String, Secret>>,
    own_code: bool,
    /// Its host and port.
    server: String,
    pool: Limits,
}

#[derive(Deserialize)]
struct Limits {
    class: String,
    size: Option<u32>,
    max_overflow: Option<i64>,
    recycle: Option<i64>,
    pre_ping: bool,
}

impl Engine {
    fn name(&self) -> String {
        match self.label.as_str() {
            "" => "SQLALCHEMY_DATABASE_URI".to_owned(),
            bind => format!("SQLALCHEMY_BINDS[\"{}\"]", Foreign::new(bind)),
        }
    }
}

/// What the application says of its default engine, or of its only one; without an engine, its configuration.
///
/// # Errors
///
/// Why it does not say.
pub fn ask(runtime: &Runtime, application: &str, limit: Duration) -> Result<Said, Unanswered> {
    let question = Question {
        name: "flask",
        code: CODE,
        argument: serde_json::json!({"application": application, "names": variables::names()}),
        limit,
    };
    let Answer {
        version,
        mut engines,
        config,
    } = runtime.ask(&question)?;
    // Several engines of one URL are one database.
    engines.sort_by(|left, right| (&left.label, left.url.reveal()).cmp(&(&right.label, right.url.reveal())));
    engines.dedup_by(|left, right| left.label == right.label && left.url == right.url);
    let default = engines.iter().filter(|engine| engine.label.is_empty()).count();
    let engine = match (default, engines.len()) {
        (_, 0) => return Ok(Said::Configuration(config)),
        (1, _) | (0, 1) => engines.remove(0),
        (_, several) => {
            return Err(Unanswered::Unfit(format!(
                "the Flask application {} has {several} engines of different URLs, and none of them is its default",
                Foreign::new(application)
            )));
        }
    };
    if engine.own_code {
        return Err(Unanswered::Unfit(format!(
            "the engine of the Flask application {} connects through code of its own (creator=), whatever its URL says",
            Foreign::new(application)
        )));
    }
    Ok(Said::Database(Box::new(Stated {
        asked: Asked::Flask(application.to_owned()),
        framework: format!("Flask {}", Foreign::new(version)),
        name: engine.name(),
        engine: Foreign::new(engine.dialect.as_str()),
        driver: Some(Foreign::new(engine.driver.as_str())),
        settings: Vec::new(),
        options: Vec::new(),
        url: Some(engine.url),
        given: engine.given.into_iter().flatten().collect(),
        refused: None,
        #[allow(clippy::cast_precision_loss, reason = "a time in seconds")]
        kept: Some(Kept {
            longest: engine.pool.recycle.filter(|recycle| *recycle >= 0).map(|recycle| recycle as f64),
            checked: engine.pool.pre_ping,
        }),
        beside: engines
            .iter()
            .filter(|other| other.server == engine.server && other.dialect == engine.dialect)
            .count(),
        pool: Some(Pool {
            kind: Foreign::new(engine.pool.class).to_string(),
            size: engine.pool.size,
            overflow: engine.pool.max_overflow,
        }),
        others: engines.iter().map(Engine::name).collect(),
    })))
}
