//! From what was parsed to what is asked for.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::check::{CheckArgs, FailOn};
use super::runbook::RunbookArgs;
use super::sources::SourceArgs;
use crate::conninfo::mask::{MASK, mask_argument};
use crate::foreign::Foreign;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::quote;
use crate::request::{Asked, Demand, Need, Origin, Request};
use crate::secret::Secret;
use crate::systemd::search;
use crate::targets::{self, Expect, Named, Pool, Target, Which};

/// The longest connection string that is read from standard input, in bytes.
const LONGEST_DSN: u64 = 64 * 1024;

/// What is to be checked.
#[derive(Debug)]
pub enum Checks {
    One(Box<Request>),
    Many(Vec<Request>),
}

/// What the arguments of `check` stand for.
///
/// # Errors
///
/// When standard input cannot be read, or something is wrong with the file of the targets.
pub fn check(args: &CheckArgs, arguments: &[String]) -> anyhow::Result<Checks> {
    args.sources.no_stray_dsn()?;
    if !args.all && args.sources.targets.len() < 2 {
        let target = target(&args.sources)?;
        return Ok(Checks::One(Box::new(request(args, target.as_ref(), command(arguments))?)));
    }
    let mut names = Vec::new();
    for name in &args.sources.targets {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let which = if args.all { Which::All } else { Which::Named(&names) };
    let targets = targets::find(which, args.sources.config.as_deref())?;
    let requests = targets
        .iter()
        .map(|target| request(args, Some(target), command_for(arguments, &target.name)));
    Ok(Checks::Many(requests.collect::<anyhow::Result<_>>()?))
}

fn request(args: &CheckArgs, of_target: Option<&Target>, command: String) -> anyhow::Result<Request> {
    let pool = of_target.map_or(Pool::default(), |target| target.pool);
    let mut skip = args.skip.clone();
    for text in of_target.into_iter().flat_map(|target| &target.skip) {
        skip.push(
            super::check::skip(text).map_err(|why| anyhow::anyhow!("skip of the target has \"{}\": {why}", Foreign::new(text.as_str())))?,
        );
    }
    Ok(Request {
        origin: origin(&args.sources, of_target)?,
        target: of_target.map(|target| target.name.clone()),
        application: application(&args.sources, of_target),
        var: variable(&args.sources, of_target),
        project: args.sources.project.clone().or_else(|| of_target?.project.clone()),
        venv: args.sources.venv.clone().or_else(|| of_target?.venv.clone()),
        schemas: if args.schemas.is_empty() {
            schemas(of_target)
        } else {
            args.schemas.clone()
        },
        needs: args
            .needs
            .clone()
            .map_or_else(|| needs(of_target), |needs| needs.into_iter().collect()),
        expect: expect(args, of_target),
        exact: args.exact,
        demand: Demand {
            hosts: args.hosts.or(pool.hosts),
            workers: args.workers.or(pool.workers),
            threads: args.threads.or(pool.threads),
            pool_size: args.pool_size.or(pool.pool_size),
            max_overflow: args.max_overflow.or(pool.max_overflow),
        },
        more_units: args.sources.unit.iter().skip(1).cloned().collect(),
        services: Vec::new(),
        load: args.load,
        until: args.until,
        skip,
        timeout: args.timeout,
        wait: args.wait,
        health_url: args.health_url.clone().or_else(|| of_target?.health_url.clone()),
        fail_on_warn: args.fail_on == Some(FailOn::Warn),
        command,
    })
}

/// What the command line says comes before what the target says.
fn expect(args: &CheckArgs, target: Option<&Target>) -> Expect {
    let of_target = target.map(|target| target.expect.clone()).unwrap_or_default();
    Expect {
        database: args.expect_database.clone().or(of_target.database),
        user: args.expect_user.clone().or(of_target.user),
        tables: if args.expect_tables.is_empty() {
            of_target.tables
        } else {
            args.expect_tables.clone()
        },
    }
}

/// The target that is named, if one is.
fn target(args: &SourceArgs) -> anyhow::Result<Option<Target>> {
    match args.targets.as_slice() {
        [] if args.config.is_some() => {
            anyhow::bail!("--config names the file of the targets: name one of them with --target, or all with --all")
        }
        [] => Ok(None),
        [_] => Ok(targets::find(Which::Named(&args.targets), args.config.as_deref())?.pop()),
        _ => anyhow::bail!("only check takes several targets"),
    }
}

/// The privileges that the target names, or the usual ones.
fn needs(target: Option<&Target>) -> BTreeSet<Need> {
    let named = target.and_then(|target| target.needs.clone());
    named.unwrap_or_else(|| Need::USUAL.to_vec()).into_iter().collect()
}

fn schemas(target: Option<&Target>) -> Vec<String> {
    target.and_then(|target| target.schemas.clone()).unwrap_or_default()
}

fn application(args: &SourceArgs, target: Option<&Target>) -> Option<Asked> {
    let flask = || args.flask.clone().map(Asked::Flask);
    let named = args.django.clone().map(Asked::Django).or_else(flask);
    named.or_else(|| target?.application.clone())
}

fn variable(args: &SourceArgs, target: Option<&Target>) -> Option<String> {
    args.var.clone().or_else(|| target?.url_env.clone())
}

/// The request to read settings, and no more: what `env` and `dsn` need.
///
/// # Errors
///
/// When standard input or the file with the targets cannot be read.
pub fn settings(sources: &SourceArgs, arguments: &[String]) -> anyhow::Result<Request> {
    sources.no_stray_dsn()?;
    if sources.unit.len() > 1 {
        anyhow::bail!("only check takes several units");
    }
    let target = target(sources)?;
    Ok(Request {
        origin: origin(sources, target.as_ref())?,
        target: target.as_ref().map(|target| target.name.clone()),
        application: application(sources, target.as_ref()),
        var: variable(sources, target.as_ref()),
        project: sources.project.clone().or_else(|| target.as_ref()?.project.clone()),
        venv: sources.venv.clone().or_else(|| target.as_ref()?.venv.clone()),
        schemas: schemas(target.as_ref()),
        needs: needs(target.as_ref()),
        expect: Expect::default(),
        exact: false,
        demand: Demand::default(),
        more_units: Vec::new(),
        services: Vec::new(),
        load: None,
        until: Layer::Config,
        skip: Vec::new(),
        timeout: Duration::ZERO,
        wait: None,
        health_url: None,
        fail_on_warn: false,
        command: command(arguments),
    })
}

/// The request for the commands to run by hand.
///
/// # Errors
///
/// When standard input or the file with the targets cannot be read.
pub fn runbook(args: &RunbookArgs, arguments: &[String]) -> anyhow::Result<Request> {
    let request = settings(&args.sources, arguments)?;
    Ok(Request {
        needs: args.needs.clone().map_or(request.needs, |needs| needs.into_iter().collect()),
        schemas: if args.schemas.is_empty() {
            request.schemas
        } else {
            args.schemas.clone()
        },
        ..request
    })
}

fn origin(args: &SourceArgs, target: Option<&Target>) -> anyhow::Result<Origin> {
    if let Some(target) = target {
        return Ok(of_target(target));
    }
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
    Ok(match (args.unit.first(), args.pid, &args.container) {
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

fn of_target(target: &Target) -> Origin {
    match &target.origin {
        Some(Named::Unit(name)) => Origin::Unit {
            name: name.clone(),
            pid: None,
            root: PathBuf::from("/"),
        },
        Some(Named::EnvFile(path)) => Origin::EnvFile {
            path: path.clone(),
            dialect: None,
        },
        Some(Named::PidFile(path)) => Origin::PidFile(path.clone()),
        Some(Named::Container(name)) => Origin::Container(name.clone()),
        Some(Named::Dsn(dsn)) => Origin::Target {
            path: target.file.clone(),
            name: target.name.clone(),
            dsn: dsn.clone(),
        },
        None => Origin::Environment,
    }
}

/// Everything on standard input, without the line feed that `echo` adds.
fn standard_input() -> anyhow::Result<Secret> {
    let mut text = zeroize::Zeroizing::new(Vec::new());
    // The standard library would keep what it read for the life of the process.
    let unbuffered = std::io::stdin().as_fd().try_clone_to_owned().map(File::from);
    unbuffered
        .and_then(|input| input.take(LONGEST_DSN).read_to_end(&mut text))
        .context("standard input cannot be read")?;
    Ok(Secret::new(text.strip_suffix(b"\n").unwrap_or(&text)))
}

/// The command line as it could be typed again, without a secret.
#[must_use]
pub fn command(arguments: &[String]) -> String {
    let before = std::iter::once("").chain(arguments.iter().map(String::as_str));
    let words = arguments.iter().zip(before).map(|(argument, before)| {
        // `shop:app` and `shop@1` look like a user with a password.
        let plain = match before {
            "--flask" => is_application(argument),
            "--unit" => search::is_unit_name(argument) && !argument.contains(':'),
            _ => false,
        };
        // A token may stand anywhere in it.
        let page = |url: &str| url.parse::<HealthUrl>().map_or_else(|_| MASK.to_owned(), |url| url.to_string());
        if before == "--health-url" {
            return quote::shell(&page(argument));
        }
        if let Some(url) = argument.strip_prefix("--health-url=") {
            return quote::shell(&format!("--health-url={}", page(url)));
        }
        quote::shell(&if plain { argument.clone() } else { mask_argument(argument) })
    });
    std::iter::once("dbdoctor".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn is_application(text: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    let (module, factory) = text.split_once(':').unwrap_or((text, "app"));
    name(module) && name(factory.strip_suffix("()").unwrap_or(factory))
}

/// The command line that checks one of many targets.
fn command_for(arguments: &[String], target: &str) -> String {
    let mut one = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--all" => {}
            "--target" | "--jobs" => drop(arguments.next()),
            of_many if of_many.starts_with("--target=") || of_many.starts_with("--jobs=") => {}
            _ => one.push(argument.clone()),
        }
    }
    one.extend(["--target".to_owned(), target.to_owned()]);
    command(&one)
}

#[test]
fn one_of_many_targets_is_named() {
    let arguments = ["check", "--all", "--jobs", "4", "--target=x", "--format", "json"].map(str::to_owned);
    assert_eq!(command_for(&arguments, "web 1"), "dbdoctor check --format json --target 'web 1'");
}
