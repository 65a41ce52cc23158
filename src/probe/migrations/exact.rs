//! The tools' own answers against what the files and the record say: where they differ, the tool is right, and it is said.

use super::Judged;
use crate::application::Unanswered;
use crate::finding::Kind;
use crate::finding::migrations::{
    broken_graph, exact_differs, exact_unanswered, inconsistent_history, multiple_heads, never_applied, pending, record_without_file,
    unknown_revision, unreadable, version_table_hidden,
};
use crate::listing::count;
use crate::migrations::exact::Exact;

/// What follows from the files, and gives way to the tool's own answer.
const OF_THE_FILES: &[&Kind] = &[
    &broken_graph::KIND,
    &inconsistent_history::KIND,
    &multiple_heads::KIND,
    &never_applied::KIND,
    &pending::KIND,
    &record_without_file::KIND,
    &unknown_revision::KIND,
    &unreadable::KIND,
    &version_table_hidden::KIND,
];

/// Compares one tree's judgement with the tool's own answer. `command` applies what is pending.
pub fn compare(judged: &mut Judged, place: &str, database: &str, command: &str, answer: &Result<Exact, Unanswered>) {
    let exact = match answer {
        Ok(exact) => exact,
        Err(unanswered) => {
            judged.findings.push(exact_unanswered::found(judged.tool, place, unanswered));
            return;
        }
    };
    let here = exact.databases.iter().find(|one| one.database.as_deref() == Some(database));
    let Some(here) = here else {
        let others: Vec<String> = exact.databases.iter().filter_map(|one| one.database.clone()).collect();
        judged
            .findings
            .push(exact_differs::of_another_database(judged.tool, &exact.version, database, &others));
        return;
    };
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    let agrees = judged.waiting.as_ref().map(|waiting| sorted(waiting) == sorted(&here.pending));
    judged.exact = Some(match agrees {
        Some(true) => format!("{} {} says the same", judged.tool, exact.version),
        Some(false) => format!("{} {} says otherwise", judged.tool, exact.version),
        None => format!("{} {} says what the files do not", judged.tool, exact.version),
    });
    if agrees == Some(true) {
        return;
    }
    judged.findings.retain(|finding| !OF_THE_FILES.iter().any(|kind| finding.is(kind)));
    if let Some(waiting) = &judged.waiting {
        judged
            .findings
            .push(exact_differs::found(judged.tool, &exact.version, place, waiting, &here.pending));
    }
    if !here.pending.is_empty() {
        judged
            .findings
            .push(pending::exact(judged.tool, &exact.version, place, &here.pending, command));
    }
    judged.pending = Some(here.pending.len());
    judged.heads.clone_from(&exact.heads);
    judged.summary = match here.pending.len() {
        0 => format!("{place}: all applied, says {} {}", judged.tool, exact.version),
        some => format!(
            "{place}: {} not applied, says {} {}",
            count(some, "migration"),
            judged.tool,
            exact.version
        ),
    };
}
