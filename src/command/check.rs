//! `dbdoctor check`: probes the chain and reports.

use std::fs::File;
use std::io;

use crate::chain;
use crate::cli::check::CheckArgs;
use crate::cli::resolve;
use crate::exit_code::ExitCode;
use crate::report::style::Style;
use crate::report::{self, Detail, Out};
use crate::settings::environment::Environment;

/// Checks one target; `arguments` are the program's own, to be repeated in the report.
#[must_use]
pub fn run(args: &CheckArgs, arguments: &[String]) -> ExitCode {
    check(args, arguments).unwrap_or_else(|error| super::complain(&error))
}

fn check(args: &CheckArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let request = resolve::check(args, arguments)?;
    let environment = Environment::of_process();
    let out: Out = match &args.output {
        Some(path) => {
            Box::new(File::create(path).map_err(|error| anyhow::anyhow!("the report cannot be written to {}: {error}", path.display()))?)
        }
        None => Box::new(io::stdout()),
    };
    let detail = match (args.quiet, args.verbose) {
        (true, _) => Detail::Quiet,
        (false, true) => Detail::Verbose,
        (false, false) => Detail::Normal,
    };
    let style = Style::settle(args.color, args.output.is_some());
    let mut reporter = report::reporter(args.format, out, style, detail);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        let diagnosis = chain::run(&request, &environment, reporter.as_mut(), interrupted()).await;
        diagnosis.map_or(ExitCode::Interrupted, |diagnosis| diagnosis.exit_code)
    });
    // A resolver that hangs must not hold the exit up.
    runtime.shutdown_background();
    Ok(code)
}

/// Ctrl-C, or a service manager's wish to end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
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
