//! How the service runs Python: which interpreter, where, with which environment, as whom.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::raised::Veil;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::settings::environment::{Account, Environment};

/// The service's Python and what surrounds it.
#[derive(Debug, Clone)]
pub struct Runtime {
    python: Result<PathBuf, String>,
    directory: PathBuf,
    variables: BTreeMap<String, Secret>,
    /// The user to become, where that is another than the doctor's own.
    account: Option<Account>,
}

impl Default for Runtime {
    fn default() -> Self {
        Self::impossible("nothing is known of the application's Python")
    }
}

/// What a runtime is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    pub venv: Option<&'a Path>,
    /// The programs of the service's command line, the first of them first.
    pub programs: &'a [PathBuf],
    pub directory: &'a Path,
    pub environment: &'a Environment,
    pub account: Option<Account>,
}

impl Runtime {
    /// The service's Python cannot be run from here, and why.
    #[must_use]
    pub fn impossible(why: impl Into<String>) -> Self {
        Self {
            python: Err(why.into()),
            directory: PathBuf::from("."),
            variables: BTreeMap::new(),
            account: None,
        }
    }

    /// Looks for the interpreter: the virtual environment's, else the one that the service's program names, else the first on its
    /// `PATH`.
    #[must_use]
    pub fn find(parts: Parts<'_>) -> Self {
        let variables: BTreeMap<String, Secret> = parts
            .environment
            .names()
            .filter_map(|name| Some((name.to_owned(), parts.environment.get(name)?.clone())))
            .collect();
        let of_venv = parts
            .venv
            .into_iter()
            .flat_map(|venv| ["bin/python", "bin/python3"].map(|name| venv.join(name)));
        let of_programs = parts.programs.iter().filter_map(|program| interpreter(program));
        let path = variables
            .get("PATH")
            .and_then(Secret::reveal_str)
            .unwrap_or("/usr/local/bin:/usr/bin:/bin");
        let on_path = path
            .split(':')
            .filter(|directory| directory.starts_with('/'))
            .map(|directory| Path::new(directory).join("python3"));
        let python = of_venv.chain(of_programs).chain(on_path).find(|path| path.is_file());
        let own = rustix::process::geteuid().as_raw();
        Self {
            python: python.ok_or_else(|| "no Python was found: neither in a virtual environment nor on the service's PATH".to_owned()),
            directory: parts.directory.to_owned(),
            account: parts.account.filter(|account| account.uid != own),
            variables,
        }
    }

    /// The interpreter, where one was found.
    #[must_use]
    pub fn python(&self) -> Option<&Path> {
        self.python.as_deref().ok()
    }

    /// The directory in which it runs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whose name it ought to run under, where the doctor cannot take it.
    #[must_use]
    pub fn out_of_reach(&self) -> Option<&str> {
        let account = self.account.as_ref().filter(|_| !rustix::process::geteuid().is_root())?;
        Some(&account.name)
    }

    /// How it is run, in words: `/srv/venv/bin/python in /srv/shop as user "shop"`.
    #[must_use]
    pub fn described(&self) -> String {
        let shown = |path: &Path| {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let plain: PathBuf = whole.components().collect();
            Foreign::new(plain.to_string_lossy()).to_string()
        };
        let python = self.python.as_ref().map_or_else(|_| "python".to_owned(), |path| shown(path));
        let user = match (&self.account, self.out_of_reach()) {
            (Some(account), None) => format!(" as user \"{}\"", Foreign::new(account.name.as_str())),
            (Some(account), Some(_)) => format!(" as this user, not as \"{}\"", Foreign::new(account.name.as_str())),
            (None, _) => String::new(),
        };
        format!("{python} in {}{user}", shown(&self.directory))
    }

    /// The secrets of its environment, to keep out of what it says.
    pub(super) fn veil(&self) -> Veil {
        Veil::over(&self.variables)
    }

    /// The command that runs Python with these arguments, in a process group of its own.
    pub(super) fn command(&self, arguments: &[&str]) -> Result<Command, String> {
        let python = self.python.as_ref().map_err(Clone::clone)?;
        let becomes = self.account.as_ref().filter(|_| self.out_of_reach().is_none());
        let mut command = match becomes {
            None => Command::new(python),
            Some(account) => {
                let mut command = Command::new(setpriv()?);
                command
                    .arg(format!("--reuid={}", account.uid))
                    .arg(format!("--regid={}", account.gid))
                    .args(["--init-groups", "--inh-caps=-all", "--"])
                    .arg(python);
                command
            }
        };
        command.args(arguments).current_dir(&self.directory).env_clear().process_group(0);
        for (name, value) in &self.variables {
            use std::os::unix::ffi::OsStrExt as _;
            // What cannot be in an environment did not come from one.
            if !name.is_empty() && !name.contains(['=', '\0']) && !value.reveal().contains(&0) {
                command.env(name, OsStr::from_bytes(value.reveal()));
            }
        }
        Ok(command)
    }
}

/// The program itself where it is a Python, else the one that its first line names.
fn interpreter(program: &Path) -> Option<PathBuf> {
    let is_python = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"));
    if is_python(program) {
        return Some(program.to_owned());
    }
    let text = crate::file::read(program).ok()?;
    let line = text.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let named = PathBuf::from(line.split_whitespace().next()?);
    Some(named).filter(|path| path.is_absolute() && is_python(path))
}

/// The program that becomes another user with all of that user's groups.
fn setpriv() -> Result<PathBuf, String> {
    ["/usr/bin/setpriv", "/bin/setpriv", "/usr/local/bin/setpriv"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| "setpriv (util-linux) is not installed, and without it the doctor cannot become the service's user".to_owned())
}
