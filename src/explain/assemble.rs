//! Puts a message together that was broken over lines: by the frame that a terminal draws around it, or by a container's log.

use super::lines;
use super::surroundings::Surroundings;

/// How many lines of a frame are read in each direction.
const LINES: usize = 12;
/// The sides of a frame.
const SIDES: [char; 3] = ['│', '┃', '║'];

/// What a broken line was, in each way that it may have been broken.
#[derive(Debug)]
pub struct Whole {
    pub readings: Vec<String>,
    /// How many bytes behind the line belong to it.
    pub reach: usize,
}

impl Whole {
    /// A frame inside of a traceback's frame shows what variables held: nothing of it happened.
    fn values() -> Self {
        Self {
            readings: Vec::new(),
            reach: 0,
        }
    }
}

/// The whole of what a line is a part of; `None` where the line is whole.
#[must_use]
pub fn whole(around: &Surroundings<'_>) -> Option<Whole> {
    let line = lines::text(around.line);
    if let Some(own) = framed(&line) {
        return Some(if is_nested(&own) { Whole::values() } else { panel(around, own) });
    }
    let mut text = partial(&line)?.to_owned();
    let mut reach = 0;
    for next in lines::forward(around.after).take(LINES) {
        reach += next.len() + 1;
        let next = lines::text(next);
        if let Some(more) = partial(&next) {
            text.push_str(more);
        } else {
            text.push_str(next.split_once(" F ").map_or("", |(_, rest)| rest));
            break;
        }
    }
    Some(Whole {
        readings: vec![text],
        reach,
    })
}

/// What stands between the sides of a frame, without the blank beside each.
fn framed(line: &str) -> Option<String> {
    let (_, inner) = line.split_once(SIDES)?;
    let inner = inner.rsplit_once(SIDES).map_or(inner, |(inner, _)| inner);
    let inner = inner.strip_prefix(' ').unwrap_or(inner);
    Some(inner.strip_suffix(' ').unwrap_or(inner).to_owned())
}

/// Whether a line of a frame belongs to a frame inside of it.
fn is_nested(part: &str) -> bool {
    part.trim_start().starts_with(SIDES) || part.trim_start().starts_with(['╭', '╰'])
}

fn panel(around: &Surroundings<'_>, own: String) -> Whole {
    let mut parts = vec![own];
    for line in lines::backward(around.before).take(LINES) {
        let Some(part) = framed(&lines::text(line)).filter(|part| !is_nested(part)) else {
            break;
        };
        parts.insert(0, part);
    }
    let mut reach = 0;
    for next in lines::forward(around.after).take(LINES) {
        let Some(part) = framed(&lines::text(next)).filter(|part| !is_nested(part)) else {
            break;
        };
        reach += next.len() + 1;
        parts.push(part);
    }
    // A line that is full may have been broken inside of a word, or at its end.
    let joined = |full: &str| {
        let mut text = String::new();
        for part in &parts {
            text.push_str(part.trim_end());
            text.push_str(if part.ends_with(' ') { " " } else { full });
        }
        text
    };
    Whole {
        readings: vec![joined(" "), joined("")],
        reach,
    }
}

/// `2026-11-20T10:00:00Z stderr P text`: Kubernetes' mark of a line that goes on in the next.
fn partial(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once(" P ")?;
    (head.ends_with(" stdout") || head.ends_with(" stderr")).then_some(rest)
}
