//! PostgreSQL's server programs: the installed ones, and with `DBDOCTOR_TESTS=full` one of every major that `tests/servers` fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{install, tools, workdir};

/// What `tests/servers` fetches.
pub const FETCHED: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// A directory of server programs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Release {
    bin: PathBuf,
}

impl Release {
    /// The newest of Debian's, else where `PATH` finds `initdb`.
    pub fn installed() -> &'static Self {
        static INSTALLED: LazyLock<Release> = LazyLock::new(|| {
            let bin = install::until_found("postgresql", installed_directory);
            Release {
                bin: bin.unwrap_or_else(|reason| panic!("PostgreSQL's programs are missing: {reason}")),
            }
        });
        &INSTALLED
    }

    /// A fetched one.
    pub fn fetched(major: u32) -> Self {
        let release = Self::if_fetched(major);
        release.unwrap_or_else(|| panic!("no PostgreSQL {major} in {}: run tests/servers", workdir::lasting().display()))
    }

    /// A fetched one, if it is there.
    pub fn if_fetched(major: u32) -> Option<Self> {
        let bin = workdir::lasting().join(format!("postgres-{major}/bin"));
        bin.join("postgres").is_file().then_some(Self { bin })
    }

    /// Those that a matrix goes through: the installed one, and every fetched one if `DBDOCTOR_TESTS=full`.
    pub fn all() -> Vec<Self> {
        let mut releases = vec![Self::installed().clone()];
        if is_full() {
            releases.extend(FETCHED.map(Self::fetched));
        }
        releases
    }

    /// Its major version.
    pub fn major(&self) -> u32 {
        let output = std::process::Command::new(self.program("postgres")).arg("--version").output();
        let said = String::from_utf8(output.expect("it can be run").stdout).expect("a version");
        let number = said.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty());
        number.and_then(|number| number.parse().ok()).expect("a version")
    }

    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The directory of its libraries.
    pub fn libraries(&self) -> PathBuf {
        self.bin.with_file_name("lib")
    }

    /// The directory of its programs.
    pub fn bin(&self) -> &Path {
        &self.bin
    }
}

/// Whether everything is to be tried, however long it takes.
pub fn is_full() -> bool {
    std::env::var("DBDOCTOR_TESTS").is_ok_and(|wanted| wanted == "full")
}

fn installed_directory() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max_by_key(|bin| bin.parent().and_then(|version| version.file_name()?.to_str()?.parse::<u32>().ok()));
    newest.or_else(|| tools::in_path("initdb")?.parent().map(PathBuf::from))
}
