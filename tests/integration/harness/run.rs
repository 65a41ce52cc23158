//! What came out, and whether it is what the contract promises.

use std::process::Output;

use serde_json::Value;

use super::doctor::Doctor;
use super::normalise::normalise;

const LAYERS: [&str; 8] = ["config", "dns", "tcp", "tls", "auth", "privileges", "migrations", "pool"];
const OTHER_FORMATS: [&str; 5] = ["junit", "github", "prometheus", "nagios", "markdown"];
const FIRST_LAYERS_EXIT_CODE: i32 = 10;

/// The outcome of one call.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    pub call: Doctor,
}

impl Run {
    /// Takes the output of a call that ended by itself.
    pub fn new(call: Doctor, output: &Output) -> Self {
        let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let status = output
            .status
            .code()
            .unwrap_or_else(|| panic!("{}: {stdout}{stderr}", output.status));
        Self {
            status,
            stdout,
            stderr,
            call,
        }
    }

    /// The report; nothing else may be on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}), exit code {}:\n{}{}", self.status, self.stdout, self.stderr))
    }

    /// The row of a layer.
    pub fn row(&self, layer: &str) -> Value {
        let index = LAYERS.iter().position(|name| *name == layer).expect("a layer's name");
        self.json()["layers"][index].clone()
    }

    /// The finding of this code, wherever it is.
    pub fn finding(&self, code: &str) -> Value {
        self.findings()
            .into_iter()
            .find(|finding| finding["code"] == code)
            .unwrap_or_else(|| panic!("no finding {code}:\n{}", self.stdout))
    }

    /// The codes of all findings, lowest layer first.
    pub fn codes(&self) -> Vec<String> {
        self.findings().iter().map(|finding| text(&finding["code"])).collect()
    }

    /// Whole outputs to compare: what differs from run to run is replaced.
    pub fn normalised(&self) -> String {
        normalise(&self.stdout)
    }

    /// Eight rows and nothing that breaks the application.
    pub fn sound(&self) -> &Self {
        let json = self.shaped();
        assert_eq!(
            (self.status, &json["exit_code"]),
            (0, &Value::from(0)),
            "{}{}",
            self.stdout,
            self.stderr
        );
        assert_eq!(json["failed_layer"], Value::Null, "{}", self.stdout);
        for row in rows(&json) {
            assert!(
                ["pass", "warn", "skip"].contains(&row["verdict"].as_str().unwrap()),
                "{}",
                self.stdout
            );
        }
        self.same_in_every_format();
        self
    }

    /// Eight rows that all passed.
    pub fn passes_everywhere(&self) -> &Self {
        self.sound();
        for row in rows(&self.json()) {
            assert_eq!(row["verdict"], "pass", "{row:#}");
        }
        self
    }

    /// Broken by this finding, met by its own layer's probe.
    pub fn fails(&self, code: &str) -> &Self {
        self.fails_in(layer_of(code), code)
    }

    /// Broken by this finding, met by the probe of the layer `met_by`.
    pub fn fails_in(&self, met_by: &str, code: &str) -> &Self {
        let layer = layer_of(code);
        let json = self.shaped();
        let shown = || format!("{code} in {met_by}:\n{}{}", self.stdout, self.stderr);
        assert_eq!(json["verdict"], "fail", "{}", shown());
        assert_eq!(json["failed_layer"], layer, "{}", shown());
        let exit_code = FIRST_LAYERS_EXIT_CODE + i32::try_from(index_of(layer)).expect("eight layers");
        assert_eq!(
            (self.status, &json["exit_code"]),
            (exit_code, &Value::from(exit_code)),
            "{}",
            shown()
        );
        for (index, row) in rows(&json).iter().enumerate() {
            let verdict = row["verdict"].as_str().unwrap();
            match index.cmp(&index_of(met_by)) {
                std::cmp::Ordering::Less => assert!(["pass", "warn", "skip"].contains(&verdict), "{}", shown()),
                std::cmp::Ordering::Equal => assert_eq!(verdict, "fail", "{}", shown()),
                std::cmp::Ordering::Greater => {
                    assert_eq!(verdict, "skip", "{}", shown());
                    assert_eq!(row["reason"], format!("not reached: {met_by} failed"), "{}", shown());
                }
            }
        }
        let first = self.row(met_by)["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["severity"] == "fail")
            .cloned();
        let finding = first.unwrap_or_else(|| panic!("no finding fails: {}", shown()));
        assert_eq!(finding["code"], code, "{}", shown());
        Self::has_a_remedy(&finding);
        self.same_in_every_format();
        self
    }

    /// Goes on, and has this finding as a warning.
    pub fn warns(&self, code: &str) -> &Self {
        let finding = self.finding(code);
        assert_eq!(finding["severity"], "warn", "{}", self.stdout);
        Self::has_a_remedy(&finding);
        self
    }

    fn findings(&self) -> Vec<Value> {
        rows(&self.json())
            .iter()
            .flat_map(|row| row["findings"].as_array().unwrap().clone())
            .collect()
    }

    /// The report, if it has the shape of version 1.
    fn shaped(&self) -> Value {
        let json = self.json();
        assert_eq!(json["schema"], 1, "{}", self.stdout);
        for key in ["version", "verdict"] {
            assert!(json[key].is_string(), "{key}: {}", self.stdout);
        }
        for key in ["name", "host", "port", "database", "user", "sslmode", "source"] {
            assert!(json["target"].get(key).is_some(), "target.{key}: {}", self.stdout);
        }
        assert!(json["duration_ms"].is_number(), "{}", self.stdout);
        let names: Vec<String> = rows(&json).iter().map(|row| text(&row["layer"])).collect();
        assert_eq!(names, LAYERS, "{}", self.stdout);
        for row in rows(&json) {
            assert!(
                row["duration_ms"].is_number() && row["facts"].is_object() && row["findings"].is_array(),
                "{row:#}"
            );
            let explained = if row["verdict"] == "skip" || row["verdict"] == "error" {
                "reason"
            } else {
                "summary"
            };
            assert!(row[explained].is_string(), "{explained}: {row:#}");
        }
        json
    }

    fn has_a_remedy(finding: &Value) {
        for key in ["title", "detail"] {
            assert!(!text(&finding[key]).is_empty(), "{key}: {finding:#}");
        }
        let remedy = &finding["remedy"];
        assert!(!text(&remedy["summary"]).is_empty(), "{finding:#}");
        assert!(text(&remedy["verify"]).contains("dbdoctor check"), "{finding:#}");
        let steps = remedy["steps"].as_array().unwrap_or_else(|| panic!("no steps: {finding:#}"));
        assert!(!steps.is_empty(), "{finding:#}");
        for step in steps {
            let places = ["app-host", "database", "database-host", "pooler", "provider", "app-config", "code"];
            assert!(places.contains(&text(&step["where"]).as_str()), "{step:#}");
            assert!(!text(&step["text"]).is_empty(), "{step:#}");
            assert!(
                step["where"] != "database" || step["run"].is_null() || step["database"].is_string(),
                "{step:#}"
            );
            if let Some(run) = step["run"].as_str() {
                assert!(can_be_pasted(&text(&step["where"]), run), "{step:#}");
            }
        }
    }

    fn same_in_every_format(&self) {
        // Each scenario in three formats: which the third is, depends on the scenario.
        let third = OTHER_FORMATS[self.codes().concat().len() % OTHER_FORMATS.len()];
        for format in ["human", "short", third] {
            let other = self.call.clone().arg("-v").in_format(format);
            let status = if format == "nagios" { self.plugin_status() } else { self.status };
            assert_eq!(other.status, status, "--format {format}:\n{}{}", other.stdout, other.stderr);
            assert!(!other.stdout.is_empty(), "--format {format} says nothing");
        }
    }

    /// How a Nagios plugin ends with this verdict.
    pub fn plugin_status(&self) -> i32 {
        match self.json()["verdict"].as_str() {
            Some("pass") => 0,
            Some("warn") => 1,
            Some("fail") => 2,
            _ => 3,
        }
    }
}

/// Whether nothing is left to fill in, and a shell takes what is for a shell.
fn can_be_pasted(place: &str, run: &str) -> bool {
    let blank = ["…", "...", "/path/to", "HOST", "<", "PASSWORD"]
        .iter()
        .any(|blank| run.replace("</dev/null", "").contains(blank));
    let for_a_shell = place.ends_with("-host") && !run.starts_with("host") && !run.starts_with("local ");
    let is_shell = || {
        let read = std::process::Command::new("sh").args(["-n", "-c", run]).status();
        read.is_ok_and(|status| status.success())
    };
    !run.trim().is_empty() && !blank && (!for_a_shell || is_shell())
}

fn rows(json: &Value) -> Vec<Value> {
    json["layers"].as_array().unwrap_or_else(|| panic!("no layers: {json:#}")).clone()
}

fn layer_of(code: &str) -> &str {
    code.split_once('/').expect("a code is layer/slug").0
}

fn index_of(layer: &str) -> usize {
    LAYERS.iter().position(|name| *name == layer).expect("a layer's name")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
