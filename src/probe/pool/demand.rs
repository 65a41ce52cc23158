//! What the application can open, held against what there is, and against what ends its idle connections.

use crate::finding::pool::{demand_exceeds_capacity, idle_timeout};
use crate::pool::code::{CodePool, Keeping};
use crate::pool::demand::{Codes, Estimate};
use crate::pool::seen::LimitsSeen;
use crate::pool::slots::Wanted;
use crate::request::Request;
use crate::target::Target;
use crate::verdict::Notes;

/// Judges the demand. Behind a pooler it meets the pooler's limits.
pub fn judge(notes: &mut Notes, request: &Request, codes: &Codes, limits: &LimitsSeen, pooled: bool) -> Wanted {
    let estimate = match Estimate::of(&request.demand, &request.services, codes) {
        Ok(estimate) => estimate,
        Err(untold) => {
            notes.fact("demand_untold", untold);
            return Wanted::Unknown;
        }
    };
    if let Some(total) = estimate.total() {
        notes.fact("demand", total);
        notes.fact("demand_deploying", total.saturating_mul(2));
    }
    notes.fact("demand_formula", estimate.formula());
    if !estimate.sources.is_empty() {
        notes.fact("demand_sources", estimate.sources.clone());
    }
    if !estimate.untold.is_empty() {
        notes.fact("demand_untold", estimate.untold.clone());
    }
    if pooled {
        notes.fact(
            "demand_judged",
            "not against the server's slots: a pooler answers, and its own limits count",
        );
        return Wanted::Unknown;
    }
    let room = limits.room();
    notes.fact("room", room.connections);
    if let Some(finding) = demand_exceeds_capacity::finding(&estimate, &room, limits) {
        notes.found(finding);
    }
    estimate.total().map_or(Wanted::Unbounded, Wanted::Connections)
}

/// Whether the server, or something on the way to it, ends connections that the application's pool still takes for good.
pub fn idle(notes: &mut Notes, target: &Target, codes: &Codes, limits: &LimitsSeen, pooled: bool) {
    let timeout = limits.idle_session_ms;
    notes.fact("idle_session_timeout_ms", timeout);
    notes.fact("idle_in_transaction_session_timeout_ms", limits.idle_in_transaction_ms);
    if let Some(seconds) = limits.keepalives_idle {
        notes.fact("tcp_keepalives_idle", seconds);
    }
    if pooled {
        // The pooler ends and replaces its connections by settings of its own.
        return;
    }
    let kept: Vec<&CodePool> = codes.iter().flatten().filter(|pool| pool.keeping != Keeping::Untold).collect();
    if let Some(finding) = idle_timeout::finding(limits, target, &kept) {
        notes.found(finding);
    }
}
