//! `dbdoctor env`: every place a setting could come from, and which one wins.

use std::io;

use crate::cli::env::{EnvArgs, Format};
use crate::cli::resolve;
use crate::exit_code::ExitCode;
use crate::finding::{Finding, Severity};
use crate::layer::Layer;
use crate::mask::Mask;
use crate::probe;
use crate::report::env;
use crate::report::style::Style;
use crate::settings::environment::Environment;
use crate::settings::gather;
use crate::settings::inventory::Inventory;
use crate::verdict::{Breakage, Fact, Notes, Probed};

/// Shows the settings; `arguments` are the program's own, to be repeated in remedies.
#[must_use]
pub fn run(args: &EnvArgs, arguments: &[String]) -> ExitCode {
    show(args, arguments).unwrap_or_else(|error| super::complain(&error))
}

fn show(args: &EnvArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let request = resolve::settings(&args.sources, arguments)?;
    let scene = gather::gather(&request, &Environment::of_process());
    let request = scene.complete(&request);
    let mut inventory = Inventory::of(&scene, request.var.as_deref());
    let (notes, mask, broke) = match probe::config::probe(&request, scene) {
        Probed::Sound(target, notes) => {
            if let Some(password) = &target.password {
                inventory.know_password(password);
            }
            (notes, Mask::of(&target), None)
        }
        Probed::Broken(notes) => {
            let mask = Mask::over(notes.password.as_ref());
            (notes, mask, None)
        }
        Probed::NotApplicable(_, reason) | Probed::Broke(Breakage(reason)) => (Notes::default(), Mask::default(), Some(reason)),
    };
    let Notes { facts, mut findings, .. } = notes;
    let application = application(facts);
    strike(&mask, &mut inventory, &mut findings, &request.command);
    let failed = findings.iter().any(|finding| finding.severity == Severity::Fail);
    let code = match (&broke, failed) {
        (Some(_), _) => ExitCode::Broke,
        (None, true) => ExitCode::Layer(Layer::Config),
        (None, false) => ExitCode::Sound,
    };
    let page = env::Page {
        inventory: &inventory,
        application: &application,
        findings: &findings,
        broke: broke.as_deref(),
        exit_code: code.number(),
    };
    let out = Box::new(io::stdout());
    match args.format {
        Format::Human => env::human(out, Style::settle(args.color, false), &page),
        Format::Json => env::json(out, &page),
    }
    Ok(code)
}

/// What the place tells of the application.
fn application(facts: Vec<(&'static str, Fact)>) -> Vec<(&'static str, Fact)> {
    const OF_APPLICATION: &[&str] = &[
        "project",
        "venv",
        "packages",
        "bundled_libpq",
        "server",
        "workers",
        "threads",
        "asked",
        "framework",
        "engine",
        "engines",
        "options",
        "conn_max_age",
        "conn_health_checks",
        "pool",
        "pool_max_lifetime",
        "other_databases",
    ];
    facts.into_iter().filter(|(name, _)| OF_APPLICATION.contains(name)).collect()
}

fn strike(mask: &Mask, inventory: &mut Inventory, findings: &mut [Finding], command: &str) {
    for place in &mut inventory.places {
        for setting in &mut place.settings {
            mask.apply(&mut setting.value);
        }
    }
    for parameter in &mut inventory.parameters {
        mask.apply(&mut parameter.value);
    }
    for finding in findings {
        if let Some(remedy) = &mut finding.remedy {
            remedy.verify.get_or_insert_with(|| command.to_owned());
        }
        finding.each_text(&mut |text| mask.apply(text));
    }
}
