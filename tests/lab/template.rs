//! The data directory that every server starts as a copy of.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use super::release::Release;
use super::{account, schema, workdir};

type Made = Arc<OnceLock<PathBuf>>;

/// The path of the release's template; made once.
pub fn path(release: &Release) -> PathBuf {
    static TEMPLATES: LazyLock<Mutex<HashMap<Release, Made>>> = LazyLock::new(Mutex::default);
    let made = {
        let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        Made::clone(templates.entry(release.clone()).or_default())
    };
    made.get_or_init(|| make(release)).clone()
}

fn make(release: &Release) -> PathBuf {
    let parent = workdir::fresh("template");
    account::give(&parent);
    let data = parent.join("data");
    let made = account::command(release.program("initdb"))
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--wal-segsize=1",
        ])
        .arg("--pgdata")
        .arg(&data)
        .env("LC_ALL", "C")
        .output()
        .expect("initdb can be run");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    load(release, &data, "postgres", &schema::cluster());
    load(release, &data, schema::BLUEPRINT, &schema::shop());
    load(release, &data, "postgres", schema::COPIES);
    data
}

/// Runs the statements in PostgreSQL's single-user mode: no server has to be started for them.
fn load(release: &Release, data: &Path, database: &str, statements: &[impl Display]) {
    let log = data.with_extension("log");
    let mut single = account::command(release.program("postgres"))
        .args(["--single", "-j", "-F", "-c", "exit_on_error=on", "-D"])
        .arg(data)
        .arg(database)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).expect("the directory is ours"))
        .spawn()
        .expect("postgres can be run");
    let mut input = single.stdin.take().expect("piped");
    for statement in statements {
        // Under -j an empty line ends a statement.
        write!(input, "{statement};\n\n").unwrap_or_else(|error| panic!("{statement}: {error}: {}", shown(&log)));
    }
    drop(input);
    let status = single.wait().expect("it is our child");
    assert!(
        status.success() && !shown(&log).contains("ERROR:"),
        "the template's SQL: {}",
        shown(&log)
    );
}

fn shown(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}
