//! The trouble that was read last: what stands behind it may belong to it.

use std::ops::Range;
use std::sync::Arc;

use super::context::{self, Bond};
use super::group::Groups;
use super::incident::{Incident, Said, Sighting, Source};
use super::scan::history;
use super::{lines, times};

/// The trouble, with where it stands.
#[derive(Debug)]
pub struct Open {
    trouble: Trouble,
    /// Where its last line ends; `None` once that has left the buffer.
    end: Option<usize>,
    /// Whether the line behind that one begins something else.
    is_closed: bool,
}

#[derive(Debug)]
enum Trouble {
    New(Incident),
    /// What was said before: it is put together only if something belongs to it.
    Repeat(Repeat),
}

/// One more of a group, which tells nothing new.
#[derive(Debug)]
pub struct Repeat {
    /// Which group.
    pub group: usize,
    pub said: Arc<Said>,
    /// Counted from 1.
    pub number: u64,
    /// Whether the line tells its time.
    pub is_timed: bool,
    /// The line, in the buffer, and with those that its reading depends on.
    pub line: Range<usize>,
    pub text: Range<usize>,
}

impl Open {
    /// What was seen in a line that ends there.
    #[must_use]
    pub fn new(seen: Sighting, end: usize, is_closed: bool) -> Self {
        Self {
            trouble: Trouble::New(Incident::new(seen)),
            end: Some(end),
            is_closed,
        }
    }

    /// What was seen before.
    #[must_use]
    pub fn repeat(repeat: Repeat, is_closed: bool) -> Self {
        Self {
            end: Some(repeat.line.end),
            trouble: Trouble::Repeat(repeat),
            is_closed,
        }
    }

    /// How the next line that holds something belongs to it, unless it is known to begin a message.
    #[must_use]
    pub fn bond(&self, buffer: &[u8], next: Range<usize>, begins: bool) -> Bond {
        let Some(end) = self.end else {
            return Bond::None;
        };
        let Some(between) = buffer.get(end..next.start) else {
            return Bond::None;
        };
        let is_next = between.is_empty() || between == b"\n";
        if self.is_closed && !is_next || is_next && begins {
            return Bond::None;
        }
        let first = lines::backward(&buffer[..end]).next().unwrap_or_default();
        let own = (!begins).then(|| &buffer[next]);
        context::bond(first, between, own, || match &self.trouble {
            Trouble::New(incident) => incident.time(),
            Trouble::Repeat(repeat) => repeat.time(buffer).map(Into::into),
        })
    }

    /// Goes on with what belongs to it, in a line that ends there.
    #[must_use]
    pub fn with(self, buffer: &[u8], seen: Sighting, bond: Bond, end: usize, is_closed: bool) -> Self {
        let mut incident = self.trouble.put_together(buffer);
        incident.add(seen, bond);
        Self {
            trouble: Trouble::New(incident),
            end: Some(end),
            is_closed,
        }
    }

    /// Nothing belongs to it any more.
    pub fn close(self, groups: &mut Groups) {
        match self.trouble {
            Trouble::New(incident) => groups.add(incident),
            Trouble::Repeat(repeat) => groups.repeat(&repeat),
        }
    }

    /// Needs nothing of the buffer any more, whose first bytes are about to leave it.
    #[must_use]
    pub fn kept(self, buffer: &[u8], leaving: usize) -> Self {
        Self {
            trouble: Trouble::New(self.trouble.put_together(buffer)),
            end: self.end.and_then(|end| end.checked_sub(leaving)),
            ..self
        }
    }
}

impl Trouble {
    fn put_together(self, buffer: &[u8]) -> Incident {
        match self {
            Self::New(incident) => incident,
            Self::Repeat(repeat) => Incident::new(repeat.sighting(buffer)),
        }
    }
}

impl Repeat {
    fn time(&self, buffer: &[u8]) -> Option<String> {
        let line = self.line.clone();
        if self.is_timed {
            times::of_line(&buffer[line])
        } else {
            times::before(history(buffer, line.start))
        }
    }

    fn sighting(&self, buffer: &[u8]) -> Sighting {
        let Range { start, end } = self.line;
        Sighting {
            said: Arc::clone(&self.said),
            line: self.number,
            time: self.time(buffer).filter(|_| !self.is_timed),
            source: Some(Source {
                text: buffer[self.text.clone()].into(),
                line: start - self.text.start..end - self.text.start,
                index: 0,
                is_timed: self.is_timed,
            }),
        }
    }
}
