//! `explain` on a large log, against ripgrep that searches for the same texts with one thread.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use dbdoctor::explain::catalogue;

use super::call::Call;
use super::duel::Duel;
use super::scale::Scale;
use crate::lab::{install, tools, workdir};

/// What an application and the web server before it write all day.
const ORDINARY: &[&str] = &[
    "10.0.3.7 - - [20/Nov/2026:10:00:00 +0000] \"GET /orders/4711?page=2 HTTP/1.1\" 200 5316 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
    "2026-11-20 10:00:00,123 INFO [gunicorn.access] POST /cart/items 201 34ms request_id=7f3a9c02",
    "2026-11-20 10:00:00,124 DEBUG [app.orders] order 98123 priced at 49.90 EUR for customer 5512",
    "Nov 20 10:00:00 web1 gunicorn[1234]: [2026-11-20 10:00:00 +0000] [1234] [INFO] Booting worker with pid: 1240",
    "{\"level\":\"info\",\"ts\":1795687200.12,\"logger\":\"celery\",\"msg\":\"task shop.tasks.send_mail succeeded in 0.231s\",\"id\":\"b7c1\"}",
    "2026-11-20 10:00:00,125 WARNING [urllib3.connectionpool] Retrying after connection broken by 'ReadTimeoutError'",
];

/// What hides among them, one line in a thousand.
const FAULTS: &[&str] = &[
    "psycopg2.OperationalError: connection to server at \"10.0.3.7\", port 5432 failed: FATAL:  password authentication failed for user \"app\"",
    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
    "psycopg.errors.InsufficientPrivilege: permission denied for table orders",
];

pub fn print(scale: &Scale) {
    let ripgrep = match install::until_found("ripgrep", || tools::in_path("rg")) {
        Ok(program) => program,
        Err(reason) => return println!("not measured: {reason}"),
    };
    let directory = workdir::fresh("explain");
    let (log, patterns) = (directory.join("app.log"), directory.join("patterns"));
    write_log(&log, scale.log_bytes);
    let texts: Vec<String> = catalogue::entries().iter().map(|entry| regex(entry.template.literals())).collect();
    fs::write(&patterns, texts.join("\n")).expect("the directory is ours");
    let ours = Call::new(&scale.binary).args(["explain"]).args([&log]);
    let theirs = Call::new(ripgrep).args(["-j1", "--count", "-f"]).args([&patterns, &log]);
    println!("{} MB, {} patterns", scale.log_bytes >> 20, texts.len());
    Duel::fight(&ours, &theirs, scale.slow_pairs).print("rg -j1 -f");
}

/// A text of the catalogue as a pattern: its fixed parts in their order.
fn regex<'a>(literals: impl Iterator<Item = &'a str>) -> String {
    let mut pattern = String::new();
    for literal in literals {
        if !pattern.is_empty() {
            pattern.push_str(".*");
        }
        for c in literal.chars() {
            if r"\.+*?()|[]{}^$".contains(c) {
                pattern.push('\\');
            }
            pattern.push(c);
        }
    }
    pattern
}

fn write_log(path: &Path, bytes: usize) {
    let mut file = BufWriter::new(File::create(path).expect("the directory is ours"));
    let (mut written, mut number) = (0, 0);
    while written < bytes {
        let line = if number % 1000 == 999 {
            FAULTS[number / 1000 % FAULTS.len()]
        } else {
            ORDINARY[number % ORDINARY.len()]
        };
        writeln!(file, "{line}").expect("the disk has room");
        written += line.len() + 1;
        number += 1;
    }
}
