//! Many targets: one process against a process for each, and against the server's own limit.

use std::fmt::Write as _;
use std::fs;

use super::call::Call;
use super::duel::Duel;
use super::peers;
use super::scale::Scale;
use crate::lab::{tools, workdir};

/// How many are under way at once.
const SIDE_BY_SIDE: usize = 16;
/// The clients of pgbench.
const CLIENTS: usize = 4;

pub fn print(scale: &Scale) {
    let dsn = peers::shop().to_string();
    let directory = workdir::fresh("fleet");
    fs::create_dir(directory.join("empty")).expect("the directory is ours");
    let mut targets = String::new();
    for number in 0..scale.targets {
        let _ = writeln!(targets, "[targets.t{number}]\ndsn = {dsn:?}\nproject = \"empty\"");
    }
    fs::write(directory.join("dbdoctor.toml"), targets).expect("the directory is ours");
    fs::write(directory.join("one.sql"), "select 1;\n").expect("the directory is ours");

    let ours = Call::new(&scale.binary)
        .args(["check", "--all", "--format", "short", "--jobs", &SIDE_BY_SIDE.to_string()])
        .directory(&directory);
    let psql = Call::script(
        "seq \"$1\" | xargs -P \"$2\" -I{} \"$3\" -XAtqc 'select 1' \"$4\"",
        &[
            &scale.targets.to_string(),
            &SIDE_BY_SIDE.to_string(),
            &tools::postgres("psql").display().to_string(),
            &dsn,
        ],
    );
    let pgbench = Call::new(tools::postgres("pgbench"))
        .args(["-n", "-C", "-f", "one.sql", "-c", &CLIENTS.to_string()])
        .args(["-t", &(scale.targets / CLIENTS).to_string(), &dsn])
        .directory(&directory);
    println!("{} targets, {SIDE_BY_SIDE} at a time", scale.targets);
    Duel::fight(&ours, &psql, scale.slow_pairs).print(&format!("xargs -P {SIDE_BY_SIDE} psql"));
    Duel::fight(&ours, &pgbench, scale.slow_pairs).print(&format!("pgbench -C -c {CLIENTS}"));
}
