//! Waiting for what passes by itself: which refusals those are, and how long the pauses between the attempts are.

use std::time::{Duration, Instant};

use crate::diagnosis::LayerReport;
use crate::finding::{Finding, Kind, Severity, auth, dns, pool, tcp};
use crate::layer::Layer;
use crate::observer::Waiting;

/// What the application would get over by trying again, without anybody's help. Never a refused credential: accounts get locked.
pub static PASSING: &[&Kind] = &[
    &dns::name_not_found::KIND,
    &dns::server_failure::KIND,
    &dns::timeout::KIND,
    &tcp::refused::KIND,
    &tcp::socket_missing::KIND,
    &tcp::socket_refused::KIND,
    &auth::server_recovering::KIND,
    &auth::server_starting::KIND,
    &auth::server_stopping::KIND,
    &pool::database_limit::KIND,
    &pool::pooler_limit::KIND,
    &pool::reserved_slots_only::KIND,
    &pool::role_limit::KIND,
    &pool::slots_exhausted::KIND,
];

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How much waiting is left.
#[derive(Debug)]
pub struct Patience {
    began: Instant,
    limit: Duration,
    pause: Duration,
    /// Attempts made, the one under way included.
    attempts: i64,
    /// The refusal that the last pause was for.
    waited_for: Option<String>,
}

impl Patience {
    /// Begins to wait for at most `limit`.
    #[must_use]
    pub fn of(limit: Duration) -> Self {
        Self {
            began: Instant::now(),
            limit,
            pause: FIRST_PAUSE,
            attempts: 1,
            waited_for: None,
        }
    }

    /// The pause before the next attempt; `None` where there is none: the chain is through, what stopped it does not pass by itself,
    /// or the time is up. The last attempt is made when it is up.
    pub fn pause_after(&mut self, rows: &[LayerReport]) -> Option<Duration> {
        // Once a session stands, there is nothing left to wait for.
        let met = || {
            rows.iter()
                .filter(|row| row.layer <= Layer::Auth)
                .flat_map(|row| &row.notes.findings)
        };
        let passes = |finding: &Finding| PASSING.iter().any(|kind| finding.is(kind));
        let finding = met().find(|finding| finding.severity == Severity::Fail && passes(finding))?;
        // With several hosts one may have refused the password while another is only starting.
        if met().any(|finding| finding.is(&auth::password_rejected::KIND)) {
            return None;
        }
        let left = self.limit.checked_sub(self.began.elapsed()).filter(|left| !left.is_zero())?;
        let pause = self.pause.min(left);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.attempts += 1;
        self.waited_for = Some(finding.title.clone());
        Some(pause)
    }

    /// When the time is up.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.began + self.limit
    }

    /// What the pause at hand is for.
    #[must_use]
    pub fn waiting(&self) -> Option<Waiting<'_>> {
        Some(Waiting {
            refusal: self.waited_for.as_deref()?,
            attempt: self.attempts,
            until: self.until(),
        })
    }

    /// The first row tells how long the check waited, the finding that stands at the end that it is the last of several.
    pub fn tell(&self, rows: &mut [LayerReport]) {
        let (attempts, waited) = (self.attempts, self.began.elapsed());
        let Some(first) = rows.first_mut() else { return };
        let waited_ms = i64::try_from(waited.as_millis()).unwrap_or(i64::MAX);
        first.notes.fact("attempts", attempts);
        first.notes.fact("waited_ms", if attempts > 1 { waited_ms } else { 0 });
        if let Some(refusal) = &self.waited_for {
            first.notes.fact("waited_for", refusal.as_str());
        }
        let mut findings = rows.iter_mut().flat_map(|row| &mut row.notes.findings);
        if let Some(finding) = findings.find(|finding| finding.severity == Severity::Fail)
            && attempts > 1
        {
            let seconds = waited.as_secs_f32();
            let said = format!(" This is the last of {attempts} attempts, after {seconds:.1} s of waiting.");
            finding.detail.push_str(&said);
        }
    }
}
