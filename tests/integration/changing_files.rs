//! Files that somebody writes while they are read: torn, emptied, swapped for something else, gone. What came in is judged, and nothing
//! breaks on the rest.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::harness::{Doctor, Run};
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::{canary, workdir};

/// How often each is called, while `change` goes on in another thread.
const CALLS: usize = 12;

fn while_it_changes(change: impl Fn(usize) + Send + Sync, mut call: impl FnMut() -> Run) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                change(turn);
            }
        });
        let runs = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..CALLS {
                let run = call();
                assert!(!run.stderr.contains("a fault of the doctor's own"), "{}", run.stderr);
            }
        }));
        over.store(true, Ordering::Relaxed);
        if let Err(panic) = runs {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Puts one thing after the other in the file's place.
fn swap(path: &Path, text: &str, turn: usize) {
    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
    let _ = match turn % 7 {
        0 => fs::write(path, text),
        1 => fs::write(path, &text[..text.len() / 2]),
        2 => symlink("/dev/zero", path),
        3 => fs::create_dir(path),
        4 => Command::new("mkfifo").arg(path).status().map(drop),
        5 => symlink(path, path),
        _ => Ok(()),
    };
}

/// Writes it piece by piece into the same file, as an editor without care does.
fn rewrite(path: &Path, text: &str) {
    let mut file = fs::File::create(path).expect("the directory is ours");
    for piece in text.as_bytes().chunks(7) {
        file.write_all(piece).expect("the file is ours");
    }
}

#[test]
fn an_env_file() {
    let directory = workdir::fresh("changing");
    let (swapped, torn) = (directory.join("swapped.env"), directory.join("torn.env"));
    let dsn = Server::shared().dsn("app");
    let text = format!("DATABASE_URL={dsn}\nDB_PASSWORD={}\n{}", canary::of("app"), "MORE=1\n".repeat(1000));
    let check = |path: &Path| Doctor::check().args(["--until", "config", "--env-file"]).arg(path).run();
    while_it_changes(
        |turn| {
            swap(&swapped, &text, turn);
            rewrite(&torn, &text);
        },
        || {
            let run = check(&swapped);
            assert!([0, 10].contains(&run.status), "{}", run.stdout);
            let run = check(&torn);
            assert!([0, 10].contains(&run.status), "{}", run.stdout);
            run
        },
    );
}

#[test]
fn a_unit_and_its_targets() {
    let root = crate::lab::service::Root::with_service("");
    let unit = root.path.join("etc/systemd/system/shop.service");
    let text = format!("[Service]\nEnvironment=DATABASE_URL={}\n", Server::shared().dsn("app"));
    let targets = root.path.join("dbdoctor.toml");
    let named = "[targets.shop]\nunit = \"shop\"\n[targets.other]\nurl_env = \"OTHER\"\n";
    while_it_changes(
        |turn| {
            swap(&unit, &text, turn);
            swap(&targets, named, turn / 7);
        },
        || {
            let call = Doctor::check()
                .args(["--unit", "shop", "--until", "config", "--root"])
                .arg(&root.path);
            let run = call.run();
            assert!([0, 10].contains(&run.status), "{}", run.stdout);
            let run = Doctor::check()
                .arg("--config")
                .arg(&targets)
                .args(["--all", "--until", "config"])
                .run();
            assert!([0, 2, 10].contains(&run.status), "{}{}", run.stdout, run.stderr);
            run
        },
    );
}

#[test]
fn a_tree_of_migrations() {
    let project = Project::shop();
    let versions = project.path.join("migrations/versions");
    let one = versions.join("one_more.py");
    let text = format!("revision = 'one'\ndown_revision = 'a1b2c3d4e5f6'\n{}", "# more\n".repeat(500));
    while_it_changes(
        |turn| {
            swap(&one, &text, turn);
            rewrite(&versions.join("torn.py"), &text.replace("'one'", "'torn'"));
            let away = project.path.join("away");
            if turn % 5 == 0 && fs::rename(&versions, &away).is_ok() {
                fs::rename(&away, &versions).expect("the directory is ours");
            }
        },
        || {
            let call = Doctor::command("migrations").arg("--project").arg(&project.path);
            let run = call.in_format("json");
            assert!([0, 16].contains(&run.status), "{}{}", run.stdout, run.stderr);
            run.json();
            let run = Doctor::check().dsn(Server::shared().dsn("app")).project(&project.path).run();
            assert!([0, 16].contains(&run.status), "{}{}", run.stdout, run.stderr);
            run
        },
    );
}

#[test]
fn a_log_that_is_rotated() {
    let directory = workdir::fresh("rotated");
    let log = directory.join("shop.log");
    let line = "2026-11-20 10:00:00 ERROR could not connect: FATAL:  password authentication failed for user \"app\"\n";
    let text = line.repeat(5_000);
    fs::write(&log, &text).expect("the directory is ours");
    while_it_changes(
        |turn| match turn % 3 {
            0 => fs::rename(&log, directory.join("shop.log.1"))
                .and_then(|()| fs::write(&log, &text))
                .expect("the directory is ours"),
            1 => rewrite(&log, &text[..20_000]),
            _ => fs::write(&log, "")
                .and_then(|()| fs::write(&log, &text))
                .expect("the directory is ours"),
        },
        || {
            let run = Doctor::command("explain").arg(&log).in_format("json");
            // Between the old file's new name and the new file, there is none.
            let is_away = run.status == 2 && run.stderr.contains("No such file");
            assert!([0, 1].contains(&run.status) || is_away, "{}{}", run.stdout, run.stderr);
            run
        },
    );
}

/// What /proc tells of it is there, or gone in the middle.
#[test]
fn a_process_that_ends() {
    let dsn = Server::shared().dsn("app").to_string();
    for pause in (0..40).map(|step| std::time::Duration::from_micros(step * 250)) {
        let mut process = Command::new("sleep").arg("60").env("DATABASE_URL", &dsn).spawn().expect("sleep");
        let pid = process.id().to_string();
        let run = thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(pause);
                process.kill().expect("it is our child");
                process.wait().expect("it is our child");
            });
            Doctor::check().args(["--until", "config", "--pid", &pid]).run()
        });
        assert!([0, 10].contains(&run.status), "{pause:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
        if run.status == 10 {
            let codes = run.codes();
            assert!(
                ["config/process-not-found", "config/no-settings"].contains(&&*codes[0]),
                "{}",
                run.stdout
            );
        }
    }
}
