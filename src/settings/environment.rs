//! A process's environment, as far as it decides about a connection. Taken once, so that probes read no global state.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::secret::Secret;

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

    /// The name of the user in the operating system.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

/// The effective user's entry in the user database.
struct Account {
    name: String,
    home: PathBuf,
}

impl Account {
    fn of_process() -> Option<Self> {
        let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
        let local = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self::find(&local, &uid).or_else(|| {
            // Users of a directory service are not in the file.
            let answer = Command::new("getent").args(["passwd", &uid]).output().ok()?;
            Self::find(&String::from_utf8_lossy(&answer.stdout), &uid)
        })
    }

    fn find(passwd: &str, uid: &str) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            match fields.as_slice() {
                [name, _, id, _, _, home, ..] if *id == uid => Some(Self {
                    name: (*name).to_owned(),
                    home: PathBuf::from(home),
                }),
                _ => None,
            }
        })
    }
}
