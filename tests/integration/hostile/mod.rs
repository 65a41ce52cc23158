//! Whatever answers: a finding or exit code 3 within the time limit, in little memory, and nothing of it raw on the screen.

mod encrypted;
mod login;
mod names;
mod noise;
mod pages;
mod session;

use std::time::{Duration, Instant};

use crate::harness::{Doctor, Run};
use crate::lab::attacker::{Act, listen};
use crate::lab::dsn::Dsn;

/// A hundred megabytes: less than the smallest container has.
const MEMORY: &str = "--data=100000000";

/// Far above any limit that the binary is given: a loaded machine is slow.
const LONGEST: Duration = Duration::from_mins(1);

/// The codes that a peer may get: of what answers, and of what the answers mean.
const NO_LAYER_ABOVE: [i32; 5] = [3, 11, 12, 13, 14];

#[track_caller]
fn survived(dsn: &Dsn, what: &str) -> Run {
    let run = survives(what, || {
        let call = Doctor::check().dsn(dsn).args(["--timeout", "1s"]);
        call.under(&["prlimit", MEMORY, "--core=0"]).run()
    });
    assert!(
        NO_LAYER_ABOVE.contains(&run.status),
        "{what}: exit code {}\n{}{}",
        run.status,
        run.stdout,
        run.stderr
    );
    run
}

/// It ends in time, with a report that is short and plain.
#[track_caller]
fn survives(what: &str, call: impl FnOnce() -> Run) -> Run {
    let began = Instant::now();
    let run = call();
    assert!(began.elapsed() < LONGEST, "{what}: {:?}", began.elapsed());
    assert!(!run.stderr.contains("a fault of the doctor's own"), "{what}: {}", run.stderr);
    run.json();
    assert!(run.stdout.len() < 64 * 1024, "{what}: {} bytes", run.stdout.len());
    let raw = run
        .stdout
        .chars()
        .find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(raw, None, "{what}");
    run
}

fn at(port: u16) -> Dsn {
    Dsn::new("app", port, "shop").host("127.0.0.1")
}

/// A peer that has read the first message.
fn after_the_first(script: impl IntoIterator<Item = Act>) -> u16 {
    listen(std::iter::once(Act::Read).chain(script).collect())
}
