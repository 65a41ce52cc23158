//! The program: parse, run, exit.

use std::fs::File;
use std::io::{self, Write as _};
use std::process;

use clap::Parser as _;

use dbdoctor::chain;
use dbdoctor::cli::{CheckArgs, Cli, Command, resolve};
use dbdoctor::conninfo::mask::mask_argument;
use dbdoctor::exit_code::ExitCode;
use dbdoctor::finding;
use dbdoctor::report::style::{ColorChoice, Style};
use dbdoctor::report::{self, Detail, Out, pages};
use dbdoctor::settings::environment::Environment;

/// How long a session that Ctrl-C cuts short may take to say goodbye.
const FAREWELL: std::time::Duration = std::time::Duration::from_millis(200);

fn main() -> ! {
    std::panic::set_hook(Box::new(|panic| {
        // The message may hold anything; the place is enough to find the fault.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "dbdoctor: a fault of the doctor's own at {place}");
        process::exit(ExitCode::Broke.number().into());
    }));
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let code = match Cli::try_parse() {
        Ok(cli) => run(cli, &arguments),
        Err(error) => complain(&error, &arguments),
    };
    process::exit(code.number().into());
}

fn run(cli: Cli, arguments: &[String]) -> ExitCode {
    match cli.command {
        Command::Check(args) => check(&args, arguments).unwrap_or_else(|error| {
            let _ = writeln!(io::stderr(), "dbdoctor: {error:#}");
            ExitCode::Usage
        }),
        Command::Explain { code, color } => explain(&code, color),
        Command::List => {
            pages::list(&mut io::stdout().lock());
            ExitCode::Sound
        }
    }
}

fn explain(code: &str, color: ColorChoice) -> ExitCode {
    if let Some(kind) = finding::by_code(code) {
        pages::explain(&mut io::stdout().lock(), Style::settle(color, false), kind);
        return ExitCode::Sound;
    }
    let _ = writeln!(
        io::stderr(),
        "dbdoctor: \"{}\" is no finding's code; dbdoctor list prints them",
        code.escape_debug()
    );
    ExitCode::Unrecognized
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
        tokio::select! {
            diagnosis = chain::run(&request, &environment, reporter.as_mut()) => diagnosis.exit_code,
            () = interrupted() => {
                // Dropping the chain has begun the farewell.
                tokio::time::sleep(FAREWELL).await;
                ExitCode::Interrupted
            }
        }
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

/// Prints what is wrong with the command line; arguments that it repeats may hold a password.
fn complain(error: &clap::Error, arguments: &[String]) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::Sound;
    }
    let mut text = error.render().to_string();
    for argument in arguments {
        let masked = mask_argument(argument);
        if masked != *argument {
            text = text.replace(argument.as_str(), &masked);
        }
    }
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::Usage
}
