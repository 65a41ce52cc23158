//! Proves remedies: a finding, what is pasted, and the next check without the finding; then what is undone, and the finding again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::doctor::Doctor;
use crate::lab::account;
use crate::lab::dsn::Dsn;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::server::Server;

/// An application's broken connection, and the machines that a remedy may change.
#[derive(Debug)]
pub struct Patient<'a> {
    dsn: Dsn,
    call: Doctor,
    server: Option<&'a Server>,
    pooler: Option<&'a PgBouncer>,
    /// Where the programs are that a shell would find first.
    programs: String,
}

impl<'a> Patient<'a> {
    /// A connection to a server that is the scenario's own.
    pub fn of(server: &'a Server, dsn: Dsn) -> Self {
        Self {
            server: Some(server),
            ..Self::alone(dsn)
        }
    }

    /// A connection through a pooler.
    pub fn behind(pooler: &'a PgBouncer, dsn: Dsn) -> Self {
        Self {
            pooler: Some(pooler),
            ..Self::alone(dsn)
        }
    }

    /// A connection whose faults lie on the application's side.
    pub fn alone(dsn: Dsn) -> Self {
        Self {
            dsn,
            call: Doctor::check(),
            server: None,
            pooler: None,
            programs: String::new(),
        }
    }

    /// How the check is called, its connection string aside.
    pub fn called(mut self, call: Doctor) -> Self {
        self.call = call;
        self
    }

    /// What is pasted into a shell finds these programs, as in a virtual environment that is switched on.
    pub fn with_programs(mut self, directory: &Path) -> Self {
        self.programs = format!("{}:", directory.display());
        self
    }

    /// The finding, as people read it, is the example of its page.
    pub fn exemplifies(self, code: &str) -> Self {
        self.call.clone().dsn(&self.dsn).exemplifies(code);
        self
    }

    /// Has the finding; pasting what its remedy has for these places, in order, takes it away, and each undo brings it back.
    pub fn mends(mut self, code: &str, places: &[&str]) {
        let finding = self.finding(code);
        let steps = runnable(&finding, places);
        let before = self.dsn.clone();
        for step in &steps {
            self.paste(step, "run");
        }
        self.is_rid_of(code, &steps);
        let undoable: Vec<&Value> = steps.iter().rev().filter(|step| step["undo"].is_string()).collect();
        if undoable.is_empty() {
            return;
        }
        for step in undoable {
            self.paste(step, "undo");
        }
        self.dsn = before;
        self.finding(code);
    }

    /// The same where somebody first has to do what a step says in words.
    pub fn mends_with_a_hand(mut self, code: &str, places: &[&str], hand: impl FnOnce(&mut Dsn)) {
        let finding = self.finding(code);
        let remedy = &finding["remedy"]["steps"];
        let in_words = remedy
            .as_array()
            .is_some_and(|steps| steps.iter().any(|step| step["run"].is_null()));
        assert!(in_words, "nothing is left to do by hand: {finding:#}");
        hand(&mut self.dsn);
        let steps: Vec<Value> = remedy
            .as_array()
            .into_iter()
            .flatten()
            .filter(|step| step["run"].is_string() && places.iter().any(|place| step["where"] == *place))
            .cloned()
            .collect();
        for step in &steps {
            self.paste(step, "run");
        }
        self.is_rid_of(code, &steps);
    }

    /// The finding, which has to be there.
    pub fn finding(&self, code: &str) -> Value {
        self.call.clone().dsn(&self.dsn).in_format("json").finding(code)
    }

    fn is_rid_of(&self, code: &str, pasted: &[Value]) {
        let after = self.call.clone().dsn(&self.dsn).in_format("json");
        assert!(
            !after.codes().contains(&code.to_owned()),
            "pasted {pasted:#?}; still there:\n{}",
            after.stdout
        );
    }

    fn paste(&mut self, step: &Value, what: &str) {
        let text = step[what].as_str().expect("a text to paste");
        match step["where"].as_str().expect("a place") {
            "app-config" => self.dsn = configured(&self.dsn, text),
            "database" => self.sql(step["database"].as_str().expect("a database"), text),
            "database-host" if is_hba(step["run"].as_str().unwrap_or_default()) => self.edit_hba(step, what),
            "app-host" | "database-host" => drop(shell(&self.programs, text)),
            "pooler" => self.pooler.expect("a pooler").paste(text),
            place => panic!("{place} is for people: {step:#}"),
        }
    }

    fn sql(&self, database: &str, text: &str) {
        let server = self.server.expect("a server of the scenario's own");
        let mark = server.log_mark();
        server.paste(database, text);
        if text.contains("pg_reload_conf") {
            server.wait_for_reload(mark);
        }
    }

    /// The line goes where the step says: above the first entry.
    fn edit_hba(&self, step: &Value, what: &str) {
        let server = self.server.expect("a server of the scenario's own");
        let path = server.data().join("pg_hba.conf");
        let file = fs::read_to_string(&path).expect("the data directory can be read");
        let line = step["run"].as_str().expect("a line");
        let position = step["text"].as_str().expect("a text");
        if what == "run" {
            assert!(position.contains("above its first entry"), "{position}");
            fs::write(&path, format!("{line}\n{file}")).expect("the file can be written");
        } else {
            let undo = step["undo"].as_str().expect("an undo");
            assert!(undo.starts_with("remove the line"), "{undo}");
            let rest = file.strip_prefix(&format!("{line}\n")).expect("the line is there");
            fs::write(&path, rest).expect("the file can be written");
            self.sql("postgres", "SELECT pg_reload_conf();");
        }
        account::give(&path);
    }
}

fn runnable(finding: &Value, places: &[&str]) -> Vec<Value> {
    let steps = finding["remedy"]["steps"]
        .as_array()
        .unwrap_or_else(|| panic!("no remedy: {finding:#}"));
    let steps: Vec<Value> = steps
        .iter()
        .filter(|step| step["run"].is_string() && places.iter().any(|place| step["where"] == *place))
        .cloned()
        .collect();
    assert!(!steps.is_empty(), "nothing to paste: {finding:#}");
    steps
}

fn is_hba(line: &str) -> bool {
    ["local ", "host ", "hostssl ", "hostnossl "]
        .iter()
        .any(|kind| line.starts_with(kind))
}

/// The settings with the words `name=value` of a line in force.
fn configured(dsn: &Dsn, line: &str) -> Dsn {
    words(line).into_iter().fold(dsn.clone(), |dsn, word| {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("no setting: {line}"));
        match name {
            "host" => dsn.host(value),
            "port" => dsn.port(value.parse().expect("a port")),
            "dbname" => dsn.database(value),
            _ => dsn.with(name, value),
        }
    })
}

/// The words of a line, with single quotes around what has blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("never empty").push(c),
        }
    }
    words
}

/// What a command prints; it has to succeed.
fn shell(programs: &str, command: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", command])
        .env(
            "PATH",
            format!("{programs}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        )
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {}: {said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
