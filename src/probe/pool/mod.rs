//! Layer `pool`: are there enough connections for what the application can open?

mod demand;
mod pressure;

use crate::finding::Severity;
use crate::finding::pool::near_limit::Limit;
use crate::finding::pool::{near_limit, reserved_slots_only};
use crate::pool::ask;
use crate::pool::demand::Codes;
use crate::pool::seen::{Group, Holder, LimitsSeen, Prepared, Transaction, Wait, holders};
use crate::pool::slots::Slots;
use crate::quote::sql_ident;
use crate::request::Request;
use crate::server::answer::{Answers, Record as _};
use crate::server::session::{Answer, ServerFacts};
use crate::target::Target;
use crate::verdict::{Breakage, Notes, Probed};

/// How many holders are named.
const HOLDERS_NAMED: usize = 5;

/// What is known beside the server's answers.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// What the code of each service says of its pools.
    pub codes: Codes,
}

/// The layer's questions, each a single SELECT; [`judge`] takes the answers in the same order.
#[must_use]
pub fn questions(_request: &Request) -> Vec<String> {
    [ask::LIMITS, ask::SESSIONS, ask::TRANSACTIONS, ask::WAITS, ask::PREPARED]
        .map(str::to_owned)
        .to_vec()
}

/// Judges the answers to [`questions`].
#[must_use]
pub fn judge(request: &Request, target: &Target, server: &ServerFacts, answers: Vec<Answer>, around: &Surroundings) -> Probed<()> {
    judged(request, target, server, answers, around).unwrap_or_else(Probed::Broke)
}

fn judged(
    request: &Request,
    target: &Target,
    server: &ServerFacts,
    answers: Vec<Answer>,
    around: &Surroundings,
) -> Result<Probed<()>, Breakage> {
    let mut answers = Answers::new(answers);
    let limits = answers.next("the limits", |rows| {
        LimitsSeen::only(rows, "the server does not list the session's own role")
    })?;
    let groups = answers.next("who holds the slots", Group::all)?.unwrap_or_default();
    let transactions = answers.next("the transactions", Transaction::all)?.unwrap_or_default();
    let waits = answers.next("the locks", Wait::all)?.unwrap_or_default();
    let prepared = answers.next("the prepared transactions", Prepared::all)?.unwrap_or_default();
    let Some(limits) = limits else {
        return Err(Breakage(format!("the server refused to show {}", answers.refusals.join("; "))));
    };
    let pooled = server.backend_pid.is_some_and(|pid| i64::from(pid) != limits.backend_pid);
    let holders = holders(&groups);
    let mut notes = Notes::new(summary(&limits, pooled));
    facts(&mut notes, &limits, pooled, &holders);
    judge_slots(&mut notes, &limits, &holders);
    let wanted = demand::judge(&mut notes, request, &around.codes, &limits, pooled);
    demand::idle(&mut notes, target, &around.codes, &limits);
    notes.slots = Some(Slots::of(&limits, wanted));
    pressure::transactions(&mut notes, &limits, &transactions);
    pressure::waits(&mut notes, &limits, &waits);
    pressure::prepared(&mut notes, &limits, prepared);
    pressure::leaks(&mut notes, &limits, &groups);
    if !answers.refusals.is_empty() {
        notes.fact("not_seen", answers.refusals);
    }
    let gravest = notes.gravest();
    if let Some(finding) = notes
        .findings
        .iter()
        .find(|finding| Some(finding.severity) == gravest && finding.severity > Severity::Info)
    {
        notes.summary.clone_from(&finding.title);
    }
    Ok(Probed::judged((), notes))
}

fn summary(limits: &LimitsSeen, pooled: bool) -> String {
    let about = if limits.sees_all { "" } else { "about " };
    let whose = if pooled { ", on the server behind the pooler" } else { "" };
    format!(
        "{about}{} of {} connections are in use{whose}",
        limits.used,
        limits.capacity.usable()
    )
}

fn facts(notes: &mut Notes, limits: &LimitsSeen, pooled: bool, holders: &[Holder]) {
    let capacity = &limits.capacity;
    notes.fact("max_connections", capacity.max_connections);
    notes.fact("superuser_reserved_connections", capacity.superuser_reserved);
    if let Some(reserved) = capacity.reserved {
        notes.fact("reserved_connections", reserved);
    }
    if let Some(reserved) = capacity.provider_reserved {
        notes.fact("rds_superuser_reserved_connections", reserved);
    }
    notes.fact("usable", capacity.usable());
    notes.fact("usable_formula", capacity.formula());
    notes.fact("used", limits.used);
    notes.fact("used_exactly", limits.sees_all);
    if !limits.sees_all {
        notes.fact("to_count_exactly", format!("GRANT pg_monitor TO {};", sql_ident(limits.role.raw())));
    }
    notes.fact("used_by_role", limits.used_by_role);
    notes.fact("used_in_database", limits.used_in_database);
    notes.fact("used_by_application", limits.used_by_role_in_database);
    notes.fact("free", limits.free());
    if let Some(limit) = capacity.role_limit {
        notes.fact("role_limit", limit);
    }
    if let Some(limit) = capacity.database_limit {
        notes.fact("database_limit", limit);
    }
    notes.fact("holders", holders.iter().map(Holder::to_string).collect::<Vec<_>>());
    notes.fact("behind_pooler", pooled);
}

/// A limit that is used up although this session got in can only be one of the server's slots that was taken since.
fn judge_slots(notes: &mut Notes, limits: &LimitsSeen, holders: &[Holder]) {
    let capacity = &limits.capacity;
    let holders = &holders[..holders.len().min(HOLDERS_NAMED)];
    if limits.sees_all && limits.used >= capacity.usable() {
        notes.found(reserved_slots_only::seen(limits, holders));
    } else if Limit::Slots.is_near(limits) {
        notes.found(near_limit::finding(&Limit::Slots, limits, holders));
    }
    let own = [
        capacity.role_limit().map(Limit::Role),
        capacity.database_limit().map(Limit::Database),
    ];
    for limit in own.into_iter().flatten().filter(|limit| limit.is_near(limits)) {
        notes.found(near_limit::finding(&limit, limits, holders));
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
