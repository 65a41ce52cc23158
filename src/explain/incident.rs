//! One trouble: all that one message or traceback says, and which of it is the cause.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::catalogue::Meaning;
use super::context::Bond;
use super::facts::Facts;
use super::refusals::Refusal;
use super::{sight, times};
use crate::finding::Kind;
use crate::finding::auth::pooler_backend_down;
use crate::finding::pool::{client_pool_exhausted, connection_lost};
use crate::finding::privileges::transaction_aborted;
use crate::finding::tcp::{not_postgres, socket_missing, unexplained, unreachable};
use crate::finding::tls::handshake_failed;
use crate::layer::Layer;

/// Something that was recognised, with where it stands.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub said: Arc<Said>,
    /// Counted from 1.
    pub line: u64,
    pub time: Option<String>,
    /// Set where `said` has the numbers of another line of the same shape.
    pub source: Option<Source>,
}

/// The line that a sighting stands for with those that it depends on, to be read when its numbers are asked for.
#[derive(Debug, Clone)]
pub struct Source {
    pub text: Box<[u8]>,
    pub line: Range<usize>,
    /// Which of what the line says.
    pub index: usize,
    /// Whether the line tells its time, which is then not read yet.
    pub is_timed: bool,
}

impl Source {
    /// The line alone.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.text[self.line.clone()]
    }
}

/// What was recognised, wherever it stands.
#[derive(Debug, Clone)]
pub struct Said {
    pub kind: &'static Kind,
    /// Set where a server refused: what it said goes through the recognisers of live refusals.
    pub refusal: Option<&'static Refusal>,
    /// The server's message, for a refusal.
    pub message: String,
    pub facts: Facts,
    /// The line, without prefix, secrets masked.
    pub excerpt: String,
}

impl Deref for Sighting {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.said
    }
}

impl Sighting {
    /// Adds what another names besides, and says whether there was anything.
    pub fn complete(&mut self, mut other: Self) -> bool {
        let is_new = !self.facts.names_all_of(&other.facts);
        if is_new {
            self.settle();
            other.settle();
            Arc::make_mut(&mut self.said).facts.complete(&other.facts);
        }
        is_new
    }

    /// Reads the line that it stands for.
    pub fn settle(&mut self) {
        let time = self.time().map(Cow::into_owned);
        if let Some(source) = self.source.take() {
            self.time = time;
            if let Some(said) = sight::said_alone(&source.text, source.line).into_iter().nth(source.index) {
                self.said = said;
            }
        }
    }

    /// When it was written.
    #[must_use]
    pub fn time(&self) -> Option<Cow<'_, str>> {
        match &self.source {
            Some(source) if source.is_timed => times::of_line(source.line()).map(Cow::Owned),
            _ => self.time.as_deref().map(Cow::Borrowed),
        }
    }

    /// What a meaning without a refusal belongs to.
    #[must_use]
    pub fn refusal_of(meaning: Meaning) -> Option<&'static Refusal> {
        match meaning {
            Meaning::Kind(_) => None,
            Meaning::Refusal(refusal) => Some(refusal),
        }
    }
}

/// One trouble that is being read.
#[derive(Debug)]
pub struct Incident {
    cause: Sighting,
    /// Whether the cause names what another message told.
    is_completed: bool,
}

impl Incident {
    /// Begins with what was seen first.
    #[must_use]
    pub fn new(first: Sighting) -> Self {
        Self {
            cause: first,
            is_completed: false,
        }
    }

    /// When the first was written.
    #[must_use]
    pub fn time(&self) -> Option<Cow<'_, str>> {
        self.cause.time()
    }

    /// Goes on with what was seen next. The first is the cause, but for two things: an error that is only what follows, and an attempt that
    /// another attempt of the same message got further than.
    pub fn add(&mut self, next: Sighting, bond: Bond) {
        let further = bond == Bond::Message && got_further(self.cause.kind, next.kind) || names_the_file(&self.cause, &next);
        if (further || is_consequence(&self.cause)) && !is_consequence(&next) {
            self.cause = next;
            self.is_completed = false;
        } else {
            self.is_completed |= self.cause.complete(next);
        }
    }

    /// The cause; what the other messages name may show that the settings are at fault.
    #[must_use]
    pub fn cause(mut self) -> Sighting {
        if self.is_completed
            && let Some(kind) = self.cause.facts.fault_of_names()
            && !kind.is(self.cause.kind)
        {
            self.cause.settle();
            Arc::make_mut(&mut self.cause.said).kind = kind;
        }
        self.cause
    }
}

/// Whether the first says only that some file is missing, and the next which one it was.
fn names_the_file(first: &Said, next: &Said) -> bool {
    first.kind.is(&socket_missing::KIND)
        && first.facts.get("socket").is_none()
        && next.kind.layer == Layer::Tls
        && next.facts.get("file").is_some()
}

/// Whether a kind is only what follows from another, or says less than any other.
fn is_consequence(said: &Said) -> bool {
    let kind = said.kind;
    // PgBouncer says in the next line why, or says no more.
    let is_untold = || kind.is(&pooler_backend_down::KIND) && said.message.contains("closing because: connect");
    kind.is(&unexplained::KIND) || kind.is(&client_pool_exhausted::KIND) || kind.is(&transaction_aborted::KIND) || is_untold()
}

/// libpq goes on to the next address, so of its attempts the one that got furthest is what stands in the way. An answer that is not
/// PostgreSQL's proves more than any of them; an address family without a route proves least.
fn got_further(first: &Kind, next: &Kind) -> bool {
    if first.is(&not_postgres::KIND) {
        return false;
    }
    let reached = |kind: &Kind| kind.layer > Layer::Tcp && !kind.is(&connection_lost::KIND);
    let is_vague = first.is(&handshake_failed::KIND) && next.layer == Layer::Tls;
    is_vague || next.is(&not_postgres::KIND) || !reached(first) && reached(next) || first.is(&unreachable::KIND) && next.layer == Layer::Tcp
}
