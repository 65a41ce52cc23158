//! `dbdoctor migrations`, as CI calls it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::lab::skip;
use crate::project::{ENV, INI, project, revision, write};

fn run(arguments: &[&str], root: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
        .args(["migrations", "--project"])
        .arg(root)
        .args(arguments)
        .output()
        .unwrap()
}

fn json(root: &Path) -> (i32, Value) {
    let output = run(&["--format", "json"], root);
    let text = String::from_utf8_lossy(&output.stdout);
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (output.status.code().unwrap(), value)
}

fn codes(findings: &Value) -> Vec<String> {
    let findings = findings.as_array().unwrap().iter();
    findings
        .map(|finding| format!("{} {}", finding["severity"].as_str().unwrap(), finding["code"].as_str().unwrap()))
        .collect()
}

fn django(dependencies: &str) -> String {
    format!("from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = {dependencies}\n")
}

fn both() -> tempfile::TempDir {
    project(&[
        ("alembic.ini", INI),
        (
            "migrations/env.py",
            "from alembic import context\ncontext.configure(version_table='state')\n",
        ),
        ("migrations/versions/a.py", &revision("'a'", "None", "None", "None")),
        ("migrations/versions/b.py", &revision("'b'", "'a'", "None", "None")),
        ("migrations/versions/c.py", &revision("'c'", "None", "'b'", "'other'")),
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &django("[]")),
        ("shop/migrations/0002_a.py", &django("[('shop', '0001_initial')]")),
        (
            "shop/migrations/0001_squashed.py",
            &(django("[]") + "    replaces = [('shop', '0001_initial')]\n"),
        ),
    ])
}

#[test]
fn the_graph_as_the_contract_has_it() {
    let directory = both();
    let (status, document) = json(directory.path());
    assert_eq!(document["schema"], 1);
    let tree = &document["trees"][0];
    assert_eq!(
        (&tree["tool"], &tree["path"], &tree["version_table"], &tree["revisions"]),
        (&"alembic".into(), &"migrations".into(), &"state".into(), &3.into())
    );
    assert_eq!(tree["bases"], serde_json::json!(["a", "c"]));
    assert_eq!(tree["heads"], serde_json::json!(["b", "c"]));
    assert_eq!(tree["effective_heads"], serde_json::json!(["c"]));
    assert_eq!(tree["order"], serde_json::json!(["a", "b", "c"]));
    assert_eq!(tree["unreadable"], serde_json::json!([]));
    assert_eq!(
        codes(&tree["findings"]),
        ["warn migrations/multiple-heads"],
        "depends_on joins them"
    );
    let tree = &document["trees"][1];
    assert_eq!((&tree["tool"], &tree["path"]), (&"django".into(), &".".into()));
    assert_eq!(
        tree["apps"],
        serde_json::json!([{
            "label": "shop", "path": "shop/migrations", "installed": null,
            "migrations": ["0001_initial", "0001_squashed", "0002_a"], "leaves": ["0002_a"], "replaced": ["0001_initial"],
        }])
    );
    assert_eq!(codes(&tree["findings"]), [""; 0]);
    assert_eq!(status, 0);
}

#[test]
fn faults_end_with_the_layers_exit_code() {
    let cases: &[(&str, String, &str)] = &[
        (
            "migrations/versions/d.py",
            revision("'d'", "'a'", "None", "None"),
            "fail migrations/multiple-heads",
        ),
        (
            "migrations/versions/d.py",
            revision("'d'", "'gone'", "None", "None"),
            "fail migrations/broken-graph",
        ),
        (
            "shop/migrations/0003_b.py",
            django("[('shop', '0001_initial')]"),
            "fail migrations/conflicting-leaves",
        ),
        (
            "shop/migrations/0003_b.py",
            django("[('shop', '0002_gone')]"),
            "fail migrations/broken-graph",
        ),
    ];
    for (file, content, code) in cases {
        let directory = both();
        write(directory.path(), file, content);
        let (status, document) = json(directory.path());
        let all: Vec<String> = (0..2).flat_map(|at| codes(&document["trees"][at]["findings"])).collect();
        assert!(all.contains(&(*code).to_owned()), "{file}: {all:?}");
        assert_eq!(status, 16, "{file}: {all:?}");
        let human = run(&[], directory.path());
        assert_eq!(human.status.code(), Some(16));
        let text = String::from_utf8_lossy(&human.stdout);
        assert!(
            text.contains(code.split_once(' ').unwrap().1) && text.contains("(exit code 16)"),
            "{text}"
        );
    }
}

#[test]
fn no_project_and_no_migrations() {
    let directory = project(&[("app.py", "")]);
    let (status, document) = json(directory.path());
    assert_eq!((status, &document["trees"]), (0, &serde_json::json!([])));
    let missing = run(&[], &directory.path().join("gone"));
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot be opened"));
}

