//! Where a secret could outlast the check: in memory that was given back, in a core file.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::lab::attacker::{Act, listen};
use crate::lab::dsn::Dsn;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{account, authority, canary, workdir};

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

/// Runs a check whose report nobody takes: the process, while it holds the report and nothing needs the secrets any more. Neither its
/// arguments nor its environment have any.
fn at_the_end(directory: &Path, arguments: &[&str], input: &str) -> (Vec<u8>, Vec<u8>) {
    let (reader, writer) = full_pipe();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
        .args(["check", "--format", "json"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary can be run");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    wait_until_it_writes(&mut child);
    let memory = memory(child.id());
    let shown: Vec<u8> = ["cmdline", "environ", "comm"]
        .iter()
        .flat_map(|name| fs::read(format!("/proc/{}/{name}", child.id())).expect("the process is there"))
        .collect();
    drop(reader);
    child.wait().expect("it is our child");
    (memory, shown)
}

/// Whole, in parts of eight bytes, percent-encoded, in base64: whichever way they came in.
#[test]
fn nothing_is_left_of_a_secret_once_it_was_used() {
    need!(account::is_root().then_some(()).ok_or("another process's memory is root's"));
    let directory = workdir::fresh("memory");
    let server = Server::shared();
    let (dsn, unused, of_key) = (server.dsn("app"), canary::of("nobody's"), canary::of("the client's key"));
    let file = |name: &str, text: &str| {
        let path = directory.join(name);
        fs::write(&path, text).expect("the directory is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
        path.display().to_string()
    };
    file("mark.env", &format!("DATABASE_URL={dsn}\nAPI_TOKEN={unused}\n"));
    let passfile = file("pgpass", &format!("*:*:*:*:{}\n", canary::of("app")));
    file("dbdoctor.toml", &format!("[targets.mark]\ndsn = \"{dsn}\"\n"));
    file("password", &canary::of("app"));
    file(
        "parts.env",
        &format!(
            "DB_HOST=127.0.0.1\nDB_PORT={}\nDB_NAME=shop\nDB_USER=app\nDB_PASSWORD_FILE={}\n",
            server.port(),
            directory.join("password").display()
        ),
    );
    let (certificate, key) = authority::get().client_encrypted.write(&directory, "mark");
    let certified = server.dsn("certified").no_password().with("sslpassword", &of_key);
    let certified = certified
        .with("sslcert", &certificate.display().to_string())
        .with("sslkey", &key.display().to_string());
    file("key.env", &format!("DATABASE_URL={certified}\n"));
    let (certificate, plain_key) = authority::get().client.write(&directory, "plain");
    let with_key = server
        .dsn("certified")
        .no_password()
        .with("sslcert", &certificate.display().to_string());
    let with_key = with_key.with("sslkey", &plain_key.display().to_string());
    let by_file = dsn.clone().no_password().with("passfile", &passfile).to_string();
    let key_text = fs::read_to_string(&plain_key).expect("it was written");
    let key_lines = || key_text.lines().filter(|line| !line.starts_with("--"));
    let given = dsn.to_string();
    for (arguments, input, mark) in [
        (vec!["--env-file", "mark.env"], "", "mark.env"),
        (vec!["--env-file", "parts.env"], "", "parts.env"),
        (vec!["--env-file", "key.env"], "", "key.env"),
        (vec!["--target", "mark"], "", "dbdoctor.toml"),
        (vec!["-"], &*given, "standard input"),
        (vec![&*by_file], "", "pgpass"),
        (vec![&*with_key.to_string()], "", "certified"),
    ] {
        let (memory, shown) = at_the_end(&directory, &arguments, input);
        assert!(holds(&memory, mark), "{arguments:?}: the memory was not read");
        for secret in [&canary::of("app"), &unused, &of_key] {
            for form in canary::forms(secret) {
                assert!(!holds(&memory, &form), "{arguments:?}: {form} of {secret}");
                assert!(!holds(&shown, &form), "{arguments:?}: {form} of {secret}");
            }
        }
        for line in key_lines() {
            assert!(!holds(&memory, line), "{arguments:?}: the key");
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
