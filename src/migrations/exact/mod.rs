//! The exact mode: the tool itself is asked, in the application's own Python, and on a connection of its own. It reads only.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Trees, alembic, django};
use crate::application::{Question, Runtime, Unanswered};
use crate::request::Asked;

/// How long a tool may take: it imports the application, and every migration.
const LIMIT: Duration = Duration::from_mins(1);

/// What a tool says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Exact {
    pub version: String,
    pub heads: Vec<String>,
    /// One for each database that the application connects to.
    pub databases: Vec<Database>,
}

/// How one database stands, to the tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Database {
    /// `None` where it is no PostgreSQL.
    pub database: Option<String>,
    pub rows: Vec<String>,
    /// In the order in which they would run.
    pub pending: Vec<String>,
}

/// The answers about the trees of each tool, in their order.
#[derive(Debug, Default)]
pub struct Answers {
    pub alembic: Vec<Result<Exact, Unanswered>>,
    pub django: Vec<Result<Exact, Unanswered>>,
}

/// Asks about every tree. Blocks.
#[must_use]
pub fn ask(trees: &Trees, runtime: &Runtime, application: Option<&Asked>) -> Answers {
    Answers {
        alembic: trees.alembic.iter().map(|tree| of_alembic(tree, runtime, application)).collect(),
        django: trees.django.iter().map(|tree| of_django(tree, runtime, application)).collect(),
    }
}

fn of_alembic(tree: &alembic::Tree, runtime: &Runtime, application: Option<&Asked>) -> Result<Exact, Unanswered> {
    let Some((directory, config)) = tree.runner.started() else {
        return Err(Unanswered::Impossible(
            "no configuration names the script directory, so the application's own code starts Alembic".to_owned(),
        ));
    };
    let named = match application {
        Some(Asked::Flask(name)) => Some(name.as_str()),
        Some(Asked::Django(_)) | None => None,
    };
    let argument = json!({
        "directory": shown(directory),
        "config": config.map(|config| shown(&config)),
        "script": shown(&tree.path),
        "application": named,
    });
    runtime.ask(&question("alembic", include_str!("alembic.py"), argument))
}

fn of_django(tree: &django::Tree, runtime: &Runtime, application: Option<&Asked>) -> Result<Exact, Unanswered> {
    let (directory, has_manage) = tree.runner.started();
    let named = match application {
        Some(Asked::Django(name)) => Some(name.as_str()),
        Some(Asked::Flask(_)) | None => None,
    };
    let argument = json!({
        "directory": shown(directory),
        "manage": has_manage.then_some("manage.py"),
        "application": named,
    });
    runtime.ask(&question("django", include_str!("django.py"), argument))
}

fn shown(path: &Path) -> Value {
    path.to_string_lossy().into()
}

fn question<'a>(name: &'a str, code: &'a str, argument: Value) -> Question<'a> {
    Question {
        name,
        code,
        argument,
        limit: LIMIT,
    }
}
