//! One row per code: how often, first and last, and what stood there.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::incident::{Incident, Said, Sighting, Source};
use super::open::Repeat;
use super::scan::history;
use super::{judge, times};
use crate::finding::Finding;

/// How many are read for what the first does not name: a large log holds millions.
const PATIENCE: u32 = 50;

/// What failures of one kind may differ in, and a reader has to know of each.
const SUBJECTS: &[&str] = &["table", "column", "sequence", "schema", "database", "role"];
/// How many of them are kept, and how many are shown.
const KEPT: usize = 100;
const SHOWN: usize = 3;

/// All troubles of one kind.
#[derive(Debug)]
pub struct Group {
    pub count: u64,
    pub first: Sighting,
    /// The line and time of the last.
    pub last_line: u64,
    pub last_time: Option<String>,
    /// The last, where its time was not read yet.
    last: Option<Source>,
    /// What was said last and names nothing that the first does not.
    repeated: Option<Arc<Said>>,
    /// How many that did not agree were read for what the first does not name.
    disagreed: u32,
    /// What was said last, so that it is not compared again.
    said: Arc<Said>,
    /// What later ones name where the first names another.
    others: BTreeSet<(&'static str, String)>,
    recent: Recent,
    /// How many times the first has learnt something.
    learnt: u32,
    /// How many were read for the numbers in what they name.
    numbered: u32,
}

/// Where in the buffer those stand whose times were not read yet.
#[derive(Debug, Default)]
struct Recent {
    timed: Option<Range<usize>>,
    /// Those behind it, whose time stands above them.
    untimed: Vec<usize>,
}

/// Which group counts what was said, without learning anything from it.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    pub group: usize,
    learnt: u32,
}

impl Group {
    /// Whether one that says this would only be counted.
    fn knows(&self, said: &Said) -> bool {
        if self.asks_for_numbers(said) {
            return false;
        }
        let names = |name: &&str| match (self.first.facts.named(name), said.facts.named(name)) {
            (Some(own), Some(value)) => own == value || self.others.len() == KEPT || self.others.contains(&(*name, value)),
            _ => true,
        };
        (self.disagreed == PATIENCE || self.first.facts.names_all_of(&said.facts)) && SUBJECTS.iter().all(names)
    }

    /// Adds what the first does not name, from one that agrees with it.
    fn complete(&mut self, seen: &mut Sighting) {
        if self.disagreed == PATIENCE || self.repeated.as_ref().is_some_and(|repeated| Arc::ptr_eq(repeated, &seen.said)) {
            return;
        }
        if self.first.facts.names_all_of(&seen.facts) {
            self.repeated = Some(Arc::clone(&seen.said));
            return;
        }
        seen.settle();
        if self.first.facts.agrees_with(&seen.facts) {
            self.learnt += u32::from(self.first.complete(seen.clone()));
        } else {
            self.disagreed += 1;
        }
    }

    /// Whether the numbers in what is named are to be read, which those of one shape do not share.
    fn asks_for_numbers(&self, said: &Said) -> bool {
        let is_numbered = |name: &&str| {
            said.facts
                .get(name)
                .is_some_and(|value| value.bytes().any(|byte| byte.is_ascii_digit()))
        };
        self.numbered < PATIENCE && self.others.len() < KEPT && SUBJECTS.iter().any(is_numbered)
    }

    fn note_subjects(&mut self, seen: &mut Sighting) {
        if self.asks_for_numbers(seen) {
            self.numbered += 1;
            seen.settle();
        }
        if Arc::ptr_eq(&self.said, &seen.said) || self.others.len() == KEPT {
            return;
        }
        for name in SUBJECTS {
            if let (Some(own), Some(value)) = (self.first.facts.named(name), seen.facts.named(name))
                && own != value
            {
                self.others.insert((name, value));
            }
        }
        self.said = Arc::clone(&seen.said);
    }

