//! Layer `pool`: are there enough connections for what the application can open?

use crate::finding::Severity;
use crate::finding::pool::near_limit::Limit;
use crate::finding::pool::{blocked, demand_exceeds_capacity, idle_in_transaction, long_transaction, near_limit, reserved_slots_only};
use crate::pool::ask;
use crate::pool::demand::Estimate;
use crate::pool::seen::{Holder, LimitsSeen, Transaction, Wait};
use crate::quote::sql_ident;
use crate::request::Request;
use crate::server::answer::Answers;
use crate::server::session::{Answer, ServerFacts};
use crate::target::Target;
use crate::verdict::{Breakage, Notes, Probed};

/// Idle in a transaction for this long is a warning, in seconds; half the server's own time-out, where that is shorter.
const IDLE_WARN: i64 = 300;
/// Idle in a transaction for this long is worth knowing, in seconds.
const IDLE_INFO: i64 = 5;
/// A transaction that runs for this long is worth knowing, in seconds.
const LONG_INFO: i64 = 300;
/// A transaction that runs for this long is a warning, in seconds.
const LONG_WARN: i64 = 3_600;
/// Waiting for a lock for this long is a warning, in seconds.
const WAIT_WARN: i64 = 1;

/// The layer's questions, each a single SELECT; [`judge`] takes the answers in the same order.
#[must_use]
pub fn questions(_request: &Request) -> Vec<String> {
    [ask::LIMITS, ask::HOLDERS, ask::TRANSACTIONS, ask::WAITS]
        .map(str::to_owned)
        .to_vec()
}

/// Judges the answers to [`questions`].
#[must_use]
pub fn judge(request: &Request, _target: &Target, server: &ServerFacts, answers: Vec<Answer>) -> Probed<()> {
    judged(request, server, answers).unwrap_or_else(Probed::Broke)
}

fn judged(request: &Request, server: &ServerFacts, answers: Vec<Answer>) -> Result<Probed<()>, Breakage> {
    let mut answers = Answers::new(answers);
    let limits = answers.next("the limits", LimitsSeen::read)?;
    let holders = answers.next("who holds the slots", Holder::read)?.unwrap_or_default();
    let transactions = answers.next("the transactions", Transaction::read)?.unwrap_or_default();
    let waits = answers.next("the locks", Wait::read)?.unwrap_or_default();
    let Some(limits) = limits else {
        return Err(Breakage(format!("the server refused to show {}", answers.refusals.join("; "))));
    };
    let pooled = server.backend_pid.is_some_and(|pid| i64::from(pid) != limits.backend_pid);
    let mut notes = Notes::new(summary(&limits, pooled));
    facts(&mut notes, &limits, pooled);
    judge_slots(&mut notes, &limits, &holders);
    judge_demand(&mut notes, request, &limits, pooled);
    judge_transactions(&mut notes, &limits, &transactions);
    notes.fact("waiting_for_locks", number(waits.len()));
    if !waits.is_empty() {
        let grave = waits.iter().any(|wait| wait.seconds.is_some_and(|seconds| seconds >= WAIT_WARN));
        notes.found(blocked::finding(&limits.database, &waits, grave));
    }
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

fn facts(notes: &mut Notes, limits: &LimitsSeen, pooled: bool) {
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
    if let Some(limit) = capacity.role_limit {
        notes.fact("role_limit", limit);
    }
    if let Some(limit) = capacity.database_limit {
        notes.fact("database_limit", limit);
    }
    notes.fact("prepared_transactions", limits.prepared_transactions);
    notes.fact("behind_pooler", pooled);
}

/// A limit that is used up although this session got in can only be one of the server's slots that was taken since.
fn judge_slots(notes: &mut Notes, limits: &LimitsSeen, holders: &[Holder]) {
    let capacity = &limits.capacity;
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

/// Behind a pooler the demand meets the pooler's limits, which a client cannot see.
fn judge_demand(notes: &mut Notes, request: &Request, limits: &LimitsSeen, pooled: bool) {
    let Some(estimate) = Estimate::of(&request.demand) else { return };
    if let Some(total) = estimate.total() {
        notes.fact("demand", total);
    }
    notes.fact("demand_formula", estimate.formula());
    if pooled {
        notes.fact(
            "demand_judged",
            "no: a pooler answers, and its own limits, which a client cannot see, count",
        );
        return;
    }
    let room = limits.room();
    notes.fact("room", room.connections);
    if let Some(finding) = demand_exceeds_capacity::finding(&estimate, &room, limits) {
        notes.found(finding);
    }
}

fn judge_transactions(notes: &mut Notes, limits: &LimitsSeen, transactions: &[Transaction]) {
    let half_timeout = (limits.idle_timeout_ms / 2_000).max(1);
    let limit = if limits.idle_timeout_ms > 0 {
        half_timeout.min(IDLE_WARN)
    } else {
        IDLE_WARN
    };
    let idle: Vec<_> = transactions
        .iter()
        .filter(|session| session.idle && session.seconds >= limit.min(IDLE_INFO))
        .collect();
    notes.fact(
        "idle_in_transaction",
        number(transactions.iter().filter(|session| session.idle).count()),
    );
    if !idle.is_empty() {
        let finding = idle_in_transaction::finding(&limits.login, &limits.database, &idle, limit, limits.idle_timeout_ms);
        notes.found(finding);
    }
    let long: Vec<_> = transactions
        .iter()
        .filter(|session| !session.idle && session.seconds >= LONG_INFO)
        .collect();
    if !long.is_empty() {
        let grave = long.iter().any(|session| session.seconds >= LONG_WARN);
        notes.found(long_transaction::finding(&limits.database, &long, grave));
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
