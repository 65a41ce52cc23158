//! Many targets of one `dbdoctor.toml`, side by side.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::harness::{Doctor, Run, reader};
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{canary, port, schema, workdir};

/// `dbdoctor.toml`, line by line, and a call where it lies.
#[derive(Debug, Default)]
struct Targets(String);

impl Targets {
    fn with(mut self, name: &str, dsn: impl Into<String>) -> Self {
        let _ = writeln!(self.0, "[targets.{name:?}]\ndsn = {:?}\nproject = \"empty\"", dsn.into());
        self
    }

    fn entry(mut self, name: &str, line: &str) -> Self {
        let _ = writeln!(self.0, "[targets.{name:?}]\n{line}");
        self
    }

    fn check(&self) -> Doctor {
        self.call("check")
    }

    fn call(&self, command: &str) -> Doctor {
        let directory = workdir::fresh("fleet");
        fs::create_dir(directory.join("empty")).expect("the directory is ours");
        fs::write(directory.join("dbdoctor.toml"), &self.0).expect("the directory is ours");
        Doctor::command(command).directory(&directory)
    }
}

fn app() -> Dsn {
    Server::shared().dsn("app").sslmode("require")
}

fn nobody() -> Dsn {
    Dsn::new("app", port::free(), schema::SHOP).host("127.0.0.1").sslmode("disable")
}

fn names(run: &Run) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let json = run.json();
    let targets = json["targets"].as_array().unwrap();
    targets
        .iter()
        .map(|target| (text(&target["target"]["name"]), text(&target["verdict"])))
        .collect()
}

fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned()))
        .collect()
}

#[test]
fn the_lowest_failing_layer_gives_the_exit_code() {
    let mixed = Targets::default()
        .with("web", app())
        .with("api", app().password(&canary::wrong()))
        .with("jobs", nobody())
        .entry("away", "pid_file = \"/nonexistent.pid\"");
    let run = mixed.check().arg("--all").in_format("json");
    assert_eq!((run.status, &run.json()["verdict"]), (12, &Value::from("fail")), "{}", run.stdout);
    let expected = of(&[("web", "pass"), ("api", "fail"), ("jobs", "fail"), ("away", "error")]);
    assert_eq!(names(&run), expected, "in the order of the file: {}", run.stdout);
    let unseen = Targets::default()
        .with("web", app())
        .entry("away", "pid_file = \"/nonexistent.pid\"");
    let run = unseen.check().arg("--all").in_format("json");
    assert_eq!((run.status, &run.json()["verdict"]), (3, &Value::from("error")), "{}", run.stdout);
    let warned = Targets::default()
        .with("web", app())
        .with("api", app())
        .check()
        .args(["--all", "--workers", "500", "--pool-size", "9"]);
    let run = warned.clone().in_format("json");
    assert_eq!((run.status, &run.json()["verdict"]), (0, &Value::from("warn")), "{}", run.stdout);
    assert_eq!(warned.args(["--fail-on", "warn"]).in_format("json").status, 1);
}

#[test]
fn every_format_takes_many_targets() {
    let mixed = Targets::default()
        .with("web", app())
        .with("api", app().password(&canary::wrong()))
        .with("api again", app().password(&canary::wrong()))
        .entry("away", "pid_file = \"/nonexistent.pid\"");
    let run = |format: &str| mixed.check().arg("--all").in_format(format);
    let human = run("human");
    assert_eq!(human.status, 14, "{}", human.stdout);
    for line in [
        "✓ pass  web ",
        "✗ FAIL  api ",
        "✗ FAIL  api again",
        "? error away",
        "fail: 2 of 4 targets are broken: api (",
    ] {
        assert!(human.stdout.contains(line), "{line}: {}", human.stdout);
    }
    let short = run("short");
    assert_eq!((short.status, short.stdout.lines().count()), (14, 4), "{}", short.stdout);
    let junit = run("junit");
    let seen = need!(reader::seen("junit", &junit.stdout));
    assert_eq!(
        (junit.status, &seen["failures"], &seen["errors"], &seen["tests"]),
        (14, &2.into(), &1.into(), &32.into()),
        "{seen:#}"
    );
    let github = run("github");
    let seen = reader::seen("github", &github.stdout).unwrap();
    let errors = seen["commands"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|command| command["name"] == "error");
    assert_eq!((github.status, errors.count()), (14, 3), "{seen:#}");
    let prometheus = run("prometheus");
    let seen = reader::seen("prometheus", &prometheus.stdout).unwrap();
    let status = |target: &str| {
        let of = |sample: &&Value| sample["name"] == "dbdoctor_target_status" && sample["labels"]["target"] == target;
        seen.as_array().unwrap().iter().find(of).unwrap()["value"].clone()
    };
    assert_eq!(
        ["web", "api", "api again", "away"].map(status),
        [0, 2, 2, 3].map(Value::from),
        "{seen:#}"
    );
    let nagios = run("nagios");
    let seen = reader::seen("nagios", &nagios.stdout).unwrap();
    assert_eq!(
        (nagios.status, &seen["state"], &seen["values"]["fail"]),
        (2, &2.into(), &2.0.into()),
        "{seen:#}"
    );
    let markdown = run("markdown");
    let seen = reader::seen("markdown", &markdown.stdout).unwrap();
    assert_eq!((markdown.status, seen["rows"].as_array().unwrap().len()), (14, 5), "{seen:#}");
}

