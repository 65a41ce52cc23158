//! The real systemd as a service manager, in namespaces of its own: it sees this machine's files and cannot change them, knows no
//! unit but those of one directory, and ends with the test.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::service::Root;
use super::supervisor::{Supervised, children};
use super::{account, install, tools, workdir};

const SYSTEMD: &str = "/lib/systemd/systemd";

/// In a control group that it takes away again.
const OUTER: &str = r#"
group=$1
shift
mkdir -p "$group"
sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' enter "$group" "$@" &
child=$!
trap 'kill -KILL "$child"' TERM
wait "$child"
wait "$child"
tries=0
while ! find "$group" -depth -type d -exec rmdir {} + && [ "$tries" -lt 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
"#;

const INNER: &str = r#"
set -e
mount --make-rprivate /
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /run
mount -t proc proc /proc
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec env -i container=lab PATH=/usr/bin:/bin:/usr/sbin:/sbin SYSTEMD_UNIT_PATH="$1" $(cat "$1/manager.env") \
    "$2" --system --unit=lab.target --log-target=console --show-status=no
"#;

/// A running manager.
#[derive(Debug)]
pub struct Manager {
    process: Supervised,
    log: PathBuf,
}

impl Manager {
    /// Starts it with the units of the root directory, `shop.service` among them.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn start(root: &Root) -> Result<Self, String> {
        Self::with_environment(root, "")
    }

    /// Starts it with variables of its own: `NAME=value`, separated by blanks.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn with_environment(root: &Root, variables: &str) -> Result<Self, String> {
        if !account::is_root() {
            return Err("systemd as a manager takes root".to_owned());
        }
        install::until_found("systemd", || Path::new(SYSTEMD).exists().then_some(()))?;
        tools::in_path("systemctl").ok_or("there is no systemctl")?;
        let group = control_groups().ok_or("there are no control groups of version 2")?;
        let units = root.path.join("etc/systemd/system");
        let target = "[Unit]\nDefaultDependencies=no\nWants=shop.service\n";
        fs::write(units.join("lab.target"), target).map_err(|error| error.to_string())?;
        fs::write(units.join("manager.env"), variables).map_err(|error| error.to_string())?;
        let directory = workdir::for_server("systemd");
        let log = directory.join("log");
        let mut words: Vec<OsString> = ["sh", "-c", OUTER, "outer"].map(OsString::from).into();
        words.push(group.join(format!("dbdoctor-lab.{}", std::process::id())).into());
        words.extend(
            [
                "unshare",
                "--cgroup",
                "--mount",
                "--pid",
                "--ipc",
                "--uts",
                "--fork",
                "--kill-child=KILL",
            ]
            .map(OsString::from),
        );
        words.extend(["sh", "-c", INNER, "inner"].map(OsString::from));
        words.extend([units.into(), SYSTEMD.into()]);
        let process = Supervised::start(&words, &directory, &log, "TERM");
        let manager = Self { process, log };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !manager.is_active("lab.target") {
            if !manager.process.is_running() || Instant::now() > deadline {
                return Err(format!("systemd does not start in namespaces here: {}", manager.said()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(manager)
    }

    /// The words that make what follows them run beside it.
    pub fn prefix(&self) -> Vec<OsString> {
        let pid = self.pid().map(|pid| pid.to_string()).unwrap_or_default();
        let words = ["nsenter", "--target", &pid, "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--"];
        words.map(OsString::from).into()
    }

    /// Runs `systemctl`.
    pub fn systemctl(&self, arguments: &[&str]) -> Output {
        let words = self.prefix();
        Command::new(&words[0])
            .args(&words[1..])
            .arg("systemctl")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("nsenter is there with unshare")
    }

    /// Whether the unit runs.
    pub fn is_active(&self, unit: &str) -> bool {
        self.pid().is_some() && self.systemctl(&["is-active", "--quiet", unit]).status.success()
    }

    /// The number of a unit's main process, as the manager counts.
    pub fn main_pid(&self, unit: &str) -> u32 {
        let shown = self.systemctl(&["show", "--property=MainPID", "--value", unit]);
        let text = String::from_utf8(shown.stdout).expect("a number");
        text.trim().parse().expect("a number")
    }

    /// Its process table, seen from here.
    pub fn proc(&self) -> PathBuf {
        format!("/proc/{}/root/proc", self.pid().expect("it runs")).into()
    }

    /// The manager's own number here: the child of what made its namespaces.
    fn pid(&self) -> Option<u32> {
        child_of(child_of(self.process.pid())?)
    }

    /// What it printed.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

fn child_of(parent: u32) -> Option<u32> {
    children(Path::new("/proc"), parent).first().copied()
}

/// Where the control groups of version 2 are.
fn control_groups() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    fields
        .filter(|fields| fields.get(2) == Some(&"cgroup2"))
        .map(|fields| PathBuf::from(fields[1]))
        .next()
}
