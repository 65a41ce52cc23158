//! `dbdoctor check`: probes the chain and reports.

use std::io::{self, Write as _};
use std::time::Duration;

use crate::aside;
use crate::chain;
use crate::cli::check::CheckArgs;
use crate::cli::resolve::{self, Checks};
use crate::exit_code::ExitCode;
use crate::fleet;
use crate::outcome::Outcome;
use crate::own_limits;
use crate::parting;
use crate::report::live::Live;
use crate::report::output::Output;
use crate::report::style::Style;
use crate::report::{self, Detail, Format};
use crate::request::Request;
use crate::settings::environment::Environment;
use crate::shared::Shared;
use crate::verdict::{Breakage, Verdict};

/// How long a server may take over a handshake or a login that the user broke off; a second Ctrl-C breaks that off too.
const PARTING_LIMIT: Duration = Duration::from_secs(5);

/// Checks one target; `arguments` are the program's own, to be repeated in the report.
#[must_use]
pub fn run(args: &CheckArgs, arguments: &[String]) -> ExitCode {
    check(args, arguments).unwrap_or_else(|error| {
        let usage = super::complain(&error);
        if args.format == Format::Nagios {
            report::unknown_to_nagios(&format!("{error:#}"));
            return ExitCode::Plugin(Verdict::Error);
        }
        usage
    })
}

fn check(args: &CheckArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let checks = resolve::check(args, arguments)?;
    let environment = Environment::of_process();
    // What this process may not do, the chain says, which takes no network.
    let (runtime, room) = own_limits::runtime()?;
    let has_room = room.is_ok();
    if let (Checks::One(request), true) = (&checks, has_room) {
        runtime.block_on(rightly_named(request))?;
    }
    let output = match &args.output {
        Some(path) => Output::file(path).map_err(|error| anyhow::anyhow!("the report cannot be written to {}: {error}", path.display()))?,
        None => Output::standard(),
    };
    let detail = match (args.quiet, args.verbose) {
        (true, _) => Detail::Quiet,
        (false, true) => Detail::Verbose,
        (false, false) => Detail::Normal,
    };
    let style = Style::settle(args.color, output.is_file());
    let mut reporter = report::reporter(args.format, output.writer(), style, detail);
    let shared = Shared {
        hindrance: room.err().map(|Breakage(why)| why),
        ..Shared::default()
    };
    if let Checks::Many(requests) = &checks {
        let names: Vec<String> = requests.iter().filter_map(|request| request.target.clone()).collect();
        reporter.begin(&names);
    }
    let outcome = runtime.block_on(async {
        let mut live = Live::new(reporter.as_mut(), detail);
        match &checks {
            Checks::One(request) => {
                let diagnosis = Box::pin(chain::run(request, &environment, &shared, &mut live, interrupted(has_room))).await;
                Outcome::One(Box::new(diagnosis))
            }
            Checks::Many(requests) => {
                Outcome::Many(fleet::run(requests, &environment, &shared, args.jobs.into(), &mut live, interrupted(has_room)).await)
            }
        }
    });
    // Nobody needs the secrets any more; whoever takes the report may take his time.
    drop((shared, checks, environment));
    reporter.end(&outcome);
    let committed = output.commit();
    runtime.block_on(async {
        tokio::select! {
            () = parting::all(args.timeout.min(PARTING_LIMIT)) => {}
            () = interrupted(has_room) => {}
        }
    });
    // A resolver that hangs must not hold the exit up.
    runtime.shutdown_background();
    if let Err(error) = committed {
        // Nobody may be listening there.
        let _ = writeln!(io::stderr(), "dbdoctor: the report cannot be written: {error}");
        return Ok(ExitCode::Broke);
    }
    Ok(args.format.exit_code(&outcome))
}

/// Where the file system does not answer in time, the chain says so.
async fn rightly_named(request: &Request) -> anyhow::Result<()> {
    let named = request.clone();
    let looked = aside::spawn(move || named.misnamed());
    match aside::in_time(looked, request.timeout, "the directories").await {
        Ok(Some(why)) => anyhow::bail!(why),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Ctrl-C, or a service manager's wish to end.
async fn interrupted(has_room: bool) {
    use tokio::signal::unix::{SignalKind, signal};
    if !has_room {
        return std::future::pending().await;
    }
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
