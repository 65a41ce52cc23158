//! The program: parse, run, exit.

use std::alloc::System;
use std::io::{self, Write as _};
use std::process;

use clap::Parser as _;
use zeroizing_alloc::ZeroAlloc;

use dbdoctor::cli::{Cli, Command};
use dbdoctor::command;
use dbdoctor::conninfo::mask::{MASK, mask_argument};
use dbdoctor::core_dump;
use dbdoctor::exit_code::ExitCode;
use dbdoctor::report;
use dbdoctor::verdict::Verdict;

/// What is given back is wiped, whoever had it: parsers and drivers make copies of what they are given.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ! {
    core_dump::forbid();
    std::panic::set_hook(Box::new(|panic| {
        // The message may hold anything; the place is enough to find the fault.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "dbdoctor: a fault of the doctor's own at {place}");
        process::exit(ExitCode::Broke.number().into());
    }));
    if let Some(code) = command::completions::answer() {
        process::exit(code.number().into());
    }
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
        Command::Check(args) => command::check::run(&args, arguments),
        Command::Dsn(args) => command::dsn::run(&args, arguments),
        Command::Env(args) => command::env::run(&args, arguments),
        Command::Explain(args) => command::explain::run(&args),
        Command::List => command::list::run(),
        Command::Completions(args) => command::completions::run(&args),
        Command::Man => command::man::run(),
        Command::Migrations(args) => command::migrations::run(&args, arguments),
        Command::Runbook(args) => command::runbook::run(&args, arguments),
        Command::Schema => command::schema::run(),
    }
}

/// Prints what is wrong with the command line; arguments that it repeats may hold a password.
fn complain(error: &clap::Error, arguments: &[String]) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::Sound;
    }
    let mut text = error.render().to_string();
    let before = std::iter::once("").chain(arguments.iter().map(String::as_str));
    for (argument, before) in arguments.iter().zip(before) {
        // Of an address that cannot be read, any part may be a secret.
        let address = argument.strip_prefix("--health-url=");
        let (given, masked) = match address.or_else(|| (before == "--health-url").then_some(argument.as_str())) {
            Some(address) => (address, MASK.to_owned()),
            None => (argument.as_str(), mask_argument(argument)),
        };
        let value = argument.split_once('=').filter(|_| argument.starts_with("--"));
        let value = value.map(|(_, value)| (value, mask_argument(value)));
        for (given, masked) in std::iter::once((given, masked)).chain(value) {
            if masked != given && !given.is_empty() {
                text = text.replace(given, &masked);
            }
        }
    }
    let _ = io::stderr().write_all(text.as_bytes());
    if arguments.windows(2).any(|pair| pair == ["--format", "nagios"]) || arguments.iter().any(|argument| argument == "--format=nagios") {
        report::unknown_to_nagios(text.lines().next().unwrap_or_default());
        return ExitCode::Plugin(Verdict::Error);
    }
    ExitCode::Usage
}
