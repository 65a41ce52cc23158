//! Env files as python-dotenv and systemd themselves read them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use dbdoctor::settings::dialect::Dialect;

use super::super::lab::python::Venv;
use super::super::lab::skip::need;
use super::super::lab::{tools, workdir};

type Values = BTreeMap<String, String>;

/// What a dialect makes of a text.
fn values(dialect: Dialect, text: &str) -> Values {
    let parsed = dialect.parse(text.as_bytes());
    let pair = |one: dbdoctor::settings::env_file::Assignment| (one.name, String::from_utf8_lossy(one.value.reveal()).into_owned());
    parsed.assignments.into_iter().map(pair).collect()
}

/// Texts made of what is special for some reader; the same ones in every run.
fn generated(count: usize, pieces: &[&str]) -> Vec<String> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut texts = Vec::new();
    while texts.len() < count {
        let lines: Vec<String> = (0..=next(3))
            .map(|_| {
                let name = ["A=", "B=", "export C=", "A =", "D", " E= "][next(6)];
                let value: String = (0..next(7)).map(|_| pieces[next(pieces.len())]).collect();
                format!("{name}{value}")
            })
            .collect();
        texts.push(lines.join("\n"));
    }
    texts
}

const DOTENV: &str = "
import io, json, os, sys, logging
from dotenv import dotenv_values
logging.disable(logging.CRITICAL)
os.environ.clear()
for line in sys.stdin:
    print(json.dumps(dotenv_values(stream=io.StringIO(json.loads(line), newline=None))))
";

#[test]
fn python_dotenv_reads_the_same() {
    let venv = need!(Venv::shared());
    let pieces = [
        "x", "pa", " ", "  ", "#", " # c", "\"", "'", "\\", "\\n", "\\\"", "\\'", "\n", "\r\n", "$A", "${A}", "${A:-d}", "${", "}", "=",
        "é", "\t", ";", "%40",
    ];
    let texts = generated(20_000, &pieces);
    let mut child = Command::new(venv.path().join("bin/python"))
        .args(["-c", DOTENV])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = texts.iter().map(|text| serde_json::to_string(text).unwrap()).collect();
    let lines = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    for (text, answer) in texts.iter().zip(answers.lines()) {
        let theirs: BTreeMap<String, Option<String>> = serde_json::from_str(answer).unwrap();
        let theirs: Values = theirs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let ours = values(Dialect::Dotenv, text);
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{text:?}");
        for (name, value) in &ours {
            // A reference to what the file does not set is left as it is, on purpose.
            if !value.contains("${") {
                assert_eq!(value, &theirs[name], "{name} of {text:?}");
                compared += 1;
            }
        }
    }
    assert!(answers.lines().count() == texts.len() && compared > 10_000, "{compared}");
}

/// systemd's own reader of env files, in the one program that prints what it read.
const GENERATOR: &str = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator";

/// The generator's output is shell; the shell takes it apart again.
const READ_BACK: &str = r#"
for file in "$1"/*; do
    mkdir -p "$2/environment.d"
    cp "$file" "$2/environment.d/it.conf"
    printf '%s\0' "${file##*/}"
    (
        text=$(XDG_CONFIG_HOME=$2 "$3" 2>/dev/null)
        unset A B C D E
        eval "$text"
        for name in A B C D E; do [ -n "${!name+x}" ] && printf '%s=%s\0' "$name" "${!name}"; done
    )
    printf '\0'
done
"#;

