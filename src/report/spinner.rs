//! What is being waited for, on a terminal's standard error: one line that comes and goes.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Detail;
use crate::foreign::one_line;

/// What takes no longer is not worth a word.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);
const MARKS: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// Back to the line's beginning, and nothing left of it.
const CLEAR: &str = "\r\x1b[2K";

/// The line. It is gone when this is dropped.
#[derive(Debug)]
pub struct Spinner(Option<Arc<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Line {
    task: Option<Task>,
    drawn: bool,
    over: bool,
}

#[derive(Debug)]
struct Task {
    text: String,
    since: Instant,
    /// The time limit, and from when on it counts.
    limit: Limit,
}

/// Until when the task is waited for.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// So long, from now on.
    For(Duration),
    /// This long is left.
    Until(Instant),
    None,
}

impl Spinner {
    /// A line where standard error is a terminal and somebody wants to know, else none.
    pub fn new(detail: Detail) -> Self {
        if detail == Detail::Quiet || !io::stderr().is_terminal() || std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Self(None);
        }
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        // Without a thread there is no line, and nothing else is missing.
        let spawned = thread::Builder::new().name("spinner".to_owned()).spawn(move || of_thread.turn());
        Self(spawned.ok().map(|_| shared))
    }

    /// Something else is waited for.
    pub fn show(&self, text: &str, limit: Limit) {
        if let Some(shared) = &self.0 {
            let mut line = shared.lock();
            line.task = Some(Task {
                text: one_line(text),
                since: Instant::now(),
                limit,
            });
        }
    }

    /// Other words for what is waited for already.
    pub fn say(&self, text: &str) {
        if let Some(task) = self
            .0
            .as_ref()
            .map(|shared| shared.lock())
            .as_deref_mut()
            .and_then(|line| line.task.as_mut())
        {
            task.text = one_line(text);
        }
    }

    /// Leaves the line to a report for a moment.
    pub fn step_aside(&self, write: impl FnOnce()) {
        // Until the report has written, nothing may be drawn.
        let mut line = self.0.as_ref().map(|shared| shared.lock());
        if let Some(line) = &mut line {
            line.wipe();
        }
        write();
    }

    /// Nothing is waited for: the line is free for a report.
    pub fn clear(&self) {
        if let Some(shared) = &self.0 {
            let mut line = shared.lock();
            line.task = None;
            line.wipe();
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.clear();
        if let Some(shared) = &self.0 {
            shared.lock().over = true;
            shared.changed.notify_all();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) {
        let mut turn = 0;
        let mut line = self.lock();
        while !line.over {
            line.draw(MARKS[turn % MARKS.len()]);
            turn += 1;
            line = self.changed.wait_timeout(line, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Line {
    fn draw(&mut self, mark: char) {
        let Some(task) = &self.task else { return };
        let took = task.since.elapsed();
        if took < PATIENCE {
            return;
        }
        let tail = match task.limit {
            Limit::For(limit) => format!(" ({:.1} s of {} s)", took.as_secs_f32(), limit.as_secs_f32()),
            Limit::None => format!(" ({:.1} s)", took.as_secs_f32()),
            Limit::Until(end) => format!(" ({:.0} s left)", end.saturating_duration_since(Instant::now()).as_secs_f32()),
        };
        let (columns, _) = terminal_size::terminal_size_of(io::stderr()).map_or((80, 24), |(columns, rows)| (columns.0, rows.0));
        // A line that wraps would stay when it is cleared.
        let room = usize::from(columns).saturating_sub(tail.chars().count() + 4);
        let mut text: String = task.text.chars().take(room).collect();
        if text.len() < task.text.len() {
            text.pop();
            text.push('…');
        }
        // A terminal that is gone wants no more.
        let _ = write!(io::stderr(), "{CLEAR}{mark} {text}{tail}");
        self.drawn = true;
    }

    fn wipe(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
