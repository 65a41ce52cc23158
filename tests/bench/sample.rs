//! What one run of a whole process costs, the children that it waits for included.
//!
//! This program starts itself anew for each: a child's peak memory begins as that of its parent, which so is a small one.

use std::env;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use super::call::Call;

/// The first word of the call that takes one sample.
pub const TAKE: &str = "--take";

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub wall: f64,
    pub cpu: f64,
    /// In bytes.
    pub peak: f64,
}

impl Sample {
    /// Runs it once.
    pub fn of(call: &Call) -> Self {
        let own = env::current_exe().expect("this program has a path");
        let before = [own.into_os_string(), TAKE.into()];
        let output = call
            .command(&before)
            .stdin(Stdio::null())
            .output()
            .expect("this program can be run");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        let (status, costs) = text.trim().split_once(' ').unwrap_or_else(|| panic!("{call:?}: {said}"));
        assert!(
            call.expected.iter().any(|expected| expected.to_string() == status),
            "{call:?} ends with {status}: {said}"
        );
        let costs: Vec<f64> = costs.split(' ').filter_map(|cost| cost.parse().ok()).collect();
        let [wall, cpu, peak] = costs[..] else { panic!("{call:?}: {text}") };
        Self { wall, cpu, peak }
    }
}

/// Runs a program and prints its status, wall time, CPU time (both in seconds) and peak memory.
pub fn take(words: &[String]) {
    let start = Instant::now();
    let child = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", words[0]));
    let used = child.wait4().expect("it is our child");
    let wall = start.elapsed();
    let cpu: Duration = used.rusage.utime + used.rusage.stime;
    let status = used.status.code().unwrap_or(-1);
    println!("{status} {} {} {}", wall.as_secs_f64(), cpu.as_secs_f64(), used.rusage.maxrss);
}
