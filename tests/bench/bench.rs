//! What the doctor costs beside what people use instead: ratios, measured pair by pair in one run.
//!
//! `tests/benchmark` builds the binary that is released and measures everything, or the parts that it is given. Without `--with` (as
//! `cargo test --bench peers` calls it) every part runs once and small, with the binary of the tests: whether it works, not how fast it is.

#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the benchmark and the tests use different parts of the laboratory"
)]
#[path = "../lab/mod.rs"]
mod lab;

mod call;
mod dead_host;
mod delay;
mod delayed;
mod direct;
mod duel;
mod explain;
mod fleet;
mod logs;
mod loopback;
mod migrations;
mod peers;
mod round_trips;
mod sample;
mod scale;
mod size;

use std::env;
use std::path::Path;

use scale::Scale;

/// A part of the benchmark: its name, and what prints its figures.
type Part = (&'static str, fn(&Scale));

const PARTS: &[Part] = &[
    ("size", size::print),
    ("round-trips", round_trips::print),
    ("loopback", loopback::print),
    ("delayed", delayed::print),
    ("direct-tls", direct::print),
    ("dead-host", dead_host::print),
    ("migrations", migrations::print),
    ("explain", explain::print),
    ("fleet", fleet::print),
];

fn main() {
    let mut words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    if words.first().is_some_and(|word| word == sample::TAKE) {
        return sample::take(&words[1..]);
    }
    let scale = if words.first().is_some_and(|word| word == "--with") && words.len() > 1 {
        Scale::full(Path::new(&words.drain(..2).next_back().expect("there are two")))
    } else {
        Scale::small()
    };
    let known = |word: &String| PARTS.iter().any(|(name, _)| name == word);
    let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
    assert!(
        words.iter().all(known),
        "peers [--with BINARY] [PART...]; the parts: {}",
        names.join(" ")
    );
    for (name, print) in PARTS {
        if words.is_empty() || words.iter().any(|word| word == name) {
            println!("\n## {name}\n");
            print(&scale);
        }
    }
}
