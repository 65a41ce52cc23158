//! Sessions that wait for locks, and those in their way.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::Who;
use crate::foreign::Foreign;
use crate::pool::statement::first_words;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// A session that waits for a lock.
#[derive(Debug, Clone)]
pub struct Wait {
    pub who: Who,
    pub lock: Foreign,
    pub mode: Foreign,
    /// The table, where the lock is one on a table of this database.
    pub table: Option<Foreign>,
    /// How long; `None` where it cannot be seen.
    pub seconds: Option<i64>,
    /// The first words of what it wants to do, where they can be seen.
    pub statement: Option<Foreign>,
    pub blockers: Vec<Blocker>,
}

/// A session in the way of another one.
#[derive(Debug, Clone, Deserialize)]
pub struct Blocker {
    /// 0 is a transaction that was prepared and has no session any more.
    pub pid: i64,
    role: Option<String>,
    database: Option<String>,
    application: Option<String>,
    state: Option<String>,
    seconds: Option<i64>,
    query: Option<String>,
}

impl Record for Wait {
    /// Reads the answer to [`crate::pool::ask::WAITS`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            who: Who::read(row)?,
            lock: row.name()?,
            mode: row.name()?,
            table: row.nullable()?.map(Foreign::from),
            seconds: row.nullable_seconds()?,
            statement: row.nullable()?.map(first_words),
            blockers: row.json()?,
        })
    }
}

impl Wait {
    /// The sessions at the head of this one's queue: in its way, and waiting for nobody themselves.
    #[must_use]
    pub fn heads<'a>(&'a self, waits: &'a [Self]) -> Vec<&'a Blocker> {
        let mut heads = Vec::new();
        let mut met = BTreeSet::from([self.who.pid]);
        let mut ahead: Vec<&Blocker> = self.blockers.iter().collect();
        while let Some(blocker) = ahead.pop() {
            if !met.insert(blocker.pid) {
                continue;
            }
            match waits.iter().find(|wait| wait.who.pid == blocker.pid) {
                Some(waiting) => ahead.extend(&waiting.blockers),
                None => heads.push(blocker),
            }
        }
        heads
    }

    /// `pid 12 → pid 11 → pid 10`, from this one to the head of its queue.
    #[must_use]
    pub fn chain(&self, waits: &[Self]) -> String {
        let mut chain = vec![self.who.pid];
        let mut at = self;
        while let Some(blocker) = at.blockers.first().filter(|blocker| !chain.contains(&blocker.pid)) {
            chain.push(blocker.pid);
            match waits.iter().find(|wait| wait.who.pid == blocker.pid) {
                Some(waiting) => at = waiting,
                None => break,
            }
        }
        chain.iter().map(|pid| format!("pid {pid}")).collect::<Vec<_>>().join(" → ")
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("a transaction that was prepared and waits for its commit");
        }
        let known = |text: &Option<String>| Foreign::new(text.as_deref().unwrap_or("?"));
        write!(
            f,
            "pid {}, role \"{}\", database \"{}\"",
            self.pid,
            known(&self.role),
            known(&self.database)
        )?;
        if let Some(application) = self.application.as_ref().filter(|name| !name.is_empty()) {
            write!(f, ", application \"{}\"", Foreign::new(application.as_str()))?;
        }
        if let Some(state) = &self.state {
            write!(f, ": {}", Foreign::new(state.as_str()))?;
        }
        if let Some(seconds) = self.seconds {
            write!(f, ", its transaction open for {seconds} s")?;
        }
        match &self.query {
            Some(query) => write!(f, ", last statement {}", first_words(query)),
            None => Ok(()),
        }
    }
}
