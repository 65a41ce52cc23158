//! `explain` on large logs of many kinds, against ripgrep that searches for the same texts with one thread.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use dbdoctor::explain::finder::Places;
use dbdoctor::explain::{catalogue, clean, lines};

use super::call::Call;
use super::duel::Duel;
use super::logs::KINDS;
use super::scale::Scale;
use crate::lab::{install, tools, workdir};

/// How much of a log the found lines are compared in.
const COMPARED: usize = 8 << 20;

pub fn print(scale: &Scale) {
    let ripgrep = match install::until_found("ripgrep", || tools::in_path("rg")) {
        Ok(program) => program,
        Err(reason) => return println!("not measured: {reason}"),
    };
    let directory = workdir::fresh("explain");
    let (log, patterns) = (directory.join("app.log"), directory.join("patterns"));
    let texts: BTreeSet<String> = catalogue::entries().iter().map(|entry| regex(entry.template.literals())).collect();
    let texts: Vec<String> = texts.into_iter().collect();
    fs::write(&patterns, texts.join("\n")).expect("the directory is ours");
    println!("{} MB of each kind of log, {} patterns", scale.log_bytes >> 20, texts.len());
    for kind in KINDS {
        println!("\n### {}\n", kind.name);
        let piece = kind.piece(scale.log_bytes.min(COMPARED));
        fs::write(&log, &piece).expect("the directory is ours");
        compare(&piece, &found_by_ripgrep(&ripgrep, &patterns, &log));
        kind.write(&log, scale.log_bytes).expect("the disk has room");
        let ours = Call::new(&scale.binary).args(["explain"]).args([&log]).or_status(1);
        let theirs = Call::new(&ripgrep)
            .env("LC_ALL", "C")
            .args(["-j1", "--count", "-f"])
            .args([&patterns, &log])
            .or_status(1);
        Duel::fight(&ours, &theirs, scale.slow_pairs).print("rg -j1 -f");
        fs::remove_file(&log).expect("the directory is ours");
    }
}

/// A text of the catalogue as a pattern: its fixed parts in their order. One that goes on in the next line ends with its own.
fn regex<'a>(literals: impl Iterator<Item = &'a str>) -> String {
    let mut pattern = String::new();
    for literal in literals {
        if !pattern.is_empty() {
            pattern.push_str(".*");
        }
        for c in literal.chars() {
            match c {
                '\n' => return pattern + "$",
                '\r' => pattern.push_str("\\r"),
                '\t' => pattern.push_str("\\t"),
                c if r"\.+*?()|[]{}^$".contains(c) => pattern.extend(['\\', c]),
                c => pattern.push(c),
            }
        }
    }
    pattern
}

fn found_by_ripgrep(ripgrep: &Path, patterns: &Path, log: &Path) -> BTreeSet<usize> {
    let mut command = Command::new(ripgrep);
    let output = command.env("LC_ALL", "C").args(["-j1", "-n", "-f"]).args([patterns, log]).output();
    let output = output.expect("ripgrep runs").stdout;
    let number = |line: &[u8]| {
        String::from_utf8_lossy(line)
            .split(':')
            .next()
            .and_then(|number| number.parse().ok())
    };
    lines::forward(&output).filter_map(number).collect()
}

/// Prints how many lines each found. What ripgrep finds, the fast search has to find and the catalogue to recognise, whoever's it is.
fn compare(log: &[u8], theirs: &BTreeSet<usize>) {
    let mut places = Places::of(log);
    let mut looked_at: BTreeSet<usize> = BTreeSet::new();
    let (mut counted, mut line) = (0, 1);
    while let Some(place) = places.next(counted) {
        line += memchr::memchr_iter(b'\n', &log[counted..place.at.max(counted)]).count();
        counted = counted.max(place.at);
        looked_at.insert(line);
    }
    let ours: BTreeSet<usize> = lines::forward(log)
        .zip(1..)
        .filter(|(text, number)| {
            looked_at.contains(number) && !catalogue::matches(&(clean::record(text) + "\n"), &mut |_| true, &|_| true).is_empty()
        })
        .map(|(_, number)| number)
        .collect();
    let missed: Vec<&usize> = theirs.difference(&ours).take(5).collect();
    assert!(missed.is_empty(), "ripgrep alone finds lines {missed:?}");
    println!(
        "lines found in {} MB: {} by both, {} more by explain, which undoes escapes and doubled blanks; a second look at {}",
        log.len() >> 20,
        theirs.len(),
        ours.len() - theirs.len(),
        looked_at.len()
    );
}
