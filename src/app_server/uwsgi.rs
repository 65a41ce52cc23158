//! uWSGI: its command line, and the ini file that it names.

use std::path::{Path, PathBuf};

use super::AppServer;
use super::arguments::{count, option};
use super::told::Told;
use crate::foreign::Foreign;

/// What uWSGI is told.
pub fn read(arguments: &[String], directory: Option<&Path>) -> AppServer {
    let place = "on the command line";
    let file = option(arguments, &["--ini"]).or_else(|| {
        let is_ini = |word: &&String| Path::new(word).extension().is_some_and(|extension| extension == "ini");
        arguments.iter().find(is_ini).map(String::as_str)
    });
    let ini = file.map(|file| Ini::read(&directory.unwrap_or(Path::new("")).join(file)));
    let of_file = |keys: &[&str]| ini.as_ref().and_then(|ini| ini.number(keys));
    let processes = count(arguments, &["--processes", "--workers", "-p"], place).or_else(|| of_file(&["processes", "workers"]));
    let threads = count(arguments, &["--threads"], place).or_else(|| of_file(&["threads"]));
    let default = || Some(Told::Is(1, "uWSGI's default".to_owned()));
    AppServer {
        name: Some("uwsgi"),
        workers: processes.or_else(default),
        threads: threads.or_else(default),
        directory: option(arguments, &["--chdir"])
            .map(PathBuf::from)
            .or_else(|| ini.as_ref()?.text("chdir").map(PathBuf::from))
            .filter(|path| path.is_absolute()),
        ..AppServer::default()
    }
}

/// The section `[uwsgi]` of a file.
struct Ini {
    shown: String,
    /// Why it could not be read.
    unread: Option<String>,
    entries: Vec<(String, String, usize)>,
}

impl Ini {
    fn read(path: &Path) -> Self {
        let shown = Foreign::new(path.to_string_lossy()).to_string();
        let (text, unread) = match crate::file::read(path) {
            Ok(text) => (String::from_utf8_lossy(&text).into_owned(), None),
            Err(_) => (String::new(), Some(format!("{shown} cannot be read"))),
        };
        let mut section = String::new();
        let mut entries = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name.trim().clone_into(&mut section);
            } else if section == "uwsgi"
                && !line.starts_with(['#', ';'])
                && let Some((key, value)) = line.split_once('=')
            {
                entries.push((key.trim().to_owned(), value.trim().to_owned(), number));
            }
        }
        Self { shown, unread, entries }
    }

    fn text(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().rfind(|(name, ..)| name == key);
        entry.map(|(_, value, _)| value.as_str())
    }

    fn number(&self, keys: &[&str]) -> Option<Told> {
        if let Some(why) = &self.unread {
            return Some(Told::Untold(why.clone()));
        }
        let (key, value, line) = self.entries.iter().rfind(|(name, ..)| keys.contains(&name.as_str()))?;
        Some(match value.parse() {
            Ok(number) => Told::Is(number, format!("{key} in {} line {line}", self.shown)),
            Err(_) => Told::Untold(format!(
                "{key} in {} line {line} is \"{}\"",
                self.shown,
                Foreign::new(value.as_str())
            )),
        })
    }
}
