//! `dbdoctor runbook`: the diagnosis as commands to run by hand.

use std::io;
use std::path::Path;

use crate::cli::resolve;
use crate::cli::runbook::RunbookArgs;
use crate::exit_code::ExitCode;
use crate::finding::Severity;
use crate::layer::Layer;
use crate::mask::Mask;
use crate::migrations;
use crate::probe;
use crate::report::runbook::{self as report, Page};
use crate::report::style::Style;
use crate::request::Request;
use crate::runbook::{Runbook, Scene};
use crate::settings::choice::Chosen;
use crate::settings::environment::Environment;
use crate::settings::gather::{self, Reading};
use crate::settings::source::Source;
use crate::target::Target;
use crate::venv;
use crate::verdict::{Breakage, Notes, Probed};

/// Prints the commands; `arguments` are the program's own, to be repeated in remedies.
#[must_use]
pub fn run(args: &RunbookArgs, arguments: &[String]) -> ExitCode {
    print(args, arguments).unwrap_or_else(|error| super::complain(&error))
}

fn print(args: &RunbookArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let request = resolve::runbook(args, arguments)?;
    let environment = Environment::of_process();
    let gathered = gather::gather(&request, &environment);
    let request = gathered.complete(&request);
    let source = source(&gathered.reading, &request);
    let of_service = gathered.application.venv.as_ref().map(|venv| venv.path.clone());
    let account = match &gathered.application.account {
        Some(Ok(account)) => Some(account.name.clone()),
        Some(Err(_)) | None => None,
    };
    let (target, notes) = match probe::config::probe(&request, gathered) {
        Probed::Sound(target, notes) => (Some(target), notes),
        Probed::Broken(notes) => (None, notes),
        Probed::NotApplicable(_, reason) | Probed::Broke(Breakage(reason)) => {
            super::complain(&anyhow::anyhow!(reason));
            return Ok(ExitCode::Broke);
        }
    };
    let project = request.project.as_deref().unwrap_or(Path::new("."));
    let venv = venv::of_project(
        project,
        request.venv.as_deref().or(of_service.as_deref()),
        environment.virtual_env(),
    );
    let trees = migrations::survey(project, venv.as_deref());
    let mut runbook = Runbook::of(&Scene {
        request: &request,
        source: source.as_ref(),
        target: target.as_ref(),
        trees: &trees,
        venv: venv.as_deref(),
        account: account.as_deref(),
    });
    let mask = target.as_ref().map_or_else(|| Mask::over(notes.password.as_ref()), Mask::of);
    let Notes { mut findings, .. } = notes;
    let mut subject = subject(source.as_ref(), target.as_ref());
    mask.apply(&mut subject);
    runbook.each_text(&mut |text| mask.apply(text));
    for finding in &mut findings {
        finding.each_text(&mut |text| mask.apply(text));
    }
    findings.retain(|finding| finding.severity > Severity::Info);
    let code = if target.is_some() {
        ExitCode::Sound
    } else {
        ExitCode::Layer(Layer::Config)
    };
    let page = Page {
        runbook: &runbook,
        subject,
        findings: &findings,
        exit_code: code.number(),
    };
    report::write(args.format, Box::new(io::stdout()), Style::settle(args.color, false), &page);
    Ok(code)
}

/// Where the settings that count stand.
fn source(reading: &Reading, request: &Request) -> Option<Source> {
    match reading {
        Reading::Given { source, .. } => Some(source.clone()),
        Reading::Choose(bag) => match bag.choose(request.var.as_deref()) {
            Chosen::Dsn { source, .. } | Chosen::Parts { source, .. } | Chosen::Libpq { source } | Chosen::Empty { source } => Some(source),
            Chosen::Absent { .. } | Chosen::Nothing => None,
        },
        // What code says stands on no line; the subject names it.
        Reading::Stated { .. } | Reading::Nothing | Reading::Broke(_) => None,
    }
}

/// Whom it is about, in one line.
fn subject(source: Option<&Source>, target: Option<&Target>) -> String {
    let Some(target) = target else {
        return source.map_or_else(|| "settings that cannot be read".to_owned(), ToString::to_string);
    };
    let hosts: Vec<String> = target.hosts.iter().map(ToString::to_string).collect();
    format!(
        "database \"{}\" at {} as \"{}\" ({})",
        target.database,
        hosts.join(", "),
        target.user,
        target.source
    )
}
