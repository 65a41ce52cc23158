//! Sessions that stay open: they take slots, hold locks, sit idle in transactions.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A psql that waits for its next statement.
#[derive(Debug)]
pub struct Session {
    psql: Child,
    output: BufReader<ChildStdout>,
}

impl Session {
    /// Starts psql and waits until it is logged in.
    pub fn open(mut psql: Command) -> Self {
        let mut psql = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("psql can be run");
        let output = BufReader::new(psql.stdout.take().expect("piped"));
        let mut session = Self { psql, output };
        session.run("");
        session
    }

    /// Runs SQL and waits for it.
    pub fn run(&mut self, sql: &str) -> String {
        self.send(sql);
        self.write("\\echo done\n");
        let mut answer = String::new();
        while !answer.ends_with("done\n") {
            let read = self.output.read_line(&mut answer).expect("psql's output");
            assert!(read > 0, "psql ended: {sql}: {answer}");
        }
        answer.truncate(answer.len() - "done\n".len());
        answer
    }

    /// Sends SQL and does not wait: it may be blocked.
    pub fn send(&mut self, sql: &str) {
        self.write(&format!("{sql};\n"));
    }

    fn write(&mut self, text: &str) {
        let input = self.psql.stdin.as_mut().expect("piped");
        input.write_all(text.as_bytes()).expect("psql reads");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.psql.kill();
        let _ = self.psql.wait();
    }
}
