//! Scenarios that this machine cannot play: said aloud, never passed over.

use std::fs::OpenOptions;
use std::io::Write;

use super::workdir;

/// Notes that the running test was skipped; `tests/run` prints the notes after the tests' own output.
pub fn note(reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {reason}\n", thread.name().unwrap_or("a scenario"));
    let path = workdir::lasting().join("skipped.txt");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("target/ can be written");
    file.write_all(line.as_bytes()).expect("target/ can be written");
}

/// Takes what the scenario needs, or notes the reason why it is not there and ends the test.
macro_rules! need {
    ($wanted:expr) => {
        match $wanted {
            Ok(there) => there,
            Err(reason) => {
                $crate::lab::skip::note(&reason.to_string());
                return;
            }
        }
    };
}
pub(crate) use need;
