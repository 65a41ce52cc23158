//! What one line of a log says, with the lines that go on with its message.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::assemble::{self, Whole};
use super::catalogue::{self, Match, Meaning};
use super::clean;
use super::context;
use super::facts::{Facts, SECRET};
use super::frames;
use super::incident::{Said, Sighting, Source};
use super::judge;
use super::lines;
use super::memo::{Known, Memo, Recalled};
use super::owner;
use super::pooler;
use super::prefix;
use super::session;
use super::surroundings::{Behind, Surroundings};
use super::template::Captured;
use super::times;
use super::traceback;
use super::translations;
use super::{values, wrapped};
use crate::conninfo::mask::MASK;
use crate::layer::Layer;
use crate::secret_text;

/// How much of a long line is shown before what was recognised, in bytes.
const LEAD: usize = 160;

/// How much of a long line is masked before it is cut, in bytes: more than any token has.
const MASKED: usize = 8 << 10;

/// How long an excerpt may be, in characters.
const EXCERPT: usize = 300;

/// What was recognised in a line, in the order of the places, and how many bytes behind the line were read with it.
#[must_use]
pub fn sightings(around: &Surroundings<'_>, memo: &mut Memo) -> (Vec<Sighting>, usize) {
    match memo.recall(around) {
        Some(recalled) => (known(&recalled, around), 0),
        None => anew(around, memo),
    }
}

/// What is recognised in a line that is read for the first time.
#[must_use]
pub fn anew(around: &Surroundings<'_>, memo: &mut Memo) -> (Vec<Sighting>, usize) {
    let Some(whole) = assemble::whole(around) else {
        let reading = read(around.line, around.after, around);
        let looked = around.looked();
        if let Some(whole) = wrapped::whole(around)
            && let best = best(&whole, around)
            && best.weight + usize::from(is_begun(around.line)) > reading.weight + apart(&whole, around)
        {
            return (placed(best, around), whole.reach);
        }
        if reading.can_be_noted {
            let known = Known {
                said: reading.said.iter().cloned().collect(),
                is_timed: times::of_line(around.line).is_some(),
                begins: context::begins(around.line),
            };
            memo.note(around, looked, known);
        }
        return (placed(reading, around), 0);
    };
    (placed(best(&whole, around), around), whole.reach)
}

/// Whether a line ends before it says anything: `… failed: FATAL:`.
fn is_begun(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b":")
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

