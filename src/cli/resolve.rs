//! From what was parsed to what is asked for.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::check::{CheckArgs, FailOn};
use super::env::EnvArgs;
use super::sources::SourceArgs;
use crate::conninfo::mask::mask_argument;
use crate::layer::Layer;
use crate::quote;
use crate::request::{Demand, Origin, Request};
use crate::secret::Secret;

/// The longest connection string that is read from standard input, in bytes.
const LONGEST_DSN: u64 = 64 * 1024;

/// The request that the arguments of `check` stand for.
///
/// # Errors
///
/// When standard input cannot be read.
pub fn check(args: &CheckArgs, arguments: &[String]) -> anyhow::Result<Request> {
    Ok(Request {
        origin: origin(&args.sources)?,
        var: args.sources.var.clone(),
        project: args.project.clone(),
        venv: args.sources.venv.clone(),
        schemas: args.schemas.clone(),
        needs: args.needs.iter().copied().collect(),
        demand: Demand {
            workers: args.workers,
            threads: args.threads,
            pool_size: args.pool_size,
            max_overflow: args.max_overflow,
        },
        until: args.until,
        skip: args.skip.clone(),
        timeout: args.timeout,
        fail_on_warn: args.fail_on == Some(FailOn::Warn),
        command: command(arguments),
    })
}

/// The request that the arguments of `env` stand for: as far as the first layer.
///
/// # Errors
///
/// When standard input or the file with the targets cannot be read.
pub fn env(args: &EnvArgs, arguments: &[String]) -> anyhow::Result<Request> {
    Ok(Request {
        origin: origin(&args.sources)?,
        var: args.sources.var.clone(),
        project: None,
        venv: args.sources.venv.clone(),
        schemas: Vec::new(),
        needs: BTreeSet::new(),
        demand: Demand::default(),
        until: Layer::Config,
        skip: Vec::new(),
        timeout: Duration::ZERO,
        fail_on_warn: false,
        command: command(arguments),
    })
}

fn origin(args: &SourceArgs) -> anyhow::Result<Origin> {
    if let Some(dsn) = &args.dsn {
        return Ok(if dsn.reveal() == b"-" {
            Origin::StandardInput(standard_input()?)
        } else {
            Origin::Argument(dsn.clone())
        });
    }
    if let Some(path) = &args.env_file {
        return Ok(Origin::EnvFile {
            path: path.clone(),
            dialect: args.dialect,
        });
    }
    Ok(match (&args.unit, args.pid, &args.container) {
        (Some(name), pid, _) => Origin::Unit {
            name: name.clone(),
            pid,
            root: args.root.clone().unwrap_or_else(|| PathBuf::from("/")),
        },
        (None, Some(pid), _) => Origin::Process(pid),
        (None, None, Some(name)) => Origin::Container(name.clone()),
        (None, None, None) => Origin::Environment,
    })
}

/// Everything on standard input, without the line feed that `echo` adds.
fn standard_input() -> anyhow::Result<Secret> {
    let mut text = zeroize::Zeroizing::new(Vec::new());
    std::io::stdin()
        .lock()
        .take(LONGEST_DSN)
        .read_to_end(&mut text)
        .context("standard input cannot be read")?;
    Ok(Secret::new(text.strip_suffix(b"\n").unwrap_or(&text)))
}

/// The command line as it could be typed again, without a secret.
fn command(arguments: &[String]) -> String {
    let words = arguments.iter().map(|argument| quote::shell(&mask_argument(argument)));
    std::iter::once("dbdoctor".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
