//! The running process against the migrations: which came first tells what has to come next.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Case, Judged, Rows};
use crate::finding::migrations::{pending, restart_due};
use crate::migrations::Trees;

/// The question: how many seconds ago Django recorded its last migration.
pub const SQL: &str = "SELECT extract(epoch FROM clock_timestamp() - max(applied)) FROM django_migrations";

/// Says what the running process has to do with what was found.
pub fn judge(case: Case<'_>, last_applied: Option<&Rows>, judged: &mut [Judged]) {
    let Some(running) = case.running else { return };
    let written = newest_file(case.trees);
    let is_pending = judged
        .iter()
        .any(|one| one.findings.iter().any(|finding| finding.is(&pending::KIND)));
    if is_pending {
        let Some(written) = written else { return };
        let pending = judged
            .iter_mut()
            .flat_map(|one| &mut one.findings)
            .filter(|finding| finding.is(&pending::KIND));
        for finding in pending {
            restart_due::order(finding, running, written);
        }
        return;
    }
    let applied = last_applied.and_then(seconds);
    // Older than both: neither the code nor the schema that it began with is today's.
    let is_older = |age: Duration| age < running.age;
    let due = match (written, applied) {
        (Some(written), Some(applied)) => is_older(written) && is_older(applied),
        (Some(written), None) => is_older(written),
        (None, _) => false,
    };
    if let (true, Some(written), Some(first)) = (due, written, judged.first_mut()) {
        first.findings.push(restart_due::found(running, written, applied));
    }
}

fn seconds(rows: &Rows) -> Option<Duration> {
    let text = rows.as_ref().ok()?.first()?.first()?.as_deref()?;
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

/// How long ago the newest migration file of the project was written.
fn newest_file(trees: &Trees) -> Option<Duration> {
    let alembic = trees.alembic.iter().flat_map(|tree| tree.graph.revisions()).map(|one| &one.file);
    let django = trees
        .django
        .iter()
        .flat_map(|tree| tree.apps.iter().flat_map(|app| &app.migrations))
        .map(|one| &one.file);
    alembic.chain(django).filter_map(|file| age_of(file)).min()
}

fn age_of(file: &Path) -> Option<Duration> {
    let modified = std::fs::metadata(file).ok()?.modified().ok()?;
    SystemTime::now().duration_since(modified).ok()
}
