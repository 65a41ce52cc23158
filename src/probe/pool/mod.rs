//! Layer `pool`: are there enough connections for what the application can open?

mod demand;
pub mod front;
mod load;
mod pressure;

use crate::finding::pool::near_limit::Limit;
use crate::finding::pool::{near_limit, pooler_waiting, reserved_slots_only, statement_timeout};
use crate::finding::{Finding, Severity};
use crate::pool::ask;
use crate::pool::demand::Codes;
use crate::pool::seen::{Age, Holder, LimitsSeen, Prepared, Session as Held, StatementLimit, Wait, groups, holders, transactions};
use crate::pool::slots::Slots;
use crate::privileges::setting::SetBy;
use crate::probe::way::Way;
use crate::provider;
use crate::quote::sql_ident;
use crate::request::Request;
use crate::server::answer::{Answers, Record as _};
use crate::server::session::{Answer, NoAnswer, ServerFacts, Session};
use crate::target::Target;
use crate::verdict::{Breakage, Notes, Probed};
use front::Front;

/// How many holders are named.
const HOLDERS_NAMED: usize = 5;

/// What is known beside the server's answers.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// What the code of each service says of its pools.
    pub codes: Codes,
    /// The pooler, where one answers.
    pub front: Option<Front>,
}

/// Probes the layer: judges the answers, and opens a further connection where a pooler answers, and where the user asked for load.
pub async fn probe(
    request: &Request,
    target: &Target,
    session: &Session,
    (answers, more): (&[Answer], &[Answer]),
    codes: Codes,
    way: &Way,
) -> Probed<()> {
    let mut around = Surroundings { codes, front: None };
    if is_pooled(&session.server, answers) {
        around.front = Some(front::look(target, way, Some(session), request.timeout).await);
    }
    let judged = judged(request, target, &session.server, answers, more, &around);
    let (mut notes, room) = match judged {
        Ok(judged) => judged,
        Err(breakage) => return Probed::Broke(breakage),
    };
    if let Some(count) = request.load.filter(|_| notes.gravest() != Some(Severity::Fail)) {
        load::run(&mut notes, count, room, target, way, request.timeout).await;
    }
    Probed::judged((), notes)
}

/// Whether the process that answers is not the one that was promised at login.
fn is_pooled(server: &ServerFacts, answers: &[Answer]) -> bool {
    let Some(Ok(rows)) = answers.first() else { return false };
    let Ok(limits) = LimitsSeen::only(rows, "") else { return false };
    behind_pooler(server, &limits)
}

fn behind_pooler(server: &ServerFacts, limits: &LimitsSeen) -> bool {
    server.backend_pid.is_some_and(|pid| i64::from(pid) != limits.backend_pid)
}

/// The finding for questions that got no answer because a pooler had no connection for them.
pub async fn held_up(request: &Request, target: &Target, answers: &[&Answer], way: &Way) -> Option<Finding> {
    let refused = answers.iter().find_map(|answer| match answer {
        Err(NoAnswer::Refused(error)) if pooler_waiting::matches(error) => Some(error),
        _ => None,
    });
    if let Some(error) = refused {
        return Some(pooler_waiting::finding(&target.user, &target.database, error));
    }
    let nothing_came = !answers.is_empty() && answers.iter().all(|answer| matches!(answer, Err(NoAnswer::Lost(_))));
    if !nothing_came {
        return None;
    }
    let front = front::look(target, way, None, request.timeout).await;
    let seen = front.console.as_ref().ok().and_then(|console| {
        let pool = console.pool(&target.user, &target.database)?;
        let database = console.database(&target.user, &target.database)?;
        (pool.waiting() > 0).then(|| pooler_waiting::live(pool, database).severity(Severity::Fail))
    });
    let named = || {
        front
            .gave_itself_away
            .then(|| pooler_waiting::silent(front.pooler, target, request.timeout))
    };
    seen.or_else(named)
}

/// The layer's questions.
#[must_use]
pub fn questions() -> Vec<String> {
    [ask::LIMITS, ask::SESSIONS, ask::STATEMENT_LIMIT, ask::PREPARED, ask::AGES]
        .map(str::to_owned)
        .to_vec()
}

