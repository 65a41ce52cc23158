//! What one line of a log says, with the lines that go on with its message.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use memchr::{memchr_iter, memmem};

use super::assemble::{self, Whole};
use super::catalogue::{self, Match, Meaning};
use super::clean;
use super::context;
use super::facts::{Facts, SECRET};
use super::frames;
use super::incident::{Said, Sighting, Source};
use super::judge;
use super::lines;
use super::memo::{Known, Memo, Recall};
use super::prefix;
use super::secrets;
use super::session;
use super::times;
use super::translations;
use super::{values, wrapped};
use crate::conninfo::mask::MASK;
use crate::layer::Layer;

/// How many lines of a message are read.
const MESSAGE_LINES: usize = 4;
/// How much of a long line is shown before what was recognised, in bytes.
const LEAD: usize = 160;
/// How much of a long line is masked before it is cut, in bytes: more than any token has.
const MASKED: usize = 8 << 10;
/// How long an excerpt may be, in characters.
const EXCERPT: usize = 300;

/// A line with what stands around it.
#[derive(Debug)]
pub struct Surroundings<'b> {
    pub before: &'b [u8],
    pub line: &'b [u8],
    pub after: &'b [u8],
    /// Counted from 1.
    pub number: u64,
}

/// What was recognised in a line, in the order of the places, and how many bytes behind the line were read with it.
#[must_use]
pub fn sightings(around: &Surroundings<'_>, memo: &mut Memo) -> (Vec<Sighting>, usize) {
    let recall = memo.recall(around.line, head(around.after));
    if let Recall::Known(known) = recall {
        return (recalled(&known, around), 0);
    }
    let Some(whole) = assemble::whole(around) else {
        let reading = read(around.line, around.after, around);
        let wrapped = wrapped::whole(around);
        let is_wrapped = wrapped.is_some();
        if let Some(whole) = wrapped
            && let best = best(&whole, around)
            && best.weight > reading.weight + apart(&whole, around)
        {
            return (placed(best, around), whole.reach);
        }
        if matches!(recall, Recall::New) && reading.stands_alone && !is_wrapped {
            let known = Known {
                said: reading.said.iter().cloned().collect(),
                is_timed: times::of_line(around.line).is_some(),
            };
            memo.note(around.line, known);
        }
        return (placed(reading, around), 0);
    };
    (placed(best(&whole, around), around), whole.reach)
}

/// Of the ways in which a message may have been broken, the right one: broken in the wrong way, a longer message reads as a shorter one.
fn best(whole: &Whole, around: &Surroundings<'_>) -> Reading {
    let behind = &around.after[whole.reach.min(around.after.len())..];
    let readings = whole.readings.iter().map(|reading| read(reading.as_bytes(), behind, around));
    readings.max_by_key(|reading| reading.weight).unwrap_or_default()
}

/// How many letters the lines behind a line fix, each by itself.
fn apart(whole: &Whole, around: &Surroundings<'_>) -> usize {
    let lines = lines::forward(&around.after[..whole.reach.min(around.after.len())]);
    lines.map(|line| read(line, b"", around).weight).sum()
}

/// What a line says that was noted, with nothing around it.
#[must_use]
pub fn said_alone(line: &[u8]) -> Vec<Arc<Said>> {
    let around = Surroundings {
        before: b"",
        line,
        after: b"",
        number: 0,
    };
    read(line, b"", &around).said
}

/// The lines behind a line that may go on with its message.
fn head(after: &[u8]) -> &[u8] {
    let end = memchr_iter(b'\n', after).nth(MESSAGE_LINES - 1);
    &after[..end.unwrap_or(after.len())]
}

fn placed(reading: Reading, around: &Surroundings<'_>) -> Vec<Sighting> {
    let sighting = |said| Sighting {
        said,
        line: around.number,
        time: reading.time.clone(),
        source: None,
    };
    reading.said.into_iter().map(sighting).collect()
}

fn recalled(known: &Known, around: &Surroundings<'_>) -> Vec<Sighting> {
    if known.said.is_empty() {
        return Vec::new();
    }
    let time = if known.is_timed { None } else { times::before(around.before) };
    let sighting = |(index, said): (usize, &Arc<Said>)| Sighting {
        said: Arc::clone(said),
        line: around.number,
        time: time.clone(),
        source: Some(Source {
            line: around.line.into(),
            index,
            is_timed: known.is_timed,
        }),
    };
    known.said.iter().enumerate().map(sighting).collect()
}