#[test]
fn the_remedy_is_verified_on_its_target_alone() {
    let targets = Targets::default().with("web", app()).with("api", nobody());
    let run = targets.check().args(["--all", "--jobs", "2", "--timeout", "3s"]).in_format("json");
    let verify = run.json()["targets"][1]["layers"][2]["findings"][0]["remedy"]["verify"].clone();
    assert_eq!(verify, "dbdoctor check --timeout 3s --format json --target api", "{}", run.stdout);
}

#[test]
fn targets_can_be_named_one_by_one() {
    let targets = Targets::default().with("web", app()).with("api", nobody()).with("jobs", app());
    let run = targets
        .check()
        .args(["--target", "jobs", "--target", "web", "--target", "jobs"])
        .in_format("json");
    assert_eq!(
        (run.status, names(&run)),
        (0, of(&[("jobs", "pass"), ("web", "pass")])),
        "{}",
        run.stdout
    );
    let run = targets.check().args(["--target", "web"]).in_format("json");
    assert_eq!(
        (run.status, &run.json()["target"]["name"]),
        (0, &Value::from("web")),
        "{}",
        run.stdout
    );
}

#[test]
fn what_is_wrong_with_the_file_is_said_before_anything_is_checked() {
    let sound = || Targets::default().with("web", app());
    let cases: [(Targets, &[&str], &str); 5] = [
        (
            sound().entry("api", "unti = \"x\""),
            &["--all"],
            "line 5: unknown key \"unti\" in [targets.api]; the nearest is \"unit\"",
        ),
        (
            sound().entry("api", "needs = [\"fly\"]"),
            &["--all"],
            "in the target that begins on line 4: needs has \"fly\"",
        ),
        (
            sound(),
            &["--target", "web", "--target", "wbe"],
            "no target \"wbe\"; there is \"web\"",
        ),
        (Targets::default(), &["--all"], "it has no [targets.…] at all"),
        (
            sound(),
            &["--config", "dbdoctor.toml"],
            "name one of them with --target, or all with --all",
        ),
    ];
    for (targets, arguments, said) in cases {
        let call = arguments.iter().fold(targets.check(), |call, argument| call.arg(*argument));
        let run = call.in_format("json");
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let run = sound().call("env").args(["--target", "web", "--target", "api"]).in_format("json");
    assert_eq!(run.status, 2, "{}", run.stderr);
}

/// More at a time than `--jobs` would find no slot free.
#[test]
fn no_more_are_checked_at_a_time_than_asked_for() {
    let server = Server::with(|settings| {
        settings.set("max_connections", "8");
        settings.set("superuser_reserved_connections", "3");
        settings.set("max_wal_senders", "0");
    });
    let targets = (0..40).fold(Targets::default(), |targets, index| {
        targets.with(&format!("t{index}"), server.dsn("app"))
    });
    let run = targets.check().args(["--all", "--jobs", "2", "--until", "auth"]).in_format("json");
    assert_eq!(run.status, 0, "{}", run.stdout);
    let silent = listen(Behaviour::Silent);
    let slow = (0..4).fold(targets, |targets, index| {
        targets.with(&format!("silent{index}"), nobody().port(silent))
    });
    let run = slow
        .check()
        .args(["--all", "--jobs", "3", "--until", "auth", "--timeout", "2s"])
        .in_format("json");
    let sound = names(&run)
        .iter()
        .filter(|(_, verdict)| verdict == "pass" || verdict == "warn")
        .count();
    assert_eq!(sound, 40, "a target that hangs holds no other up: {}", run.stdout);
}

#[test]
fn a_thousand_targets_go_through_one_process() {
    let refused = nobody();
    let mut targets = Targets::default();
    for index in 0..1000 {
        let dsn = if index % 20 == 0 { app() } else { refused.clone() };
        targets = targets.with(&format!("t{index:03}"), dsn);
    }
    let run = targets.check().args(["--all", "--until", "auth"]).in_format("json");
    let names = names(&run);
    assert_eq!((run.status, names.len()), (12, 1000), "{}", run.stderr);
    assert!(names.is_sorted(), "in the order of the file");
    assert_eq!(names.iter().filter(|(_, verdict)| verdict == "pass").count(), 50);
    let human = targets.check().args(["--all", "--until", "auth"]).in_format("human");
    assert_eq!(
        human.stdout.matches("tcp/refused on ").count(),
        1,
        "one text serves for all: {}",
        human.stdout
    );
    assert!(human.stdout.lines().count() < 1_100, "{}", human.stdout.lines().count());
}

#[test]
fn an_interrupted_check_says_goodbye_to_all() {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    let _holder = shop.hold_up_checks();
    let targets = (0..12).fold(Targets::default(), |targets, index| {
        targets.with(&format!("t{index}"), shop.dsn("app"))
    });
    let run = targets
        .check()
        .args(["--all", "--jobs", "4", "--timeout", "60s"])
        .interrupted_after("2.5")
        .in_format("json");
    assert_eq!(run.status, 130, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        (&run.json()["exit_code"], names(&run).len()),
        (&Value::from(130), 12),
        "{}",
        run.stdout
    );
    let count = |log: &str, what: &str| log.lines().filter(|line| line.contains("dbdoctor") && line.contains(what)).count();
    let log = server.log_of(&shop.name, mark, |log| count(log, "disconnection:") == 4);
    assert_eq!(
        (count(&log, "connection authorized:"), count(&log, "disconnection:")),
        (4, 4),
        "{log}"
    );
    assert!(
        !log.contains("connection to client lost") && !log.contains("unexpected EOF"),
        "{log}"
    );
}