    /// What the first does not tell of the others: `table: also "customers", "invoices" and 2 more`.
    #[must_use]
    pub fn others(&self) -> Vec<String> {
        let of = |name: &str| -> Vec<&str> {
            let named = self.others.iter().filter(|(other, _)| *other == name);
            named.map(|(_, value)| value.as_str()).collect()
        };
        let line = |name: &&str| {
            let values = of(name);
            let shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("\"{value}\"")).collect();
            let more = match values.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            (!values.is_empty()).then(|| format!("{name}: also {}{more}", shown.join(", ")))
        };
        SUBJECTS.iter().filter_map(line).collect()
    }

    /// Reading the time of each line would take longer than to find it: of the lines that tell theirs, the last is read at the end.
    fn note_time(&mut self, seen: Sighting) {
        match seen.source {
            Some(source) if source.is_timed => {
                self.last = Some(source);
                self.recent = Recent::default();
            }
            _ if seen.time.is_some() => {
                self.last_time = seen.time;
                self.last = None;
                self.recent = Recent::default();
            }
            _ => {}
        }
    }

    /// Reads the last time that the buffer tells.
    fn read_recent(&mut self, buffer: &[u8]) {
        let Recent { timed, untimed } = std::mem::take(&mut self.recent);
        let above = untimed.into_iter().rev().find_map(|start| times::before(history(buffer, start)));
        let time = above.or_else(|| times::of_line(&buffer[timed?]));
        if time.is_some() {
            self.last_time = time;
            self.last = None;
        }
    }

    fn read_time(&mut self) {
        if let Some(source) = self.last.take()
            && let Some(time) = times::of_line(source.line())
        {
            self.last_time = Some(time);
        }
    }

    /// The finding that the group stands for.
    #[must_use]
    pub fn finding(&self) -> Finding {
        judge::finding(&self.first)
    }
}

/// The groups so far, in the order in which they were first seen.
#[derive(Debug, Default)]
pub struct Groups(Vec<Group>);

impl Groups {
    /// Counts a trouble.
    pub fn add(&mut self, incident: Incident) {
        let mut seen = incident.cause();
        if let Some(group) = self.0.iter_mut().find(|group| group.first.kind.is(seen.kind)) {
            group.count += 1;
            group.last_line = seen.line;
            group.note_subjects(&mut seen);
            group.complete(&mut seen);
            group.note_time(seen);
        } else {
            seen.settle();
            self.0.push(Group {
                count: 1,
                last_line: seen.line,
                last_time: seen.time.clone(),
                last: None,
                repeated: None,
                disagreed: 0,
                said: Arc::clone(&seen.said),
                others: BTreeSet::new(),
                recent: Recent::default(),
                learnt: 0,
                numbered: 0,
                first: seen,
            });
        }
    }

    /// Which group would count what was said, and nothing else.
    #[must_use]
    pub fn counting(&self, said: &Said) -> Option<Counted> {
        let group = self.0.iter().position(|group| group.first.kind.is(said.kind))?;
        let learnt = self.0[group].learnt;
        self.0[group].knows(said).then_some(Counted { group, learnt })
    }

    /// Whether that still holds.
    #[must_use]
    pub fn still_counts(&self, counted: Counted) -> bool {
        self.0.get(counted.group).is_some_and(|group| group.learnt == counted.learnt)
    }

    /// Counts what tells nothing new.
    pub fn repeat(&mut self, repeat: &Repeat) {
        let group = &mut self.0[repeat.group];
        group.count += 1;
        group.last_line = repeat.number;
        if repeat.is_timed {
            group.recent.timed = Some(repeat.line.clone());
            group.recent.untimed.clear();
        } else {
            group.recent.untimed.push(repeat.line.start);
        }
    }

    /// Needs nothing of the buffer any more.
    pub fn keep(&mut self, buffer: &[u8]) {
        self.0.iter_mut().for_each(|group| group.read_recent(buffer));
    }

    /// The lowest layer first: it explains the upper ones. Within a layer, what was seen first.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Group> {
        self.0.iter_mut().for_each(Group::read_time);
        self.0.sort_by_key(|group| (group.first.kind.layer, group.first.line));
        self.0
    }
}