fn time(around: &Surroundings<'_>, line: &str) -> Option<String> {
    times::of_record(around.line, line).or_else(|| times::before(around.before))
}

/// What one reading of a line holds.
#[derive(Debug, Default)]
struct Reading {
    said: Vec<Arc<Said>>,
    time: Option<String>,
    /// How many letters its texts fix.
    weight: usize,
    /// Whether all of it comes from the line without its prefix: it says the same at any time and place.
    stands_alone: bool,
}

fn read(line: &[u8], after: &[u8], around: &Surroundings<'_>) -> Reading {
    let original = clean::record(line);
    let english = translations::in_english(&original);
    let line = english.as_deref().unwrap_or(&original).trim_end();
    let message = message(line, after);
    let (matches, asked_around) = matches(&message, line.len(), around);
    let prefix = line.len() - prefix::strip(line).rest.len();
    let said_alone = |found: &Match<'_>| {
        let start = found.captured.start;
        let reads_frames = lacks_host(found) || frames::may_settle(&message[start..]);
        !found.entry.is_fallback() && !reads_frames && start >= prefix && (start <= LEAD || start - LEAD >= prefix)
    };
    let is_silent = matches.iter().all(|found| found.captured.start >= line.len());
    let stands_alone = !asked_around
        && (!is_silent || matches.is_empty())
        && matches.iter().filter(|found| found.captured.start < line.len()).all(said_alone);
    let matches: Vec<Match<'_>> = matches.into_iter().filter(|found| found.captured.start < line.len()).collect();
    if matches.is_empty() {
        return Reading {
            stands_alone,
            ..Reading::default()
        };
    }
    let said = matches.iter().map(|found| {
        let mut said = said(found, &message, around);
        if english.is_some() {
            said.excerpt = excerpt(&original, 0, found, &said.facts);
        }
        Arc::new(said)
    });
    Reading {
        said: said.collect(),
        time: time(around, line),
        weight: matches.iter().map(|found| found.entry.template.weight()).sum(),
        stands_alone,
    }
}

/// The line with those that go on with its message.
fn message(line: &str, after: &[u8]) -> String {
    let mut message = line.to_owned();
    for next in lines::forward(after).take(MESSAGE_LINES) {
        let next = clean::record(next);
        let next = translations::in_english(&next).map_or(next, Cow::Owned);
        message.push('\n');
        message.push_str(prefix::strip(&next).rest);
    }
    message.push('\n');
    message
}

/// What stands in a message, and whether the lines around its own first bytes were asked whose it is.
fn matches<'t>(message: &'t str, own: usize, around: &Surroundings<'_>) -> (Vec<Match<'t>>, bool) {
    let asked = Cell::new(false);
    let mut near_driver = |place: usize| {
        let begin = message[..place].rfind('\n').map_or(0, |at| at + 1);
        let end = message[place..].find('\n').map_or(message.len(), |at| place + at);
        let before = || {
            asked.set(asked.get() || place < own);
            lines::backward(&message.as_bytes()[..begin]).chain(lines::backward(around.before))
        };
        let after = lines::forward(message[end..].trim_start_matches('\n').as_bytes()).chain(lines::forward(around.after));
        context::near_driver(before, &message[begin..end], after)
    };
    let mut matches = catalogue::matches(message, &mut near_driver);
    matches.retain(|found| !is_of_statement(message, found.captured.start) && !goes_on(message, found.captured.end));
    let above = || lines::backward(around.before);
    if !matches.is_empty() && (values::is_value(around.line, above()) || values::is_statement(around.line, above())) {
        asked.set(true);
        matches.clear();
    }
    (matches, asked.get())
}

/// Whether a message does not name the host that the frames above it may show.
fn lacks_host(found: &Match<'_>) -> bool {
    let names_host = || found.captured.holes.iter().any(|(name, _)| *name == "host");
    matches!(found.entry.meaning, Meaning::Kind(kind) if kind.layer == Layer::Dns) && !names_host()
}

/// The traceback that a message ends, from its beginning.
fn frames_above(around: &Surroundings<'_>, message: &str) -> String {
    const BEGINNING: &str = "Traceback (most recent call last)";
    if let Some(begin) = message.rfind(BEGINNING) {
        return message[begin..].to_owned();
    }
    // Forwards, since only that way is quick.
    let begin = memmem::find_iter(around.before, BEGINNING).last();
    begin.map_or_else(String::new, |begin| lines::text(&around.before[begin..]).into_owned() + message)
}

