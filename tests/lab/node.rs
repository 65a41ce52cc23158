//! Migration tools of the JavaScript world, in a directory that stays for the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::{tools, workdir};

const PACKAGES: &[&str] = &[
    "pg@8.23.1",
    "knex@3.3.0",
    "sequelize@6.37.8",
    "sequelize-cli@6.6.5",
    "typeorm@1.1.1",
    "reflect-metadata@0.2.2",
    "drizzle-orm@0.45.4",
    "drizzle-kit@0.31.11",
];

/// The packages.
#[derive(Debug)]
pub struct Node {
    modules: PathBuf,
}

impl Node {
    /// The packages that scenarios share.
    ///
    /// # Errors
    /// Why there are none: no npm, or no registry.
    pub fn shared() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Node, String>> = LazyLock::new(Node::install);
        SHARED.as_ref().map_err(Clone::clone)
    }

    fn install() -> Result<Self, String> {
        let npm = tools::in_path("npm").ok_or("npm is not installed")?;
        let home = workdir::lasting().join("node");
        let ready = home.join("ready");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&ready).ok().as_deref() != Some(wanted.as_str()) {
            fs::create_dir_all(&home).expect("target/ can be written");
            let output = Command::new(npm)
                .args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&home)
                .args(PACKAGES)
                .stdin(Stdio::null())
                .output()
                .map_err(|error| format!("npm: {error}"))?;
            if !output.status.success() {
                return Err(format!("npm install: {}", String::from_utf8_lossy(&output.stderr)));
            }
            fs::write(&ready, wanted).expect("target/ can be written");
        }
        Ok(Self {
            modules: home.join("node_modules"),
        })
    }

    /// Lets the code in `directory` find the packages.
    pub fn lend_to(&self, directory: &Path) {
        std::os::unix::fs::symlink(&self.modules, directory.join("node_modules")).expect("the directory is ours");
    }

    /// Runs one of the packages' programs in `directory`: whether it succeeded, and what it printed.
    pub fn try_run(&self, directory: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(self.modules.join(".bin").join(program))
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::null())
            .output()
            .expect("npm has installed it");
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        (output.status.success(), text)
    }

    /// The same where it has to succeed.
    pub fn run(&self, directory: &Path, program: &str, arguments: &[&str]) -> String {
        let (succeeded, text) = self.try_run(directory, program, arguments);
        assert!(succeeded, "{program} {arguments:?}: {text}");
        text
    }
}
