//! The laboratory's directories: one that goes with the process, one that stays for the next run.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Waits for the process to end, then for its servers (each has a log until its supervisor removed it), then removes what is
/// left: again and again, since a copy that was under way when the process was killed goes on for a moment.
const SWEEP: &str = r#"
read -r _
tries=0
while ls "$1"/run/*/log >/dev/null 2>&1 && [ "$tries" -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
tries=0
while rm -rf "$1"; sleep 0.1; [ -e "$1" ] && [ "$tries" -lt 50 ]; do
    tries=$((tries + 1))
done
"#;

#[derive(Debug)]
struct Root {
    path: PathBuf,
    // Its standard input is the pipe that tells it when this process is gone.
    _sweeper: Child,
}

static ROOT: LazyLock<Root> = LazyLock::new(|| {
    let path = tempfile::Builder::new()
        .prefix("dbdoctor-lab.")
        .tempdir()
        .expect("a temporary directory")
        .keep();
    let sweeper = Command::new("sh")
        .args(["-c", SWEEP, "sweep"])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("the directory is ours");
    fs::create_dir(path.join("run")).expect("the directory is ours");
    Root { path, _sweeper: sweeper }
});

/// The directory that is removed when this process ends.
pub fn root() -> &'static Path {
    &ROOT.path
}

/// A new directory in the root, open to all readers.
pub fn fresh(name: &str) -> PathBuf {
    numbered(root(), name)
}

/// A new directory for a server: its supervisor removes it.
pub fn for_server(name: &str) -> PathBuf {
    numbered(&root().join("run"), name)
}

/// A directory under `target/` that stays for the next run.
pub fn lasting() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
    fs::create_dir_all(&path).expect("target/ can be written");
    path
}

fn numbered(parent: &Path, name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let path = parent.join(format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&path).expect("a new directory");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("the directory is ours");
    path
}