/// What a line says that was noted, with nothing around it but what was kept with it.
#[must_use]
pub fn said_alone(text: &[u8], line: Range<usize>) -> Vec<Arc<Said>> {
    let around = Surroundings::of(text, line, 0);
    read(around.line, around.after, &around).said
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

/// What is recognised in a line whose shape is known.
#[must_use]
pub fn known(recalled: &Recalled<'_, '_>, around: &Surroundings<'_>) -> Vec<Sighting> {
    let known = recalled.known;
    if known.said.is_empty() {
        return Vec::new();
    }
    let time = if known.is_timed { None } else { times::before(around.before) };
    let sighting = |(index, said): (usize, &Arc<Said>)| Sighting {
        said: Arc::clone(said),
        line: around.number,
        time: time.clone(),
        source: Some(Source {
            text: recalled.text.into(),
            line: recalled.line.clone(),
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
    /// Whether all of it comes from the line without its prefix, and from the lines that were looked at: it says the same at any time.
    can_be_noted: bool,
}

fn read(line: &[u8], after: &[u8], around: &Surroundings<'_>) -> Reading {
    let original = clean::record(line);
    let english = translations::in_english(&original);
    let line = english.as_deref().unwrap_or(&original).trim_end();
    let message = message(line, after);
    let matches = matches(&message, line.len(), around);
    let prefix = line.len() - prefix::strip(line).rest.len();
    let said_alone = |found: &Match<'_>| {
        let start = found.captured.start;
        !found.entry.is_fallback() && start >= prefix
    };
    let is_silent = matches.iter().all(|found| found.captured.start >= line.len());
    let can_be_noted =
        (!is_silent || matches.is_empty()) && matches.iter().filter(|found| found.captured.start < line.len()).all(said_alone);
    let matches: Vec<Match<'_>> = matches.into_iter().filter(|found| found.captured.start < line.len()).collect();
    if matches.is_empty() {
        return Reading {
            can_be_noted,
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
        time: time(around, &original),
        weight: matches.iter().map(|found| found.entry.template.weight()).sum(),
        can_be_noted,
    }
}

/// The line with those that go on with its message.
fn message(line: &str, after: &[u8]) -> String {
    let mut message = line.to_owned();
    for next in lines::forward(Behind::of(after).message) {
        let next = clean::record(next);
        let next = translations::in_english(&next).map_or(next, Cow::Owned);
        message.push('\n');
        message.push_str(prefix::strip(&next).rest);
    }
    message.push('\n');
    message
}

/// What stands in a message, of which so much is the line itself.
fn matches<'t>(message: &'t str, own: usize, around: &Surroundings<'_>) -> Vec<Match<'t>> {
    let mut near_driver = |place: usize| {
        let begin = message[..place].rfind('\n').map_or(0, |at| at + 1);
        let end = message[place..].find('\n').map_or(message.len(), |at| place + at);
        let before = || lines::backward(&message.as_bytes()[..begin]).chain(around.above());
        let mut rest = message[end..].trim_start_matches('\n');
        let behind = std::iter::from_fn(|| {
            // What goes on with the line stands below it.
            let skipped = message.get(own..message.len() - rest.len()).unwrap_or_default();
            around.look_below(skipped.matches('\n').count());
            let (line, behind) = rest.split_once('\n')?;
            rest = behind;
            Some(line.as_bytes())
        });
        let after = behind.chain(around.below());
        owner::near_driver(before, &message[begin..end], after)
    };
    // CREATE DATABASE names a template, and nothing connects to it.
    let is_template = |captured: &Captured<'_>| message[..captured.start].ends_with("template ");
    let happened =
        |captured: &Captured<'_>| !is_of_statement(message, captured.start) && !goes_on(message, captured.end) && !is_template(captured);
    let mut matches = catalogue::matches(message, &mut near_driver, &happened);
    matches.retain(|found| !found.entry.is_fallback() || !pooler::is_of_no_client(&message[found.captured.start..found.captured.end]));
    if !matches.is_empty() && (values::is_value(around.line, around.above()) || values::is_statement(around.line, around.above())) {
        matches.clear();
    }
    matches
}

/// Whether a message does not name the host that the frames above it may show.
fn lacks_host(found: &Match<'_>) -> bool {
    let names_host = || found.captured.holes.iter().any(|(name, _)| *name == "host");
    matches!(found.entry.meaning, Meaning::Kind(kind) if kind.layer == Layer::Dns) && !names_host()
}

/// The traceback that a message ends, from its beginning.
fn frames_above(around: &Surroundings<'_>, message: &str) -> String {
    if let Some(begin) = message.rfind(traceback::TRACEBACK) {
        return message[begin..].to_owned();
    }
    match traceback::length(around.above()) {
        None => String::new(),
        Some(lines) => {
            let (frames, line) = around.near(lines, 0);
            let frames = lines::forward(&frames[..line.start]).map(|line| clean::record(line) + "\n");
            frames.collect::<String>() + message
        }
    }
}

/// Whether it is something else: a setting of the error's name, what is written in a file, or a file where PostgreSQL's message would end;
/// PHP adds its own place.
fn goes_on(message: &str, end: usize) -> bool {
    let (said, rest) = message.split_at(end);
    let is_set = || rest.trim_start_matches(' ').starts_with("= ");
    let is_of_php = || rest.starts_with(" in /") && rest.lines().next().is_some_and(|line| line.contains(".php"));
    rest.starts_with(", skipping")
        || said.ends_with("does not exist") && rest.starts_with(" in ") && !is_of_php()
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
        prefix::strip(&message[line..session::end(message, captured.start)]).rest,
    ));
    // A text may end with its line.
    let own = message[..captured.end].trim_end_matches('\n').len();
    let end = message[own..].find('\n').map_or(message.len(), |at| own + at);
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
    format!("…{}", tail(&secret_text::mask(&tail(text, MASKED)), LEAD))
}

/// The line without its prefix, with every secret masked, and cut short before what was found at a place of it.
fn excerpt(line: &str, at: usize, found: &Match<'_>, facts: &Facts) -> String {
    // What is cut off could be the beginning of a secret.
    let mut text = if at > LEAD {
        lead(&line[..at]) + secret_text::mask(&line[at..]).trim_end()
    } else {
        prefix::strip(&secret_text::mask(line)).rest.trim().to_owned()
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