#[test]
fn systemd_reads_the_same() {
    need!(if Path::new(GENERATOR).exists() {
        Ok(())
    } else {
        Err("systemd's environment generator is not installed")
    });
    let pieces = [
        "x", "pa", " ", "  ", "#", " # c", "\"", "'", "\\", "\\n", "\\\"", "\\'", "\n", "\\\n", "=", "é", "\t", ";", "%40", "`",
    ];
    let texts = generated(400, &pieces);
    let directory = workdir::fresh("envfiles");
    let scratch = workdir::fresh("config");
    for (index, text) in texts.iter().enumerate() {
        // Without a line's end the last value would be the generator's to judge.
        fs::write(directory.join(format!("{index:04}")), format!("{text}\n")).unwrap();
    }
    let output = Command::new("bash")
        .args(["-c", READ_BACK, "read-back"])
        .args([&directory, &scratch])
        .arg(GENERATOR)
        .output()
        .unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    for answer in answers.split("\0\0").filter(|answer| !answer.is_empty()) {
        let mut fields = answer.split('\0');
        let text = &texts[fields.next().unwrap().parse::<usize>().unwrap()];
        let theirs: Values = fields
            .filter_map(|field| field.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut ours = values(Dialect::Systemd, &format!("{text}\n"));
        // The generator takes an empty value for none, where an EnvironmentFile= sets it; and in its output the end of a line
        // within a value can be told from no other text.
        let empty: Vec<String> = ours
            .iter()
            .filter(|(_, value)| value.is_empty() || value.contains(['\n', '\t']))
            .map(|(name, _)| name.clone())
            .collect();
        let theirs: Values = theirs.into_iter().filter(|(name, _)| !empty.contains(name)).collect();
        ours.retain(|name, _| !empty.contains(name));
        assert_eq!(ours, theirs, "{text:?}");
        compared += ours.len();
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn composes_own_rules() {
    let text =
        "A=1\nB=\"x y\" \nC=v # c\nM=${A}\nL=$A\nK=$$A\nQ=\"a\\nb\"\nS=\"m\nl\"\nY=pass\\word\nexport I=x\nV = x\nW=${NOT:-d}\nX='${A}'\n";
    let expected = [
        ("A", "1"),
        ("B", "x y"),
        ("C", "v"),
        ("I", "x"),
        ("K", "$A"),
        ("L", "1"),
        ("M", "1"),
        ("Q", "a\nb"),
        ("S", "m\nl"),
        ("V", "x"),
        ("W", "d"),
        ("X", "${A}"),
        ("Y", "pass\\word"),
    ];
    let expected: Values = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(values(Dialect::Compose, text), expected);
    let refused = Dialect::Compose.parse(b"A=1\n;c=2\n");
    assert!(refused.assignments.is_empty() && refused.complaints[0].whole && refused.complaints[0].line == 2);
}

/// What compose-go's own `dotenv.ParseWithLookup` answered (v2, of July 2026; `null` where it refused the text), with no variable
/// set outside of the text. It is written in Go, and Debian has no package of it.
#[test]
fn compose_go_reads_the_same() {
    let (mut read, mut refused) = (0, 0);
    for line in include_str!("compose.jsonl").lines() {
        let (text, theirs): (String, Option<Values>) = serde_json::from_str(line).unwrap();
        let parsed = Dialect::Compose.parse(text.as_bytes());
        let whole = parsed.complaints.iter().any(|complaint| complaint.whole);
        let Some(mut theirs) = theirs else {
            assert!(whole, "compose refuses {text:?}");
            refused += 1;
            continue;
        };
        assert!(!whole, "{text:?}: {:?}", parsed.complaints);
        let mut ours = values(Dialect::Compose, &text);
        // A variable without a name reaches nobody.
        theirs.remove("");
        ours.remove("");
        assert!(ours.keys().eq(theirs.keys()), "{text:?}: {ours:?} {theirs:?}");
        for (name, value) in ours {
            // A reference to what is not set stays, so that it can be named; compose leaves a blank.
            let left = value
                .split('$')
                .skip(1)
                .any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '{'));
            if !left {
                assert_eq!(Some(&value), theirs.get(&name), "{text:?}");
            }
        }
        read += 1;
    }
    assert!(read > 300 && refused > 300, "{read} {refused}");
}

#[test]
fn docker_refuses_the_same_files() {
    let docker = need!(tools::in_path("docker").ok_or("docker's program is not installed"));
    let directory = workdir::fresh("docker-env");
    for (index, text) in [
        "V = x\n",
        "export I=x\n",
        "=x\n",
        "A=1\nB=\"x y\"\n;c\nR=a\\nb\nU\n",
        "# c\n  A=1\n",
    ]
    .iter()
    .enumerate()
    {
        let path = directory.join(index.to_string());
        fs::write(&path, text).unwrap();
        let output = Command::new(&docker)
            .env("DOCKER_HOST", "unix:///nonexistent/socket")
            .args(["create", "--env-file"])
            .arg(&path)
            .arg("none")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // A file that it takes leads it to its service, which is not there.
        let refused = !said.contains("connect");
        let parsed = Dialect::Docker.parse(text.as_bytes());
        assert_eq!(
            parsed.complaints.iter().any(|complaint| complaint.whole),
            refused,
            "{text:?}: {said}"
        );
    }
}
