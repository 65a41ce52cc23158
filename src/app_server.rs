//! What the command line of a Python application server tells: where the code is, which virtual environment it runs in, how many
//! workers and threads it has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::secret::Secret;

/// What a command line tells; `None` where it tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppServer {
    /// `gunicorn` or `uvicorn`.
    pub name: Option<&'static str>,
    /// `--chdir`
    pub directory: Option<PathBuf>,
    pub workers: Option<u32>,
    pub threads: Option<u32>,
    /// The program that is run, and what it is run by.
    pub programs: Vec<PathBuf>,
}

/// What gunicorn's own settings say.
#[derive(Debug, Default)]
struct Gunicorn {
    workers: Option<Number>,
    threads: Option<Number>,
    class: Option<String>,
    directory: Option<PathBuf>,
    config: Option<String>,
}

/// A number, or a setting that is code.
#[derive(Debug, Clone, Copy)]
enum Number {
    Known(u32),
    Unknown,
}

/// Reads a command line, with the environment and the directory it runs in.
#[must_use]
pub fn read(command: &[Secret], variables: &BTreeMap<String, Secret>, directory: Option<&Path>) -> AppServer {
    let words: Vec<String> = command.iter().map(|word| filled_in(word, variables)).collect();
    let mut found = AppServer {
        programs: words.iter().take(2).map(PathBuf::from).filter(|path| path.is_absolute()).collect(),
        ..AppServer::default()
    };
    let server = words.iter().enumerate().find_map(|(index, word)| {
        let name = Path::new(word).file_name()?.to_str()?;
        ["gunicorn", "uvicorn"]
            .into_iter()
            .find(|known| *known == name)
            .map(|known| (known, index))
    });
    let Some((name, index)) = server else { return found };
    found.name = Some(name);
    let arguments = &words[index + 1..];
    let concurrency = number(variables, "WEB_CONCURRENCY");
    if name == "uvicorn" {
        found.workers = option(arguments, &["--workers"])
            .and_then(|value| value.parse().ok())
            .or(concurrency)
            .or(Some(1));
        return found;
    }
    let more = variables.get("GUNICORN_CMD_ARGS").and_then(Secret::reveal_str).unwrap_or_default();
    let more: Vec<String> = more.split_whitespace().map(str::to_owned).collect();
    let line = gunicorn(arguments);
    let from_variable = gunicorn(&more);
    let config = line.config.clone().or_else(|| from_variable.config.clone());
    let file = configuration(config.as_deref(), line.directory.as_deref().or(directory));
    let sources = [&line, &from_variable, &file];
    let first = |part: fn(&Gunicorn) -> Option<Number>, default| match sources.iter().find_map(|source| part(source)) {
        Some(Number::Known(number)) => Some(number),
        Some(Number::Unknown) => None,
        None => default,
    };
    found.workers = first(|source| source.workers, concurrency.or(Some(1)));
    found.threads = first(|source| source.threads, Some(1));
    let class = sources.iter().find_map(|source| source.class.clone());
    // Greenlets and event loops are no threads.
    if class.is_some_and(|class| !matches!(class.as_str(), "sync" | "gthread")) {
        found.threads = None;
    }
    found.directory = sources.iter().find_map(|source| source.directory.clone());
    found
}

fn gunicorn(arguments: &[String]) -> Gunicorn {
    let count = |names: &[&str]| option(arguments, names).map(|value| value.parse().map_or(Number::Unknown, Number::Known));
    Gunicorn {
        workers: count(&["--workers", "-w"]),
        threads: count(&["--threads"]),
        class: option(arguments, &["--worker-class", "-k"]).map(str::to_owned),
        directory: option(arguments, &["--chdir"]).map(PathBuf::from),
        config: option(arguments, &["--config", "-c"]).map(str::to_owned),
    }
}

/// gunicorn's configuration file is Python. Plain numbers are read, anything else is not known.
fn configuration(named: Option<&str>, directory: Option<&Path>) -> Gunicorn {
    let unknown = || Gunicorn {
        workers: Some(Number::Unknown),
        threads: Some(Number::Unknown),
        ..Gunicorn::default()
    };
    let name = match named {
        Some(name) if name.starts_with("python:") => return unknown(),
        Some(name) => name.strip_prefix("file:").unwrap_or(name),
        None => "gunicorn.conf.py",
    };
    let path = directory.unwrap_or(Path::new("")).join(name);
    let Ok(text) = crate::settings::file::read(&path) else {
        return if named.is_some() { unknown() } else { Gunicorn::default() };
    };
    let text = String::from_utf8_lossy(&text);
    let assigned = |wanted: &str| {
        let mut values = text.lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == wanted).then(|| value.split('#').next().unwrap_or_default().trim().to_owned())
        });
        values.next_back()
    };
    let count = |name: &str| assigned(name).map(|value| value.parse().map_or(Number::Unknown, Number::Known));
    let literal = |name: &str| assigned(name).map(|value| value.trim_matches(['"', '\'']).to_owned());
    Gunicorn {
        workers: count("workers"),
        threads: count("threads"),
        class: literal("worker_class"),
        directory: literal("chdir").map(PathBuf::from).filter(|path| path.is_absolute()),
        config: None,
    }
}

/// The value of an option in any of its spellings; the last one counts.
fn option<'a>(arguments: &'a [String], names: &[&str]) -> Option<&'a str> {
    let mut found = None;
    for (index, argument) in arguments.iter().enumerate() {
        for name in names {
            let Some(rest) = argument.strip_prefix(name) else { continue };
            let value = match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => arguments.get(index + 1).map(String::as_str),
                None if !name.starts_with("--") => Some(rest),
                None => None,
            };
            found = value.or(found);
        }
    }
    found
}

fn number(variables: &BTreeMap<String, Secret>, name: &str) -> Option<u32> {
    variables.get(name)?.reveal_str()?.trim().parse().ok()
}

/// A word with `$NAME` and `${NAME}` filled in, as systemd does with commands.
fn filled_in(word: &Secret, variables: &BTreeMap<String, Secret>) -> String {
    let word = String::from_utf8_lossy(word.reveal()).into_owned();
    let mut out = String::new();
    let mut rest = word.as_str();
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let value = variables.get(&rest[start + 2..start + length]);
        out.push_str(value.and_then(Secret::reveal_str).unwrap_or_default());
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    match out.strip_prefix('$').and_then(|name| variables.get(name)) {
        Some(value) => value.reveal_str().unwrap_or_default().to_owned(),
        None => out,
    }
}
