//! `Environment=` as the real systemd reads it: quotes, escapes, specifiers, drop-ins.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use dbdoctor::systemd::environment;
use dbdoctor::systemd::handed::Handed;
use dbdoctor::systemd::manager;
use dbdoctor::systemd::search::{self, Found};
use dbdoctor::systemd::service;

use super::super::lab::service::Root;
use super::super::lab::skip::need;
use super::super::lab::{account, workdir};

const SYSTEMD: &str = "/lib/systemd/systemd";

/// What systemd says it would give the service: it reads the unit, prints what it understood, and exits.
fn asked(directory: &Path) -> Result<BTreeMap<String, String>, String> {
    if !Path::new(SYSTEMD).exists() {
        return Err("systemd is not installed".to_owned());
    }
    let account = account::ordinary().ok_or("systemd --test has to be run as another user than root, which takes root")?;
    let output = Command::new("setpriv")
        .args([format!("--reuid={}", account.uid), format!("--regid={}", account.gid)])
        .args([
            "--clear-groups",
            "timeout",
            "30",
            SYSTEMD,
            "--test",
            "--system",
            "--unit=shop.service",
        ])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/tmp")
        // The unit depends on the system's own targets.
        .env("SYSTEMD_UNIT_PATH", format!("{}:", directory.display()))
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(unit) = text.split("-> Unit ").find(|unit| unit.starts_with("shop.service:")) else {
        return Err(format!(
            "systemd --test does not run here: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    };
    let assignments = unit.lines().filter_map(|line| line.trim_start().strip_prefix("Environment: "));
    Ok(assignments
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// What the doctor says of the same directory.
fn ours(root: &Root) -> BTreeMap<String, String> {
    let Found::Files { fragment, drop_ins } = search::find(&root.path, "shop.service") else {
        panic!("the unit is there");
    };
    let files: Vec<_> = std::iter::once(fragment).chain(drop_ins).collect();
    let service = service::read(&root.path, "shop.service", &files);
    let effective = environment::effective(&service, &Handed::by_files(&root.path), &root.path);
    let shown = |placed: &environment::Placed| String::from_utf8_lossy(placed.value.reveal()).into_owned();
    effective
        .variables
        .iter()
        .map(|(name, placed)| (name.clone(), shown(placed)))
        .collect()
}

fn units(root: &Root) -> std::path::PathBuf {
    // systemd runs as somebody else here.
    let directory = root.path.join("etc/systemd/system");
    Command::new("chmod").args(["-R", "a+rX"]).arg(&root.path).status().unwrap();
    directory
}

#[test]
fn a_thousand_assignments() {
    let pieces = [
        "x", "p", " ", "\"", "'", "\\x41", "\\\"", "\\101", "\\q", "%40", "%%", "%n", "%i", "%", "%C3", "%E", "%d", "%f", "%U", "%g", "%G",
        "=", "#", ";", "$A", "é", "\\s", "\\u00e9",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut text = String::from("ExecStart=/bin/true\n");
    for index in 0..1_000 {
        let value: String = (0..next(6)).map(|_| pieces[next(pieces.len())]).collect();
        let quote = ["", "", "\"", "'"][next(4)];
        text.extend(["Environment=", quote, &format!("V{index}={value}"), quote, "\n"]);
    }
    let root = Root::with_service(&text);
    let theirs = need!(asked(&units(&root)));
    let mut ours = ours(&root);
    // A line that goes on after the quotes may set more than one name; all of them count.
    assert!(theirs.len() > 300, "{}", theirs.len());
    ours.retain(|_, value| !value.contains('\n'));
    for (name, value) in &theirs {
        assert_eq!(
            ours.get(name),
            Some(value),
            "{name}: {:?}",
            text.lines().find(|line| line.contains(&format!("{name}=")))
        );
    }
    for name in ours.keys() {
        assert!(
            theirs.contains_key(name),
            "{name}: {:?}",
            text.lines().find(|line| line.contains(&format!("{name}=")))
        );
    }
}

#[test]
fn drop_ins_resets_and_lines_that_go_on() {
    let root = Root::with_service("ExecStart=/bin/true\nEnvironment=A=1 B=2\nEnvironment=C=3 \\\n# a comment\n  D=4\n");
    root.write(
        "etc/systemd/system/shop.service.d/20-more.conf",
        "[Service]\nEnvironment=A=twenty E=5\n",
    );
    root.write(
        "etc/systemd/system/shop.service.d/10-reset.conf",
        "[Service]\nEnvironment=\nEnvironment=A=ten F=%n\n",
    );
    root.write(
        "etc/systemd/system/service.d/15-all.conf",
        "[Service]\nEnvironment=G=all\n[Unit]\nEnvironment=H=no\n",
    );
    root.write("etc/systemd/system/shop.service.d/ignored.txt", "[Service]\nEnvironment=I=no\n");
    let theirs = need!(asked(&units(&root)));
    assert_eq!(ours(&root), theirs);
    assert_eq!(theirs.get("A").map(String::as_str), Some("twenty"), "{theirs:?}");
}

#[test]
fn what_the_manager_says_is_taken_apart() {
    let shown = manager::read(
        "LoadState=loaded\nFragmentPath=/etc/systemd/system/shop.service\nDropInPaths=/a.conf /b.conf\nMainPID=12\nNeedDaemonReload=yes\n",
    );
    assert_eq!(
        (shown.load_state.as_str(), shown.main_pid, shown.drop_ins.len(), shown.needs_reload),
        ("loaded", Some(12), 2, true)
    );
    assert_eq!(manager::read("MainPID=0\nFragmentPath=\n"), manager::Shown::default());
}

#[test]
fn what_all_services_get() {
    let root = Root::with_service("Environment=B=unit\nPassEnvironment=C\n");
    root.write(
        "etc/systemd/system.conf",
        "[Manager]\n#DefaultEnvironment=A=no\nDefaultEnvironment=A=main B=main\nDefaultEnvironment=\"C=with blanks\"\n",
    );
    root.write("usr/lib/systemd/system.conf", "[Manager]\nDefaultEnvironment=A=weaker\n");
    root.write(
        "usr/lib/systemd/system.conf.d/50-more.conf",
        "[Manager]\nDefaultEnvironment=D=more\n",
    );
    let expected = [("A", "main"), ("B", "unit"), ("C", "with blanks"), ("D", "more")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(ours(&root), BTreeMap::from(expected));
}

#[test]
fn quoted_variables_of_the_manager() {
    let text = "LANG=C.UTF-8\nA=$'it\\'s \\\\ a\\ttab'\nB=\"two words\"\nC=$HOME\nD=\n";
    let seen = dbdoctor::systemd::handed::read(text.as_bytes());
    let shown: Vec<(&str, String)> = seen
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.reveal()).into_owned()))
        .collect();
    let expected = [
        ("LANG", "C.UTF-8"),
        ("A", "it's \\ a\ttab"),
        ("B", "two words"),
        ("C", "$HOME"),
        ("D", ""),
    ];
    assert_eq!(shown, expected.map(|(name, value)| (name, value.to_owned())));
}

/// The words of `systemd-analyze verify`, which the finding repeats.
#[test]
fn systemd_says_invalid_slot() {
    let directory = workdir::fresh("verify");
    fs::write(
        directory.join("shop.service"),
        "[Service]\nExecStart=/bin/true\nEnvironment=DATABASE_URL=p%40ss\n",
    )
    .unwrap();
    let path = directory.join("shop.service");
    let output = need!(
        Command::new("systemd-analyze")
            .arg("verify")
            .arg(&path)
            .output()
            .map_err(|error| format!("systemd-analyze: {error}"))
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("Failed to resolve specifiers in DATABASE_URL=") && said.contains("ignoring: Invalid slot"),
        "{said}"
    );
}
