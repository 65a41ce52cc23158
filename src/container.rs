//! The environment of a container, as docker or podman describe it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::secret::Secret;
use crate::settings::program::{self, Unanswered};

/// How long docker or podman may take.
const LIMIT: Duration = Duration::from_secs(5);

/// The programs that know containers, in the order in which they are asked.
const PROGRAMS: &[&str] = &["docker", "podman"];

/// What is known of a container.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub variables: BTreeMap<String, Secret>,
    /// Where its program runs, inside the container.
    pub working_directory: Option<String>,
}

/// What came of the question.
#[derive(Debug)]
pub enum Answer {
    Found(Container),
    /// Asked, and known to none of these programs.
    Unknown(Vec<&'static str>),
    /// Neither program is installed.
    NoProgram,
    /// The program cannot ask its service, or did not answer in time.
    Failed(String),
}

/// Asks docker, then podman.
#[must_use]
pub fn inspect(name: &str) -> Answer {
    let mut asked = Vec::new();
    let mut failed = None;
    for program in PROGRAMS {
        match program::run(program, &["inspect", "--type", "container", "--", name], LIMIT) {
            Err(Unanswered::NotRun(_)) => {}
            Err(Unanswered::TimedOut(limit)) => failed = Some(format!("{program} inspect did not answer within {} s", limit.as_secs())),
            Ok(answer) if answer.success => {
                return match read(answer.stdout.reveal()) {
                    Some(container) => Answer::Found(container),
                    None => Answer::Failed(format!(
                        "{program} inspect answered with something that is no description of a container"
                    )),
                };
            }
            Ok(answer) => {
                let said = String::from_utf8_lossy(answer.stderr.reveal()).to_lowercase();
                if said.contains("no such") {
                    asked.push(*program);
                } else {
                    failed = Some(format!(
                        "{program} inspect failed: its service does not answer, or this user may not ask it"
                    ));
                }
            }
        }
    }
    match (asked.is_empty(), failed) {
        (_, Some(why)) => Answer::Failed(why),
        (false, None) => Answer::Unknown(asked),
        (true, None) => Answer::NoProgram,
    }
}

/// The answer of `inspect`: a list of one description.
#[must_use]
pub fn read(json: &[u8]) -> Option<Container> {
    let described: serde_json::Value = serde_json::from_slice(json).ok()?;
    let config = described.get(0)?.get("Config")?;
    let mut container = Container {
        working_directory: config.get("WorkingDir").and_then(|value| value.as_str()).map(str::to_owned),
        ..Container::default()
    };
    for entry in config.get("Env").and_then(|value| value.as_array()).into_iter().flatten() {
        if let Some((name, value)) = entry.as_str().and_then(|entry| entry.split_once('=')) {
            container.variables.insert(name.to_owned(), Secret::from(value));
        }
    }
    Some(container)
}
