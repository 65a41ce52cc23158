//! Other tools' state tables: what they hold is asked for only where it matters, in a second flight.

use super::Judged;
use super::catalog::{Catalog, StateTable};
use super::scene::Scene;
use crate::finding::migrations::{dirty, locked, pending, unreadable};
use crate::foreign::Foreign;
use crate::migrations::Trees;
use crate::migrations::listing::count;
use crate::migrations::tools::files::{Found, Naming, flyway_version, number};
use crate::migrations::tools::{ALL, Tool};
use crate::server::session::{Answer, NoAnswer};
use crate::verdict::Breakage;

/// Schemas of their own, in which tools keep their state.
const OWN_SCHEMAS: &[&str] = &["drizzle", "atlas_schema_revisions"];

/// A state table to look into.
struct State<'a> {
    tool: &'static Tool,
    table: &'a StateTable,
    /// The table that locks the tool, if it is there and may be read.
    lock: Option<String>,
    files: Option<&'a Found>,
}

/// The state tables that matter: those of tools whose files the project has, and all of them where it has no migrations that
/// can be read.
fn states<'a>(trees: &'a Trees, catalog: &'a Catalog) -> Vec<State<'a>> {
    catalog
        .state
        .iter()
        .filter(|table| table.visible || OWN_SCHEMAS.contains(&table.schema.as_str()))
        .filter_map(|table| {
            let known = table.kind().filter(|known| known.is_record)?;
            let tool = ALL.iter().find(|tool| tool.name == known.tool && tool.table == known.name)?;
            let files = trees.others.iter().find(|found| std::ptr::eq(found.tool, tool));
            if !trees.is_empty() && files.is_none() {
                return None;
            }
            let lock = tool.lock_sql(&table.schema).filter(|_| {
                let name = tool.lock.as_ref().map(|lock| lock.table);
                let mut others = catalog.state.iter();
                others.any(|other| Some(other.name.as_str()) == name && other.schema == table.schema && other.readable)
            });
            Some(State { tool, table, lock, files })
        })
        .collect()
}

/// What has to be asked about them.
pub fn questions(trees: &Trees, catalog: &Catalog) -> Vec<String> {
    states(trees, catalog)
        .into_iter()
        .filter(|state| state.table.readable)
        .flat_map(|state| std::iter::once(state.tool.state_sql(&state.table.schema)).chain(state.lock))
        .collect()
}

/// Judges the answers, in the order of the questions.
pub fn judge(scene: &Scene<'_>, answers: Vec<Answer>) -> Result<Vec<Judged>, Breakage> {
    let Some(catalog) = &scene.catalog else { return Ok(Vec::new()) };
    let mut answers = answers.into_iter();
    let mut next = || match answers.next() {
        Some(Ok(rows)) => Ok(Ok(rows)),
        Some(Err(NoAnswer::Refused(error))) => Ok(Err(error)),
        Some(Err(NoAnswer::Lost(why))) => Err(Breakage(why)),
        None => Err(Breakage("no answer came".to_owned())),
    };
    states(scene.trees, catalog)
        .into_iter()
        .map(|state| {
            let mut judged = Judged {
                tool: state.tool.name,
                ..Judged::default()
            };
            if !state.table.readable {
                judged.summary = format!("{}: cannot tell", state.tool.name);
                judged.findings.push(unreadable::denied(
                    &scene.denied(state.table),
                    format!("role \"{}\" has no SELECT on {}", Foreign::new(scene.role), state.table.shown()),
                ));
                return Ok(judged);
            }
            match next()? {
                Ok(rows) => {
                    let names = |at: usize| -> Vec<String> {
                        let text = rows.first().and_then(|row| row.get(at)).cloned().flatten();
                        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
                    };
                    state.judge(scene, &names(0), &names(1), &mut judged);
                }
                Err(error) => {
                    judged.summary = format!("{}: cannot tell", state.tool.name);
                    judged.findings.push(unreadable::refused(&state.table.name, &error));
                }
            }
            if state.lock.is_some()
                && let Ok(rows) = next()?
                && let Some(row) = rows.first()
            {
                let holder = row.first().and_then(Option::as_deref);
                let name = state.tool.lock.as_ref().map_or("", |lock| lock.table);
                judged.findings.push(locked::found(state.tool, &format!("\"{name}\""), holder));
            }
            Ok(judged)
        })
        .collect()
}

impl State<'_> {
    fn judge(&self, scene: &Scene<'_>, applied: &[String], failed: &[String], judged: &mut Judged) {
        judged.revisions = self.files.map_or(0, |files| files.migrations.len());
        judged.database = applied.last().cloned().into_iter().collect();
        if !failed.is_empty() {
            judged
                .findings
                .push(dirty::found(self.tool, &self.table.shown(), scene.database, failed));
        }
        let waiting = self.files.and_then(|files| self.pending(files, applied, failed));
        judged.pending = waiting.as_ref().map(Vec::len);
        if let (Some(waiting), Some(files)) = (&waiting, self.files)
            && !waiting.is_empty()
            && failed.is_empty()
        {
            let directory = scene.trees.shown(&files.directory);
            judged.findings.push(pending::other(self.tool, &directory, waiting));
        }
        judged.summary = match (self.tool.last_alone, applied.first()) {
            (true, Some(last)) => format!("{}: at {}", self.tool.name, Foreign::new(last.as_str())),
            _ => format!("{}: {} applied", self.tool.name, count(applied.len(), "migration")),
        };
    }

    /// What the files have and the record has not; `None` where no file is in the record, so that they may be another
    /// database's, or another tool's.
    fn pending<'f>(&self, files: &'f Found, applied: &[String], failed: &[String]) -> Option<Vec<&'f str>> {
        let naming = files.tool.files.as_ref()?.naming;
        if let Naming::Flyway = naming {
            let last = applied.iter().chain(failed).filter_map(|name| flyway_version(name)).max()?;
            let is_later = |name: &&str| flyway_version(name).is_some_and(|version| version > last);
            return Some(files.migrations.iter().map(String::as_str).filter(is_later).collect());
        }
        let is_number = matches!(naming, Naming::Number);
        let recorded: Vec<String> = applied
            .iter()
            .chain(failed)
            .map(|name| {
                if is_number {
                    number(name).unwrap_or_default()
                } else {
                    name.clone()
                }
            })
            .collect();
        files.migrations.iter().find(|name| recorded.contains(name))?;
        let value = |name: &str| name.parse::<u128>().unwrap_or_default();
        let last = recorded.iter().map(|name| value(name)).max().unwrap_or_default();
        let is_pending = |name: &&str| {
            if self.tool.last_alone {
                value(name) > last
            } else {
                !recorded.iter().any(|other| other == name)
            }
        };
        Some(files.migrations.iter().map(String::as_str).filter(is_pending).collect())
    }
}
