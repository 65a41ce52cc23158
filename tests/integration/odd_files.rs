//! Files that are no files: pipes, devices, directories, loops, and more bytes than anybody wrote. Each is told, none is waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Doctor, Run};
use crate::lab::server::Server;
use crate::lab::workdir;

/// Little memory, so that a file that is read whole shows.
const MEMORY: &str = "--data=300000000";

/// One of each kind, in a directory of their own.
fn odd_files() -> Vec<PathBuf> {
    let directory = workdir::fresh("odd");
    let path = |name: &str| directory.join(name);
    let made = Command::new("mkfifo").arg(path("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    symlink(path("loop"), path("loop")).expect("the directory is ours");
    fs::create_dir(path("directory")).expect("the directory is ours");
    let sparse = fs::File::create(path("huge")).expect("the directory is ours");
    sparse.set_len(5_000_000_000).expect("a sparse file");
    fs::write(path("binary"), [0, 1, 2, 0xff].repeat(10_000)).expect("the directory is ours");
    let devices = ["/dev/zero", "/dev/null"].map(PathBuf::from);
    ["pipe", "loop", "directory", "huge", "binary"]
        .map(path)
        .into_iter()
        .chain(devices)
        .collect()
}

#[track_caller]
fn survived(call: Doctor, path: &Path) -> Run {
    let run = call.under(&["prlimit", MEMORY, "--core=0"]).in_format("json");
    assert!(run.stderr.is_empty(), "{}: {}", path.display(), run.stderr);
    run
}

#[test]
fn as_an_env_file() {
    for path in odd_files() {
        let run = survived(Doctor::check().arg("--env-file").arg(&path), &path);
        assert_eq!(run.status, 10, "{}: {}", path.display(), run.stdout);
        assert!(!run.stdout.contains("env-file-missing"), "{}: {}", path.display(), run.stdout);
    }
}

#[test]
fn as_certificates_and_keys() {
    for path in odd_files() {
        let shown = path.display().to_string();
        let dsn = Server::shared().dsn("app").with("sslrootcert", &shown);
        let run = survived(Doctor::check().dsn(dsn), &path);
        assert_eq!(run.status, 13, "{shown}: {}", run.stdout);
        let dsn = Server::shared().dsn("certified").no_password().with("sslcert", &shown);
        let run = survived(Doctor::check().dsn(dsn.with("sslkey", &shown)), &path);
        assert_eq!(run.status, 13, "{shown}: {}", run.stdout);
    }
}

#[test]
fn as_what_libpq_reads_by_itself() {
    for path in odd_files() {
        let shown = path.display().to_string();
        let dsn = Server::shared().dsn("app").no_password();
        survived(Doctor::check().dsn(&dsn).env("PGPASSFILE", &shown), &path);
        let service = Doctor::check().env("PGSERVICE", "shop").env("PGSERVICEFILE", &shown);
        let run = survived(service, &path);
        assert_eq!(run.status, 10, "{shown}: {}", run.stdout);
        let named = Doctor::check().env("DATABASE_URL_FILE", &shown);
        let run = survived(named, &path);
        assert_eq!(run.status, 10, "{shown}: {}", run.stdout);
    }
}

#[test]
fn among_the_migrations() {
    let project = crate::lab::project::Project::empty();
    project.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
    project.write("migrations/env.py", "");
    project.write("migrations/versions/one.py", "revision = 'one'\ndown_revision = None\n");
    for path in odd_files() {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        symlink(&path, project.path.join(format!("migrations/versions/{name}.py"))).expect("the directory is ours");
    }
    symlink(&project.path, project.path.join("migrations/versions/up")).expect("the directory is ours");
    let call = Doctor::command("migrations").arg("--project").arg(&project.path);
    let run = survived(call, &project.path);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert_eq!(run.json()["trees"][0]["heads"][0], "one", "{}", run.stdout);
}

/// Each line is twice the one above: sixty of them are more than there is memory anywhere.
#[test]
fn references_that_grow_without_end() {
    let directory = workdir::fresh("growing");
    let doubling: Vec<String> = (1..60).map(|n| format!("A{n}=${{A{}}}${{A{}}}", n - 1, n - 1)).collect();
    let deep = format!("DATABASE_URL={}x{}", "${A:-".repeat(100_000), "}".repeat(100_000));
    let file = directory.join("app.env");
    for text in [format!("A0=xxxxxxxxxx\n{}\nDATABASE_URL=${{A59}}\n", doubling.join("\n")), deep] {
        fs::write(&file, text).expect("the directory is ours");
        for dialect in ["systemd", "dotenv", "docker", "compose"] {
            let call = Doctor::check().arg("--env-file").arg(&file).args(["--dialect", dialect]);
            let run = survived(call, &file);
            assert_eq!(run.status, 10, "{dialect}: {}", run.stdout);
            assert!(run.stdout.len() < 64 * 1024, "{dialect}: {} bytes", run.stdout.len());
        }
    }
}

/// Expressions in expressions: no stack and no memory is large enough for what a file may hold.
#[test]
fn python_that_nests_without_end() {
    let nested = |open: &str, close: &str, levels: usize| format!("{}1{}\n", open.repeat(levels), close.repeat(levels));
    let root = crate::lab::service::Root::with_service(
        "WorkingDirectory=/srv/shop\nEnvironment=DATABASE_URL=postgresql://app@localhost/shop\n\
         ExecStart=/usr/bin/gunicorn --config gunicorn.conf.py shop:app\n",
    );
    let project = crate::lab::project::Project::empty();
    project.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
    project.write("migrations/env.py", "");
    for (open, close, length) in [
        ("(", ")", 1),
        ("[", "]", 1),
        ("{1:", "}", 3),
        ("-", "", 1),
        ("1+", "", 2),
        ("f(", ")", 2),
    ] {
        // The deepest that is read goes through the same stacks.
        for levels in [2_900 / (close.len() + length), 500_000 / length] {
            let text = nested(open, close, levels);
            let revision = format!("revision = 'one'\ndown_revision = None\nx = {text}");
            project.write("migrations/versions/one.py", &revision);
            let call = Doctor::command("migrations").arg("--project").arg(&project.path);
            let run = survived(call, &project.path);
            assert_eq!(run.status, 0, "{open} {levels}: {}", run.stdout);
            let is_read = !run.stdout.contains("levels deep");
            assert_eq!(is_read, levels < 3_000, "{open} {levels}: {}", run.stdout);
            root.write("srv/shop/gunicorn.conf.py", format!("workers = {text}"));
            let call = Doctor::check()
                .args(["--unit", "shop", "--until", "config", "--root"])
                .arg(&root.path);
            let run = survived(call, &root.path);
            assert_eq!(run.status, 0, "{open} {levels}: {}", run.stdout);
        }
    }
}

/// What is read as it comes: a pipe's writer may take its time, what cannot be read is told, and nothing fills the memory.
#[test]
fn as_a_log() {
    for path in odd_files() {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        match &*name {
            // These go on for ever, or for gigabytes, as they do for whoever reads logs.
            "pipe" | "zero" | "huge" => continue,
            _ => {}
        }
        let run = survived_as_it_is(Doctor::command("explain").arg(&path));
        let expected = if ["loop", "directory"].contains(&&*name) { 2 } else { 1 };
        assert_eq!(run.status, expected, "{name}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.is_empty(), expected == 1, "{name}: {}", run.stderr);
    }
    let directory = workdir::fresh("log");
    let long = fs::File::create(directory.join("long.log")).expect("the directory is ours");
    // One line, longer than the memory that there is.
    long.set_len(400_000_000).expect("a sparse file");
    let run = survived_as_it_is(Doctor::command("explain").arg(directory.join("long.log")));
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
}

fn survived_as_it_is(call: Doctor) -> Run {
    call.under(&["prlimit", MEMORY, "--core=0"]).in_format("json")
}

/// Where the report is to go.
#[test]
fn as_the_report() {
    for path in odd_files() {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let dsn = Server::shared().dsn("app");
        let run = survived_as_it_is(Doctor::check().dsn(dsn).arg("--output").arg(&path));
        let told = match &*name {
            "pipe" => "nobody has read from it",
            "loop" => "symbolic link",
            "directory" => "directory",
            // A file is replaced, and a device takes all.
            _ => "",
        };
        assert_eq!(
            run.status,
            if told.is_empty() { 0 } else { 2 },
            "{name}: {}{}",
            run.stdout,
            run.stderr
        );
        assert!(run.stderr.contains(told), "{name}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{name}: {}", run.stdout);
    }
    let full = Doctor::check().dsn(Server::shared().dsn("app")).args(["--output", "/dev/full"]);
    let run = full.in_format("json");
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
}

/// Its reader comes a moment later.
#[test]
fn as_the_report_that_somebody_reads() {
    let directory = workdir::fresh("read");
    let pipe = directory.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let script = "{ sleep 0.3; cat \"$0\"; } & \"$@\"; status=$?; wait; exit $status";
    let call = Doctor::check().dsn(Server::shared().dsn("app")).arg("--output").arg(&pipe);
    let run = call.under(&["sh", "-c", script, &pipe.display().to_string()]).in_format("json");
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.json()["verdict"], "pass", "{}", run.stdout);
}
