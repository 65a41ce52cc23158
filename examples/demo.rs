//! The main job, shown on a throwaway PostgreSQL: an application that is sound, the same one broken, and its remedy pasted.
//!
//! `cargo run --example demo` installs PostgreSQL if it is missing and may be installed, and leaves nothing running.

#![allow(clippy::print_stdout, reason = "a demonstration is there to be read")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use lab::dsn::Dsn;
use lab::project::Project;
use lab::server::Server;

#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the demo and the tests use different parts of the laboratory"
)]
#[path = "../tests/lab/mod.rs"]
mod lab;

const SOUND: i32 = 0;
const PRIVILEGES_BROKEN: i32 = 15;

fn main() -> ExitCode {
    let doctor = build();
    println!("Setting up a throwaway PostgreSQL with TLS, SCRAM passwords and a small shop's database …");
    let server = Server::with(|_| {});
    let application = Application {
        doctor,
        project: Project::shop(),
        dsn: server.dsn("app"),
    };

    heading("A sound application");
    let sound = application.check();

    heading("The same application, after somebody took a privilege away");
    server.sql("shop", "REVOKE INSERT, UPDATE ON orders FROM app");
    let broken = application.check();
    let remedy = application.remedy();

    heading("The remedy, pasted into psql");
    for (database, sql) in &remedy {
        println!("{database}=# {sql}");
        server.sql(database, sql);
    }
    println!();
    let mended = application.check();
    drop(server);

    let outcome = (sound, broken, remedy.is_empty(), mended);
    if outcome == (SOUND, PRIVILEGES_BROKEN, false, SOUND) {
        println!("\nExit codes: {sound} sound, {broken} broken, {mended} mended. The server is stopped and removed.");
        ExitCode::SUCCESS
    } else {
        println!(
            "\nNot as expected: exit codes {sound}, {broken}, {mended}; {} statements in the remedy.",
            remedy.len()
        );
        ExitCode::FAILURE
    }
}

/// What the doctor is to look at.
struct Application {
    doctor: PathBuf,
    project: Project,
    dsn: Dsn,
}

impl Application {
    /// Runs `dbdoctor check`, its report on this terminal; the exit code.
    fn check(&self) -> i32 {
        println!("$ DATABASE_URL='postgresql://app:…' dbdoctor check");
        let code = self
            .command()
            .status()
            .expect("the binary can be run")
            .code()
            .expect("it ends by itself");
        println!("[exit code {code}]");
        code
    }

    /// The SQL of the failing findings' remedies, each with the database to run it in.
    fn remedy(&self) -> Vec<(String, String)> {
        let output = self.command().args(["--format", "json"]).output().expect("the binary can be run");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a JSON report");
        let rows = report["layers"].as_array().into_iter().flatten();
        let findings = rows.flat_map(|row| row["findings"].as_array().into_iter().flatten());
        findings
            .filter(|finding| finding["severity"] == "fail")
            .flat_map(|finding| finding["remedy"]["steps"].as_array().into_iter().flatten())
            .filter(|step| step["where"] == "database")
            .filter_map(|step| Some((step["database"].as_str()?.to_owned(), step["run"].as_str()?.to_owned())))
            .collect()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.doctor);
        command
            .arg("check")
            .current_dir(&self.project.path)
            .env("DATABASE_URL", self.dsn.to_string())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PG") || name.starts_with("POSTGRES")) {
            command.env_remove(name);
        }
        command
    }
}

/// Builds the binary beside this example, in the same profile.
fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--bin", "dbdoctor"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo can be run").success(), "the binary cannot be built");
    let example = std::env::current_exe().expect("this example's path");
    example
        .parent()
        .and_then(Path::parent)
        .expect("target/<profile>/examples")
        .join("dbdoctor")
}

fn heading(text: &str) {
    println!("\n── {text} ──\n");
}
