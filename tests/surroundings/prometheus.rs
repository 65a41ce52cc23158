//! The alert rules, read and run by Prometheus' own tool.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::lab::skip::need;
use crate::lab::{tools, workdir};
use crate::program::{example, outcome, said, says_of, texts};

/// `promtool`, out of Debian's package of Prometheus, which is not installed: it would start a server.
///
/// # Errors
/// Why there is none.
fn promtool() -> Result<PathBuf, String> {
    if let Some(installed) = tools::in_path("promtool") {
        return Ok(installed);
    }
    let place = workdir::lasting().join("prometheus");
    let program = place.join("usr/bin/promtool");
    if !program.is_file() {
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        let script = "apt-get -q download prometheus || { apt-get -q update && apt-get -q download prometheus; } && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb";
        let output = Command::new("sh").args(["-c", script]).current_dir(&place).output();
        let output = output.map_err(|error| error.to_string())?;
        if !program.is_file() {
            return Err(format!("promtool cannot be had: {}", texts(&output).concat().trim()));
        }
    }
    Ok(program)
}

#[test]
fn promtool_takes_the_rules() {
    let promtool = need!(promtool());
    said(
        Command::new(promtool)
            .args(["check", "rules", "--lint-fatal"])
            .arg(example("prometheus/alerts.yml")),
    );
}

#[test]
fn the_rules_fire_when_they_should() {
    let promtool = need!(promtool());
    said(
        Command::new(promtool)
            .args(["test", "rules"])
            .arg(example("prometheus/alerts_test.yml")),
    );
}

#[test]
fn every_alert_is_tested() {
    let read = |file| fs::read_to_string(example(file)).unwrap();
    let tests = read("prometheus/alerts_test.yml");
    let rules = read("prometheus/alerts.yml");
    let names: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let untested: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !tests.contains(&format!("alertname: {name}")))
        .collect();
    // Its series is told apart from the layer's by nothing but the number.
    assert_eq!(untested, ["DatabaseNotDiagnosed"]);
}

/// The rules speak of metrics that are there, and promtool finds nothing wrong with these.
#[test]
fn the_rules_use_the_metrics_of_the_report() {
    let promtool = need!(promtool());
    let output = outcome(
        Command::new(env!("CARGO_BIN_EXE_dbdoctor")).args(["check", "postgresql://app@127.0.0.1:1/shop", "--format", "prometheus"]),
        "",
    );
    let [metrics, complaint] = texts(&output);
    assert_eq!(output.status.code(), Some(12), "{metrics}{complaint}");
    assert_eq!(says_of(Command::new(promtool).args(["check", "metrics"]), &metrics), "");
    let rules = fs::read_to_string(example("prometheus/alerts.yml")).unwrap();
    let words = rules.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    for metric in words.filter(|word| word.starts_with("dbdoctor_")) {
        assert!(metrics.contains(&format!("# TYPE {metric} gauge")), "{metric}:\n{metrics}");
    }
}