/// Whether it is something else: a setting of the error's name, what is written in a file, or a file where PostgreSQL's message would end;
/// PHP adds its own place.
fn goes_on(message: &str, end: usize) -> bool {
    let (said, rest) = message.split_at(end);
    let is_set = || rest.trim_start_matches(' ').starts_with("= ");
    let is_of_php = || rest.starts_with(" in /") && rest.lines().next().is_some_and(|line| line.contains(".php"));
    said.ends_with("does not exist") && (rest.starts_with(" in ") && !is_of_php() || rest.starts_with(", skipping"))
        || said.ends_with("No such file or directory") && rest.starts_with(": ")
        || rest.starts_with(" in file \"")
        || is_set()
}

/// Whether a place lies in a statement that is logged, or in its parameters: what an application stores is not what happened.
fn is_of_statement(message: &str, place: usize) -> bool {
    const LOGGED: &[&str] = &["statement: ", "execute ", "duration: ", "parse ", "bind "];
    let begin = message[..place].rfind('\n').map_or(0, |at| at + 1);
    let head = &message[begin..place];
    let is_logged = |at: usize| {
        let text = head[at + 4..].trim_start();
        LOGGED.iter().any(|word| text.starts_with(word))
    };
    ["STATEMENT: ", "[parameters: ", "[SQL: "].iter().any(|mark| head.contains(mark)) || head.find("LOG:").is_some_and(is_logged)
}

fn said(found: &Match<'_>, message: &str, around: &Surroundings<'_>) -> Said {
    let captured = &found.captured;
    let mut facts = Facts::of(captured, message);
    if lacks_host(found) && facts.get("host").is_none() {
        facts.read_frames(&frames_above(around, &message[..captured.start]));
    }
    if Sighting::refusal_of(found.entry.meaning).is_some() {
        facts.read_detail(&message[captured.end..]);
    }
    let refusal = Sighting::refusal_of(found.entry.meaning);
    let line = message[..captured.start].rfind('\n').map_or(0, |at| at + 1);
    facts.read_session(session::before(
        prefix::strip(&message[line..captured.start]).rest,
        &lines::text(around.line),
    ));
    let end = message[captured.end..].find('\n').map_or(message.len(), |at| captured.end + at);
    let text = &message[captured.start..end];
    let kind = facts.fault_of_names().unwrap_or_else(|| match found.entry.meaning {
        Meaning::Kind(kind) if frames::may_settle(text) => frames::settle(kind, text, &frames_above(around, &message[..captured.start])),
        Meaning::Kind(kind) => kind,
        Meaning::Refusal(refusal) => judge::kind_of_refusal(refusal, text, &facts),
    });
    Said {
        kind,
        refusal,
        message: if found.entry.is_fallback() { refusal_alone(text) } else { text }.to_owned(),
        excerpt: excerpt(&message[line..end], captured.start - line, found, &facts),
        facts,
    }
}

/// What a server says, without the words before it.
fn refusal_alone(text: &str) -> &str {
    let before = ["FATAL: ", "ERROR: ", "pooler error: "]
        .into_iter()
        .find_map(|mark| text.split_once(mark));
    before.map_or(text, |(_, message)| message).trim_end()
}

/// The end of a text. A secret that the cut goes through is masked before it is cut.
fn lead(text: &str) -> String {
    let tail = |text: &str, length: usize| {
        let from = text.len().saturating_sub(length);
        let from = (from..=text.len()).find(|at| text.is_char_boundary(*at));
        text[from.unwrap_or_default()..].to_owned()
    };
    format!("…{}", tail(&secrets::mask(&tail(text, MASKED)), LEAD))
}

/// The line without its prefix, with every secret masked, and cut short before what was found at a place of it.
fn excerpt(line: &str, at: usize, found: &Match<'_>, facts: &Facts) -> String {
    // What is cut off could be the beginning of a secret.
    let mut text = if at > LEAD {
        lead(&line[..at]) + secrets::mask(&line[at..]).trim_end()
    } else {
        prefix::strip(&secrets::mask(line)).rest.trim().to_owned()
    };
    for (name, value) in &found.captured.holes {
        if *name == SECRET && !value.is_empty() {
            text = text
                .replace(&format!("\"{value}\""), &format!("\"{MASK}\""))
                .replace(&format!("'{value}'"), &format!("'{MASK}'"));
        }
    }
    if let Some((piece, _)) = facts.get("host").and_then(|host| host.rsplit_once('@')) {
        text = text.replace(&format!("{piece}@"), &format!("{MASK}@"));
    }
    match text.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
