//! Every format of the report: the same verdict and exit code, and readable for readers that nobody here wrote.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Doctor, Run, reader};
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::project::{Project, REVISIONS};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{canary, install, port, schema, tools, workdir};

/// What a server may say to break out of any format.
const NASTY: &str =
    "a]]><b attr=\"x\" & 'y'>\n::error title=x::y ##[error]z | q=1;2 `code` *b* [l](http://x) @all 100%25 \\ \u{1b}[31m\u{202e}\n# h";

/// One call for each verdict, with its name.
fn scenarios() -> Vec<(&'static str, Doctor)> {
    let server = Server::shared();
    let app = || Doctor::check().dsn(server.dsn("app").sslmode("require"));
    let crowded = || app().args(["--workers", "500", "--pool-size", "10"]);
    let pending = Project::shop().revision("d4e5f6071829", &[REVISIONS[2]], "pass");
    let starting = listen(Behaviour::Error("57P03", "the database system is starting up"));
    let nasty = listen(Behaviour::Error("XX000", NASTY));
    let at = |port| Dsn::new("app", port, schema::SHOP).host("127.0.0.1").sslmode("disable");
    vec![
        ("sound", app().project(&Project::shop().path)),
        ("a layer is skipped", app()),
        ("only the lower layers", app().args(["--until", "tls"])),
        ("a warning", crowded()),
        ("a warning that counts", crowded().args(["--fail-on", "warn"])),
        (
            "a refusal",
            Doctor::check().dsn(server.dsn("app").sslmode("require").password(&canary::wrong())),
        ),
        ("nobody there", Doctor::check().dsn(at(port::free()))),
        ("a server on its way up", Doctor::check().dsn(at(starting))),
        ("a server that breaks out", Doctor::check().dsn(at(nasty))),
        ("pending migrations", app().project(&pending.path)),
        ("no settings", Doctor::check()),
        (
            "the doctor cannot look",
            app().args(["--venv", workdir::fresh("no-venv").to_str().unwrap()]),
        ),
    ]
}

#[test]
fn the_verdict_and_the_exit_code_are_the_same_in_each() {
    let (mut verdicts, mut statuses) = (Vec::new(), Vec::new());
    for (name, call) in scenarios() {
        let json = call.clone().in_format("json");
        let verdict = json.json()["verdict"].as_str().unwrap().to_owned();
        assert_eq!(json.json()["exit_code"], json.status, "{name}: {}", json.stdout);
        for format in ["human", "short", "junit", "github", "prometheus", "markdown", "nagios"] {
            let run = call.clone().in_format(format);
            let expected = if format == "nagios" { json.plugin_status() } else { json.status };
            assert_eq!(run.status, expected, "{name}, {format}: {}{}", run.stdout, run.stderr);
            assert_eq!(need!(told(format, &run)), verdict, "{name}, {format}: {}", run.stdout);
            let foreign = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!run.stdout.contains(foreign), "{name}, {format}: {:?}", run.stdout);
        }
        verdicts.push(verdict);
        statuses.push(json.status);
    }
    for verdict in ["pass", "warn", "fail", "error"] {
        assert!(
            verdicts.iter().any(|seen| seen == verdict),
            "no scenario ends with {verdict}: {verdicts:?}"
        );
    }
    for status in [0, 1, 3, 10, 12, 14, 16] {
        assert!(statuses.contains(&status), "no scenario ends with {status}: {statuses:?}");
    }
}

