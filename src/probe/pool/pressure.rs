//! What wears the server down: transactions left open, locks waited for, connections held for nothing, IDs that run out.

use crate::finding::pool::{blocked, connection_leak, idle_in_transaction, long_transaction, prepared_transaction, wraparound};
use crate::pool::seen::{Age, CIRCLE, Client, Group, LimitsSeen, Prepared, Transaction, Wait, clients};
use crate::verdict::Notes;

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
/// A prepared transaction of this age has been forgotten, in seconds.
const PREPARED_WARN: i64 = 300;
/// Fewer idle connections from one client are a pool.
const LEAK_LEAST: i64 = 5;
/// So many IDs before the end the server stops giving them out (`SetTransactionIdLimit` in varsup.c), from version 14 on.
const KEPT_BACK: i64 = 3_000_000;
/// The same before version 14.
const KEPT_BACK_BEFORE_14: i64 = 1_000_000;

/// Idle and long transactions.
pub fn transactions(notes: &mut Notes, limits: &LimitsSeen, transactions: &[Transaction]) {
    let timeout = limits.idle_in_transaction_ms;
    let half_timeout = (timeout / 2_000).max(1);
    let limit = if timeout > 0 { half_timeout.min(IDLE_WARN) } else { IDLE_WARN };
    let idle: Vec<_> = transactions
        .iter()
        .filter(|session| session.idle && session.seconds >= limit.min(IDLE_INFO))
        .collect();
    let sitting = transactions.iter().filter(|session| session.idle).count();
    notes.fact("idle_in_transaction", super::number(sitting));
    if !idle.is_empty() {
        let finding = idle_in_transaction::finding(&limits.login, &limits.database, &idle, limit, timeout);
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

/// Who waits for whom.
pub fn waits(notes: &mut Notes, limits: &LimitsSeen, waits: &[Wait]) {
    notes.fact("waiting_for_locks", super::number(waits.len()));
    if !waits.is_empty() {
        let grave = waits.iter().any(|wait| wait.seconds.is_some_and(|seconds| seconds >= WAIT_WARN));
        notes.found(blocked::finding(&limits.database, waits, grave));
    }
}

/// Transactions that were prepared and forgotten.
pub fn prepared(notes: &mut Notes, limits: &LimitsSeen, prepared: Vec<Prepared>) {
    notes.fact("prepared_transactions", super::number(prepared.len()));
    let mut old: Vec<Prepared> = prepared
        .into_iter()
        .filter(|transaction| transaction.seconds >= PREPARED_WARN)
        .collect();
    old.sort_by_key(|transaction| std::cmp::Reverse(transaction.seconds));
    if !old.is_empty() {
        notes.found(prepared_transaction::finding(&limits.database, &old));
    }
}

/// Clients that hold much and use little of it.
pub fn leaks(notes: &mut Notes, limits: &LimitsSeen, groups: &[Group]) {
    let clients = clients(groups);
    let usable = limits.capacity.usable();
    let leaking: Vec<&Client> = clients
        .iter()
        .filter(|client| client.quiet >= LEAK_LEAST && client.quiet * 2 > client.count && client.quiet * 5 >= usable)
        .collect();
    if !leaking.is_empty() {
        notes.found(connection_leak::finding(&leaking, usable));
    }
}

/// Databases that vacuum has not got round to.
pub fn ages(notes: &mut Notes, limits: &LimitsSeen, ages: &[Age], major: Option<u32>) {
    let kept_back = if major.is_some_and(|major| major < 14) {
        KEPT_BACK_BEFORE_14
    } else {
        KEPT_BACK
    };
    if let Some(oldest) = ages.iter().map(|age| age.transactions).max() {
        notes.fact("transactions_left", (CIRCLE - kept_back - oldest).max(0));
        notes.found(wraparound::finding(&limits.database, ages, oldest >= CIRCLE - kept_back));
    }
}
