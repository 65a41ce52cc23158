//! A process's environment, as far as it decides about a connection. Taken once, so that probes read no global state.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::program;
use crate::file;
use crate::secret::Secret;

/// How long a directory service may take to name a user.
const LOOKUP_LIMIT: Duration = Duration::from_secs(2);

/// Variables, home directory and user name.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, Secret>,
    home: Option<PathBuf>,
    user: Option<String>,
}

impl Environment {
    /// These variables, without a home directory and a user name.
    #[must_use]
    pub fn new<N: Into<String>, V: Into<Secret>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self {
            variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ..Self::default()
        }
    }

    /// This process's environment. Home is `HOME`, or where that is unset or empty the user database's, as for libpq.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, Secret::new(value.as_bytes()))))
            .collect();
        let account = Account::of_process();
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Self {
            variables,
            home: home.or_else(|| account.as_ref().map(|account| account.home.clone())),
            user: account.map(|account| account.name),
        }
    }

    /// With this home directory.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// With this user name.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// These variables with this home directory and this user: what a service started from an env file has.
    #[must_use]
    pub fn with_variables(&self, variables: BTreeMap<String, Secret>) -> Self {
        Self {
            variables,
            home: self.home.clone(),
            user: self.user.clone(),
        }
    }

    /// These variables for a process of another account; `None` leaves home directory and user as they are here. Home is
    /// `HOME`, or where that is unset the user database's, as for libpq.
    #[must_use]
    pub fn of_account(&self, variables: BTreeMap<String, Secret>, account: Option<Account>) -> Self {
        let home = variables
            .get("HOME")
            .and_then(Secret::reveal_str)
            .filter(|home| !home.is_empty())
            .map(PathBuf::from);
        let mut environment = self.with_variables(variables);
        if let Some(account) = account {
            environment.home = Some(account.home);
            environment.user = Some(account.name);
        }
        environment.home = home.or(environment.home);
        environment
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Secret) {
        self.variables.insert(name.to_owned(), value);
    }

    /// A variable's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.variables.get(name)
    }

    /// A variable's bytes.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(Secret::reveal)
    }

    /// Every variable's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The virtual environment that is active there.
    #[must_use]
    pub fn virtual_env(&self) -> Option<&Path> {
        self.bytes("VIRTUAL_ENV").map(|path| Path::new(OsStr::from_bytes(path)))
    }

    /// The name of the user in the operating system.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

/// An entry of the user database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub home: PathBuf,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    fn of_process() -> Option<Self> {
        Self::find(&rustix::process::geteuid().as_raw().to_string())
    }

    /// The account of this name or number.
    #[must_use]
    pub fn find(user: &str) -> Option<Self> {
        let local = file::of_system("/etc/passwd").unwrap_or_default();
        Self::read(&local, user).or_else(|| {
            // Users of a directory service are not in the file.
            let answer = program::run("getent", &["passwd", user], LOOKUP_LIMIT).ok()?;
            Self::read(&String::from_utf8_lossy(answer.stdout.reveal()), user)
        })
    }

    fn read(passwd: &str, user: &str) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            match fields.as_slice() {
                [name, _, uid, gid, _, home, ..] if *uid == user || *name == user => Some(Self {
                    name: (*name).to_owned(),
                    home: PathBuf::from(home),
                    uid: uid.parse().ok()?,
                    gid: gid.parse().ok()?,
                }),
                _ => None,
            }
        })
    }

    /// Whether the account is in the group: as its own group, or as a member in the group file.
    #[must_use]
    pub fn is_in_group(&self, gid: u32) -> bool {
        let members = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            matches!(fields.as_slice(), [_, _, id, members] if id.parse() == Ok(gid) && members.split(',').any(|name| name == self.name))
        };
        self.gid == gid || file::of_system("/etc/group").unwrap_or_default().lines().any(members)
    }
}
