//! `dbdoctor dsn`: how each library reads a connection string.

use std::io;

use anyhow::bail;

use crate::cli::dsn::{DsnArgs, DsnFormat};
use crate::cli::resolve;
use crate::consumers::choice::Installed;
use crate::exit_code::ExitCode;
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::report::style::Style;
use crate::report::{self, dsn::Readings};
use crate::secret::Secret;
use crate::settings::choice::Chosen;
use crate::settings::environment::Environment;
use crate::settings::gather::{self, Reading};
use crate::settings::source::Source;
use crate::settings::stated;

/// Takes one connection string apart; `arguments` are the program's own.
#[must_use]
pub fn run(args: &DsnArgs, arguments: &[String]) -> ExitCode {
    read(args, arguments).unwrap_or_else(|error| super::complain(&error))
}

fn read(args: &DsnArgs, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let (source, text, installed) = find(args, arguments)?;
    let readings = Readings::of(&source, &text, installed.as_ref(), args.show_password);
    let out = Box::new(io::stdout());
    match args.format {
        DsnFormat::Human => report::dsn::human(out, Style::settle(args.color, false), &readings),
        DsnFormat::Json => report::dsn::json(out, &readings),
    }
    Ok(if readings.broken() {
        ExitCode::Layer(Layer::Config)
    } else {
        ExitCode::Sound
    })
}

/// The connection string, and where it stands.
fn find(args: &DsnArgs, arguments: &[String]) -> anyhow::Result<(Source, Secret, Option<Installed>)> {
    let request = resolve::settings(&args.sources, arguments)?;
    let scene = gather::gather(&request, &Environment::of_process());
    let installed = scene.application.installed();
    let bag = match scene.reading {
        Reading::Given { source, text, .. } => return Ok((source, text, installed)),
        Reading::Choose(bag) => bag,
        Reading::Stated { stated, .. } => match stated.url.clone() {
            Some(url) => return Ok((stated::source(&stated), url, installed)),
            None => bail!(
                "there is no connection string to take apart: {} says where the database is, one part each; dbdoctor check reads them",
                stated::source(&stated)
            ),
        },
        Reading::Nothing => match scene.notes.findings.first() {
            Some(finding) => bail!("{}", finding.title),
            None => bail!("there is no connection string there"),
        },
        Reading::Broke(reason) => bail!(reason),
    };
    match bag.choose(request.var.as_deref()) {
        Chosen::Dsn { source, text } => Ok((source, text, installed)),
        Chosen::Empty { source } => Ok((source, Secret::default(), installed)),
        Chosen::Parts { source, .. } | Chosen::Libpq { source } => {
            bail!(
                "there is no connection string to take apart: {source} say where the database is, one part each; dbdoctor check reads them"
            )
        }
        Chosen::Absent { variable } => bail!("the variable \"{}\" is not set", Foreign::new(variable)),
        Chosen::Nothing => bail!("there is no connection string: name one, or a file with --env-file, or a variable with --var"),
    }
}