/// The verdict that a report tells its reader.
fn told(format: &str, run: &Run) -> Result<String, String> {
    let word = |text: &str| text.split([' ', ':']).next().unwrap_or_default().to_owned();
    Ok(match format {
        "human" => word(run.stdout.lines().last().unwrap_or_default()),
        "short" => word(&run.stdout),
        "junit" => {
            let seen = reader::seen(format, &run.stdout)?;
            let fails = seen["cases"].as_array().unwrap().iter().any(|case| case["result"] == "failure");
            let breaks = seen["cases"].as_array().unwrap().iter().any(|case| case["result"] == "error");
            let verdict = seen["suites"][0]["properties"]["verdict"].as_str().unwrap().to_owned();
            assert_eq!(
                (fails, breaks),
                (verdict == "fail" || run.status == 1, verdict == "error"),
                "{}",
                run.stdout
            );
            verdict
        }
        "github" => {
            let seen = reader::seen(format, &run.stdout)?;
            let errs = seen["commands"]
                .as_array()
                .unwrap()
                .iter()
                .any(|command| command["name"] == "error");
            let verdict = word(seen["plain"].as_array().unwrap().last().unwrap().as_str().unwrap());
            assert_eq!(errs, verdict == "fail" || verdict == "error", "{}", run.stdout);
            verdict
        }
        "prometheus" => {
            let seen = reader::seen(format, &run.stdout)?;
            let status = sample(&seen, "dbdoctor_target_status", &[])["value"].as_f64().unwrap();
            let verdicts = [(0.0, "pass"), (1.0, "warn"), (2.0, "fail"), (3.0, "error")];
            verdicts
                .iter()
                .find(|(number, _)| (status - number).abs() < 0.1)
                .unwrap()
                .1
                .to_owned()
        }
        "nagios" => {
            let seen = reader::seen(format, &run.stdout)?;
            assert_eq!(seen["state"], run.status, "{}", run.stdout);
            ["pass", "warn", "fail", "error"][usize::try_from(run.status).unwrap()].to_owned()
        }
        _ => {
            let seen = reader::seen(format, &run.stdout)?;
            let heading = seen["headings"][0].as_str().unwrap();
            word(heading.strip_prefix("dbdoctor: ").unwrap())
        }
    })
}

/// The metric's only sample with these labels.
fn sample<'a>(samples: &'a Value, name: &str, labels: &[(&str, &str)]) -> &'a Value {
    let fits = |sample: &&Value| sample["name"] == name && labels.iter().all(|(label, value)| sample["labels"][label] == *value);
    let mut found = samples.as_array().unwrap().iter().filter(fits);
    let one = found.next().unwrap_or_else(|| panic!("no {name} {labels:?}: {samples:#}"));
    assert!(found.next().is_none(), "several {name} {labels:?}: {samples:#}");
    one
}