/// A project with everything that a reader can trip over, and what lies outside of it.
fn hostile() -> (tempfile::TempDir, PathBuf) {
    let directory = both();
    let root = directory.path().join("project");
    fs::create_dir(&root).unwrap();
    for entry in ["alembic.ini", "migrations", "shop"] {
        fs::rename(directory.path().join(entry), root.join(entry)).unwrap();
    }
    let outside = directory.path().join("outside");
    for (file, content) in [
        ("secret.py", revision("'secret'", "'b'", "None", "None")),
        ("ids.py", "BASE = 'secret'\n".to_owned()),
        ("migrations/env.py", ENV.to_owned()),
        ("migrations/versions/x.py", revision("'x'", "None", "None", "None")),
        ("app/__init__.py", String::new()),
        ("app/migrations/__init__.py", String::new()),
        ("app/migrations/0001_initial.py", django("[]")),
        ("settings.py", "INSTALLED_APPS = ['shop']\n".to_owned()),
    ] {
        write(&outside, file, &content);
    }
    write(
        &root,
        "legacy/alembic.ini",
        "[alembic]\nscript_location = ../../outside/migrations\n",
    );
    write(
        &root,
        "other/alembic.ini",
        &format!(
            "[alembic]\nscript_location = {}\nversion_locations = {0}/versions\n",
            outside.join("migrations").display()
        ),
    );
    write(&root, "manage.py", "x('DJANGO_SETTINGS_MODULE', 'linked.settings')\n");
    write(
        &root,
        "migrations/versions/e.py",
        "from ids import BASE\nrevision = 'e'\ndown_revision = BASE\n",
    );
    fs::write(root.join("migrations/versions/binary.py"), [0, 159, 146, 150, 255, 0]).unwrap();
    fs::write(root.join("migrations/versions/huge.py"), vec![b'#'; 3 * 1024 * 1024]).unwrap();
    write(&root, "migrations/versions/deep.py", &format!("revision = {}", "(".repeat(100_000)));
    symlink(&outside, root.join("linked")).unwrap();
    symlink(outside.join("secret.py"), root.join("migrations/versions/secret.py")).unwrap();
    symlink(&root, root.join("migrations/loop")).unwrap();
    symlink("circle.py", root.join("migrations/versions/circle.py")).unwrap();
    symlink(outside.join("app"), root.join("app")).unwrap();
    let fifo = Command::new("mkfifo")
        .arg(root.join("migrations/versions/pipe.py"))
        .status()
        .unwrap();
    assert!(fifo.success());
    (directory, root)
}

#[test]
fn what_could_trip_a_reader_is_survived_and_named() {
    let (_directory, root) = hostile();
    let (status, document) = json(&root);
    assert_eq!(status, 0, "{document:#}");
    let tree = document["trees"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tree| tree["path"] == "migrations")
        .unwrap();
    assert_eq!(tree["revisions"], 3, "{tree:#}");
    let bad: Vec<&str> = tree["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["file"].as_str().unwrap())
        .collect();
    for name in ["binary", "huge", "deep", "secret", "circle", "pipe", "e"] {
        assert!(
            bad.contains(&format!("migrations/versions/{name}.py").as_str()),
            "{name} is not named: {bad:?}"
        );
    }
    assert!(!document.to_string().contains("\"secret\""), "{document:#}");
}

#[test]
fn nothing_is_read_outside_of_the_project() {
    let (directory, root) = hostile();
    let trace = directory.path().join("trace");
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=open,openat,openat2,creat,connect", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_dbdoctor"))
        .args(["migrations", "--project"])
        .arg(&root)
        .output();
    if !traced.is_ok_and(|output| output.status.success()) {
        skip::note("strace cannot be run here");
        return;
    }
    let trace = fs::read_to_string(trace).unwrap();
    let place = directory.path().canonicalize().unwrap();
    let opened: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("open") && !line.contains(" = -1 "))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    let ours = |path: &&&str| path.starts_with(place.to_str().unwrap());
    assert!(
        opened.iter().filter(ours).count() > 10,
        "the trace shows what was opened: {opened:?}"
    );
    for path in opened.iter().filter(ours) {
        assert!(Path::new(path).starts_with(place.join("project")), "{path}");
    }
    let system = ["/usr/lib", "/lib", "/etc/ld.so", "/proc/", "/sys/fs/cgroup", "/dev/"];
    for path in opened.iter().filter(|path| !ours(path)) {
        assert!(system.iter().any(|prefix| path.starts_with(prefix)), "{path}");
    }
    assert!(!trace.contains("connect("), "nothing is phoned");
}
