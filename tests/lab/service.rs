//! Units of systemd in a root directory of their own, and application servers started with what a unit says.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::python::Venv;
use super::supervisor::{Supervised, children};
use super::{port, workdir};

/// A root directory with unit files.
#[derive(Debug)]
pub struct Root {
    pub path: PathBuf,
}

impl Root {
    /// With the unit `shop.service` of these lines in its `[Service]` section.
    pub fn with_service(lines: &str) -> Self {
        let root = Self {
            path: workdir::fresh("root"),
        };
        root.write(
            "etc/systemd/system/shop.service",
            format!("[Unit]\nDescription=the shop\n\n[Service]\n{lines}"),
        );
        root
    }

    /// Writes a file that only its owner reads.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("the root is ours");
        fs::write(&path, text).expect("the root is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
        path
    }
}

/// An application server with the application `shop:app`, run in an environment of its own.
#[derive(Debug)]
pub struct Gunicorn {
    pub port: u16,
    process: Supervised,
}

impl Gunicorn {
    /// Starts gunicorn in `project` with these variables and arguments, and waits for its first answer.
    pub fn start(venv: &Venv, project: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let bind = |port| vec!["--bind".to_owned(), format!("127.0.0.1:{port}")];
        Self::serve(venv, project, variables, "gunicorn", bind, arguments)
    }

    /// uvicorn in its place.
    pub fn uvicorn(venv: &Venv, project: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let bind = |port: u16| vec!["--port".to_owned(), port.to_string()];
        Self::serve(venv, project, variables, "uvicorn", bind, arguments)
    }

    fn serve(
        venv: &Venv,
        project: &Path,
        variables: &[(&str, &str)],
        program: &str,
        bind: impl Fn(u16) -> Vec<String>,
        arguments: &[&str],
    ) -> Self {
        let port = port::free();
        let directory = workdir::for_server(program);
        let mut words: Vec<std::ffi::OsString> = vec!["env".into(), "-i".into(), "-C".into(), project.into()];
        words.extend(variables.iter().map(|(name, value)| format!("{name}={value}").into()));
        words.push(venv.program(program).into());
        words.extend(bind(port).into_iter().map(Into::into));
        words.extend(arguments.iter().map(Into::into));
        words.push("shop:app".into());
        let process = Supervised::start(&words, &directory, &directory.join("log"), "TERM");
        let server = Self { port, process };
        let deadline = Instant::now() + Duration::from_mins(1);
        while server.get().is_none() {
            assert!(
                server.process.is_running() && Instant::now() < deadline,
                "{}",
                read(&directory.join("log"))
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// The master's process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Waits until it has this many workers: the first one answers while the master still forks the others.
    pub fn wait_for_workers(&self, count: usize) {
        wait_for_workers(Path::new("/proc"), self.pid(), count);
    }

    /// What the application answers.
    pub fn get(&self) -> Option<String> {
        answer(self.port)
    }
}

/// What the application on this port answers.
pub fn answer(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    text.starts_with("HTTP/1").then_some(text)
}

/// Waits until the master in the process table at `proc` has this many workers.
pub fn wait_for_workers(proc: &Path, master: u32, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while children(proc, master).len() != count {
        assert!(Instant::now() < deadline, "{:?} of {count} workers", children(proc, master));
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