#[test]
fn a_server_breaks_out_of_no_format() {
    let port = listen(Behaviour::Error("XX000", NASTY));
    let call = Doctor::check().dsn(Dsn::new("app", port, schema::SHOP).host("127.0.0.1").sslmode("disable"));
    let read = |format: &str| reader::seen(format, &call.clone().in_format(format).stdout);
    let markdown = need!(read("markdown"));
    let whole = |seen: &Value| {
        seen.as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(whole(&markdown["headings"]).len(), 2, "{markdown:#}");
    assert_eq!(markdown["links"], Value::Array(Vec::new()), "{markdown:#}");
    assert!(whole(&markdown["html"]).iter().all(|html| html == "<!-- -->"), "{markdown:#}");
    let github = need!(read("github"));
    for command in github["commands"].as_array().unwrap() {
        assert_ne!(command["properties"]["title"], "x", "{github:#}");
        assert!(
            command["properties"].as_object().unwrap().keys().all(|key| key == "title"),
            "{github:#}"
        );
    }
    let junit = need!(read("junit"));
    let message = junit["cases"][4]["messages"][0].as_str().unwrap().to_owned();
    assert!(message.contains("<b attr=\"x\" & 'y'>"), "{message}");
    need!(read("nagios"));
    need!(read("prometheus"));
}

#[test]
fn metrics_have_what_alerts_need() {
    let call = Doctor::check().dsn(Server::shared().dsn("app")).project(&Project::shop().path);
    let run = call.in_format("prometheus");
    let seen = need!(reader::seen("prometheus", &run.stdout));
    let value = |name: &str, labels: &[(&str, &str)]| sample(&seen, name, labels)["value"].as_f64().unwrap();
    for layer in ["config", "dns", "tcp", "tls", "auth", "privileges", "migrations", "pool"] {
        assert!(value("dbdoctor_layer_status", &[("layer", layer)]).abs() < 0.1, "{}", run.stdout);
        assert!(
            value("dbdoctor_layer_duration_seconds", &[("layer", layer)]) >= 0.0,
            "{}",
            run.stdout
        );
    }
    assert!(value("dbdoctor_certificate_left_seconds", &[]) > 86_400.0, "{}", run.stdout);
    assert!(value("dbdoctor_pending_migrations", &[]).abs() < 0.1, "{}", run.stdout);
    let (used, free, usable) = (
        value("dbdoctor_slots_used", &[]),
        value("dbdoctor_slots_free", &[]),
        value("dbdoctor_slots_usable", &[]),
    );
    assert!((used + free - usable).abs() < 0.1, "{}", run.stdout);
}

#[test]
fn promtool_has_nothing_to_say_about_the_metrics() {
    let promtool = need!(install::until_found("prometheus", || tools::in_path("promtool")));
    let call = Doctor::check().dsn(Server::shared().dsn("app")).project(&Project::shop().path);
    let directory = workdir::fresh("textfile");
    let path = directory.join("dbdoctor.prom");
    let run = call.arg("-o").arg(&path).in_format("prometheus");
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let checked = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::from(fs::File::open(&path).unwrap()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[checked.stdout, checked.stderr].concat()).into_owned();
    assert!(checked.status.success() && said.is_empty(), "{said}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1, "something is left beside the file");
}

#[test]
fn github_gets_the_summary_of_the_step() {
    let summary = workdir::fresh("runner").join("summary.md");
    fs::write(&summary, "before\n\n").unwrap();
    let dsn = Server::shared().dsn("app").sslmode("require").password(&canary::wrong());
    let run = Doctor::check()
        .dsn(dsn)
        .env("GITHUB_STEP_SUMMARY", summary.display().to_string())
        .in_format("github");
    assert_eq!(run.status, 14, "{}", run.stderr);
    let seen = need!(reader::seen("github", &run.stdout));
    let annotation = &seen["commands"][0];
    assert_eq!(
        (&annotation["name"], &annotation["properties"]["title"]),
        (&Value::from("error"), &Value::from("auth/password-rejected"))
    );
    let page = fs::read_to_string(&summary).unwrap();
    assert!(page.starts_with("before\n") && !page.contains(canary::wrong().as_str()), "{page}");
    let page = need!(reader::seen("markdown", &page));
    assert_eq!(page["rows"].as_array().unwrap().len(), 9, "a row for each layer: {page:#}");
}

#[test]
fn nagios_is_told_of_a_wrong_command_line_too() {
    let wrong = Doctor::check().args(["--until", "nowhere"]).in_format("nagios");
    let no_file = Doctor::check()
        .args(["--target", "web", "--config", "/nonexistent"])
        .in_format("nagios");
    for run in [wrong, no_file] {
        assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.starts_with("DBDOCTOR UNKNOWN - "), "{}", run.stdout);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told() {
    let dsn = || Doctor::check().dsn(Server::shared().dsn("app"));
    let run = dsn().args(["-o", "/nonexistent/report"]).in_format("json");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let run = dsn().args(["-o", "/dev/full"]).in_format("json");
    assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{}", run.stderr);
}

#[test]
fn the_other_documents_are_in_the_schema_too() {
    need!(reader::Reader::shared());
    let project = Project::shop();
    let of = |name: &str| Doctor::command(name);
    for (part, call) in [
        ("migrations", of("migrations").project(&project.path)),
        ("migrations", of("migrations")),
        (
            "explain",
            of("explain").arg("FATAL:  password authentication failed for user \"app\""),
        ),
        ("explain", of("explain").arg("nothing of ours")),
        ("env", of("env").env("DATABASE_URL", Server::shared().dsn("app"))),
        ("env", of("env")),
        ("dsn", of("dsn").arg("postgres://app:p@ss@127.0.0.1/shop?sslmode=require&x=1")),
        ("dsn", of("dsn").arg("nonsense")),
    ] {
        let run = call.in_format("json");
        reader::validate(part, &run.stdout);
    }
}
