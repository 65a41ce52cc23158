//! Other tools' state tables: what they hold is asked for only where it matters, in a second flight.

use super::Judged;
use super::catalog::{Catalog, StateTable};
use super::scene::Scene;
use crate::finding::migrations::{dirty, locked, never_applied, pending, record_without_file, unreadable};
use crate::foreign::Foreign;
use crate::listing::count;
use crate::migrations::Trees;
use crate::migrations::tools::files::{Difference, Found};
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
        .filter_map(|table| {
            let known = table.kind().filter(|known| known.is_record)?;
            let fits = |tool: &Tool| tool.table == known.name && tool.columns == known.columns;
            let mut namesakes = trees.others.iter().filter(|found| fits(found.tool));
            let files = match (namesakes.next(), namesakes.next()) {
                (Some(only), None) => Some(only),
                // Both tools' files are there: the table does not say whose it is.
                _ => None,
            };
            if !trees.is_empty() && files.is_none() {
                return None;
            }
            // A tool's connection may have a search path of its own: the only table of its kind is meant all the same.
            let is_only = catalog.state.iter().filter(|other| other.name == table.name).count() == 1;
            if !(table.visible || OWN_SCHEMAS.contains(&table.schema.as_str()) || files.is_some() && is_only) {
                return None;
            }
            let tool = files.map_or_else(|| ALL.iter().find(|tool| fits(tool)), |files| Some(files.tool))?;
            let lock = tool.lock_sql(&table.schema).filter(|_| {
                let name = tool.lock.as_ref().map(|lock| lock.table);
                let mut others = catalog.state.iter();
                others.any(|other| Some(other.name.as_str()) == name && other.schema == table.schema && other.readable)
            });
            Some(State { tool, table, lock, files })
        })
        .collect()
}

/// The files of a tool that the database knows nothing of: no other tool has such files, and no state table goes with them.
pub fn unrecorded<'a>(trees: &'a Trees, catalog: &Catalog) -> Option<&'a Found> {
    if !trees.is_empty() || states(trees, catalog).iter().any(|state| state.files.is_some()) {
        return None;
    }
    let has_a_table = |found: &Found| catalog.state.iter().any(|table| table.name == found.tool.table);
    trees.others.iter().find(|found| found.layout.is_telling && !has_a_table(found))
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
    if let Some(found) = unrecorded(scene.trees, catalog) {
        return Ok(vec![never_recorded(scene, catalog, found)]);
    }
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

fn never_recorded(scene: &Scene<'_>, catalog: &Catalog, found: &Found) -> Judged {
    let directory = scene.trees.shown(&found.directory);
    let others = catalog.of_others(&[]);
    let others: Vec<String> = others
        .iter()
        .map(|(table, tool)| format!("state table of {tool}: {}", table.shown()))
        .collect();
    Judged {
        tool: found.tool.name,
        summary: format!("{}: nothing recorded", found.tool.name),
        revisions: found.migrations.len(),
        findings: vec![never_applied::other(found, &directory, &scene.surroundings(false), others)],
        ..Judged::default()
    }
}

impl State<'_> {
    fn judge(&self, scene: &Scene<'_>, applied: &[String], failed: &[String], judged: &mut Judged) {
        let (tool, name) = (self.tool, self.tool.name);
        judged.revisions = self.files.map_or(0, |files| files.migrations.len());
        judged.database = applied.last().cloned().into_iter().collect();
        if !failed.is_empty() {
            judged
                .findings
                .push(dirty::found(tool, &self.table.shown(), scene.database, failed));
        }
        let stand = match (tool.last_alone, applied.first()) {
            (true, Some(last)) => format!("{name}: at {}", Foreign::new(last.as_str())),
            _ => format!("{name}: {} applied", count(applied.len(), "migration")),
        };
        let recorded: Vec<String> = applied.iter().chain(failed).cloned().collect();
        let compared = self.files.and_then(|files| Some((files, files.compare(&recorded)?)));
        let Some((files, Difference { pending, without_file })) = compared else {
            judged.summary = format!("{stand}; {}", untold(tool));
            return;
        };
        judged.summary = stand;
        judged.pending = Some(pending.len());
        let directory = scene.trees.shown(&files.directory);
        if !pending.is_empty() && failed.is_empty() {
            judged.findings.push(pending::other(tool, &directory, &pending));
        }
        if !without_file.is_empty() {
            judged.findings.push(record_without_file::other(tool, &directory, &without_file));
        }
    }
}

/// How to learn what the files do not tell.
fn untold(tool: &Tool) -> String {
    if tool.status.is_empty() {
        "whether others are pending cannot be told from here".to_owned()
    } else {
        format!("`{}` tells whether others are pending", tool.status)
    }
}