/// What to ask once the answers to [`questions`] are there: who is in the way, where somebody waits for a lock, and who set an odd limit.
#[must_use]
pub fn more_questions(answers: &[Answer]) -> Vec<String> {
    let mut answers = Answers::new(answers);
    let limits = answers.next("the limits", |rows| LimitsSeen::only(rows, ""));
    let (Ok(Some(limits)), Ok(Some(sessions))) = (limits, answers.next("the sessions", Held::all)) else {
        return Vec::new();
    };
    let statement_limit = answers.next("the time limit of statements", |rows| StatementLimit::only(rows, ""));
    let is_odd = matches!(statement_limit, Ok(Some(limit)) if limit.is_odd());
    let waits = somebody_waits(&sessions, &limits).then_some(ask::WAITS);
    let set_by = is_odd.then_some(ask::STATEMENT_LIMIT_SET_BY);
    waits.into_iter().chain(set_by).map(str::to_owned).collect()
}

fn somebody_waits(sessions: &[Held], limits: &LimitsSeen) -> bool {
    sessions.iter().any(|session| session.waits && session.is_in(&limits.database))
}

/// Judges the answers to [`questions`] and [`more_questions`], in their order.
#[must_use]
pub fn judge(
    request: &Request,
    target: &Target,
    server: &ServerFacts,
    answers: &[Answer],
    more: &[Answer],
    around: &Surroundings,
) -> Probed<()> {
    match judged(request, target, server, answers, more, around) {
        Ok((notes, _)) => Probed::judged((), notes),
        Err(breakage) => Probed::Broke(breakage),
    }
}

/// The notes, and how many connections may be opened for trial.
fn judged(
    request: &Request,
    target: &Target,
    server: &ServerFacts,
    answers: &[Answer],
    more: &[Answer],
    around: &Surroundings,
) -> Result<(Notes, i64), Breakage> {
    let (mut answers, mut more) = (Answers::new(answers), Answers::new(more));
    let limits = answers.next("the limits", |rows| {
        LimitsSeen::only(rows, "the server does not list the session's own role")
    })?;
    let sessions = answers.next("who holds the slots", Held::all)?;
    let statement_limit = answers.next("the time limit of statements", |rows| {
        StatementLimit::only(rows, "the server does not show statement_timeout")
    })?;
    let prepared = answers.next("the prepared transactions", Prepared::all)?.unwrap_or_default();
    let ages = answers.next("the databases' ages", Age::all)?.unwrap_or_default();
    let (Some(limits), Some(sessions)) = (limits, sessions) else {
        return Err(Breakage(format!("the server refused to show {}", answers.refusals.join("; "))));
    };
    let waits = if somebody_waits(&sessions, &limits) {
        more.next("the locks", Wait::all)?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let odd_limit = statement_limit.filter(StatementLimit::is_odd);
    let set_by = match &odd_limit {
        Some(_) => more.next("who set statement_timeout", SetBy::all)?.unwrap_or_default().pop(),
        None => None,
    };
    answers.refusals.append(&mut more.refusals);
    let mut limits = limits.counting(&sessions);
    let (groups, transactions) = (groups(&sessions), transactions(&sessions, &limits.database));
    limits.capacity.kept_in_all = provider::slots_kept(target);
    let pooled = behind_pooler(server, &limits);
    let holders = holders(&groups);
    let mut notes = Notes::new(summary(&limits, pooled));
    facts(&mut notes, &limits, pooled, &holders);
    judge_slots(&mut notes, &limits, &holders);
    let wanted = demand::judge(&mut notes, request, &around.codes, &limits, pooled);
    demand::idle(&mut notes, target, &around.codes, &limits, pooled);
    notes.slots = Some(Slots::of(&limits, wanted));
    if let Some(front) = &around.front {
        front::judge(&mut notes, front, request, target, &around.codes, &limits);
    }
    if let Some(limit) = &odd_limit {
        notes.found(statement_timeout::finding(&limits, limit.ms, set_by.unwrap_or_default(), target));
    }
    pressure::transactions(&mut notes, &limits, &transactions);
    pressure::waits(&mut notes, &limits, &waits);
    pressure::prepared(&mut notes, &limits, prepared);
    pressure::leaks(&mut notes, &limits, &groups);
    pressure::ages(&mut notes, &limits, &ages, server.major);
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
    let client_limits = match around.front.as_ref().and_then(|front| front.console.as_ref().ok()) {
        Some(console) => console.client_limits(&target.user, &target.database),
        None => Vec::new(),
    };
    // The check itself is one of the pooler's clients too.
    let free = client_limits
        .iter()
        .map(|limit| limit.most - limit.clients - 1)
        .fold(limits.free(), i64::min);
    let allowed = load::allowed(free, capacity_of(&limits));
    Ok((notes, allowed))
}

/// The tightest of the limits that bind the role, whatever is used of it.
fn capacity_of(limits: &LimitsSeen) -> i64 {
    let capacity = &limits.capacity;
    let own = [capacity.role_limit(), capacity.database_limit()].into_iter().flatten();
    own.fold(capacity.usable(), i64::min)
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
