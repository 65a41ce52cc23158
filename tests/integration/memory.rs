//! Where a secret could outlast the check: in memory that was given back, in a core file.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::lab::attacker::{Act, listen};
use crate::lab::dsn::Dsn;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{account, canary, workdir};

const LONGEST: Duration = Duration::from_mins(1);

/// A pipe that nobody reads from, without room for a single byte.
fn full_pipe() -> (std::io::PipeReader, fs::File) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    // Opened anew, so that the other program's way to write is its own.
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let writer = fs::OpenOptions::new().write(true).open(&path).expect("the pipe is ours");
    let of_dd = fs::OpenOptions::new().write(true).open(&path).expect("the pipe is ours");
    let fill = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096", "oflag=nonblock", "status=none"])
        .stdout(of_dd)
        .stderr(Stdio::null())
        .status();
    assert!(fill.is_ok(), "dd");
    (reader, writer)
}

/// Waits until the process writes to its standard output, which nobody takes.
fn wait_until_it_writes(child: &mut Child) {
    let deadline = Instant::now() + LONGEST;
    loop {
        // The call's number and its arguments.
        let call = fs::read_to_string(format!("/proc/{}/syscall", child.id())).unwrap_or_default();
        let mut words = call.split(' ').skip(1);
        let is_text = |length: &str| u64::from_str_radix(length.trim_start_matches("0x"), 16).is_ok_and(|length| length > 1_000);
        if words.next() == Some("0x1") && words.nth(1).is_some_and(is_text) {
            return;
        }
        assert!(child.try_wait().expect("it is our child").is_none(), "it ended");
        assert!(Instant::now() < deadline, "it does not write: {call}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// All that the process has in its memory.
fn memory(pid: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("the process is there");
    let memory = fs::File::open(format!("/proc/{pid}/mem")).expect("root may");
    let mut found = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[v")) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).expect("an address"));
        let mut piece = vec![0; usize::try_from(to - from).expect("it fits")];
        // What was never touched cannot always be read.
        if memory.read_exact_at(&mut piece, from).is_ok() {
            found.extend(piece);
        }
    }
    found
}

fn holds(memory: &[u8], text: &str) -> bool {
    memchr::memmem::find(memory, text.as_bytes()).is_some()
}

/// The report is the last thing that it writes: nobody needs the password any more.
#[test]
fn nothing_is_left_of_a_password_once_it_was_used() {
    need!(account::is_root().then_some(()).ok_or("another process's memory is root's"));
    let directory = workdir::fresh("memory");
    let password = canary::of("app");
    let dsn = Server::shared().dsn("app");
    let unused = canary::of("nobody's");
    fs::write(directory.join("mark.env"), format!("DATABASE_URL={dsn}\nAPI_TOKEN={unused}\n")).expect("the directory is ours");
    fs::write(directory.join("pgpass"), format!("*:*:*:*:{password}\n")).expect("the directory is ours");
    let quiet = Command::new("chmod")
        .args(["600", "pgpass", "mark.env"])
        .current_dir(&directory)
        .status();
    assert!(quiet.is_ok_and(|status| status.success()));
    let by_file = dsn
        .clone()
        .no_password()
        .with("passfile", &directory.join("pgpass").display().to_string());
    for (arguments, mark) in [
        (vec!["--env-file", "mark.env"], "mark.env"),
        (vec![&*by_file.to_string()], "pgpass"),
    ] {
        let (reader, writer) = full_pipe();
        let mut child = Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
            .args(["check", "--format", "json"])
            .args(&arguments)
            .current_dir(&directory)
            .env_clear()
            .env("HOME", &directory)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be run");
        wait_until_it_writes(&mut child);
        let memory = memory(child.id());
        drop(reader);
        child.wait().expect("it is our child");
        assert!(holds(&memory, mark), "the memory was not read");
        for secret in [&password, &unused] {
            assert!(!holds(&memory, secret), "{arguments:?}");
            for part in secret.as_bytes().windows(12) {
                assert!(!holds(&memory, &String::from_utf8_lossy(part)), "{arguments:?}: a part");
            }
        }
    }
}

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory is ours");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

/// A signal that makes a core file of other programs here makes none of it.
#[test]
fn no_core_file() {
    let directory = workdir::fresh("core");
    let unlimited = |words: &[&str]| {
        let mut command = Command::new("prlimit");
        command.arg("--core=unlimited").args(words).current_dir(&directory);
        command
    };
    let others = unlimited(&["sh", "-c", "kill -ABRT $$"]).status();
    assert!(others.is_ok(), "a shell");
    need!(
        (!files(&directory).is_empty())
            .then_some(())
            .ok_or("core files are written elsewhere on this machine")
    );
    for name in files(&directory) {
        fs::remove_file(directory.join(name)).expect("the directory is ours");
    }
    let port = listen(vec![Act::Read, Act::Hold]);
    let dsn = Dsn::new("app", port, "shop").host("127.0.0.1").sslmode("disable");
    let mut child = unlimited(&[env!("CARGO_BIN_EXE_dbdoctor"), "check", "--timeout", "60s", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary can be run");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(dsn.to_string().as_bytes()).expect("it reads");
    drop(input);
    // Its first row says that it is at work.
    child.stdout.as_mut().expect("piped").read_exact(&mut [0; 40]).expect("it writes");
    let sent = Command::new("kill").args(["-s", "ABRT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill");
    assert!(!child.wait().expect("it is our child").success());
    assert_eq!(files(&directory), Vec::<String>::new());
}
