//! From what was parsed to what is asked for.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::check::{CheckArgs, FailOn};
use crate::conninfo::mask::mask_argument;
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
        origin: origin(args.dsn.as_ref(), args.env_file.as_ref())?,
        var: args.var.clone(),
        project: args.project.clone(),
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
        wait: args.wait,
        fail_on_warn: args.fail_on == Some(FailOn::Warn),
        command: command(arguments),
    })
}

/// Where the settings are to be read, by the connection string and the env file of a command line.
///
/// # Errors
///
/// When standard input cannot be read.
pub fn origin(dsn: Option<&Secret>, env_file: Option<&PathBuf>) -> anyhow::Result<Origin> {
    Ok(match (dsn, env_file) {
        (Some(dsn), _) if dsn.reveal() == b"-" => Origin::StandardInput(standard_input()?),
        (Some(dsn), _) => Origin::Argument(dsn.clone()),
        (None, Some(file)) => Origin::EnvFile(file.clone()),
        (None, None) => Origin::Environment,
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
#[must_use]
pub fn command(arguments: &[String]) -> String {
    let words = arguments.iter().map(|argument| quote::shell(&mask_argument(argument)));
    std::iter::once("dbdoctor".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
