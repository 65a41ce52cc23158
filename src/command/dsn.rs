//! `dbdoctor dsn`: how each library reads a connection string.

use std::io;

use anyhow::{Context as _, bail};

use crate::cli::dsn::{DsnArgs, DsnFormat};
use crate::cli::resolve;
use crate::exit_code::ExitCode;
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::report::style::Style;
use crate::report::{self, dsn::Readings};
use crate::request::Origin;
use crate::secret::Secret;
use crate::settings::choice::{Bag, Chosen};
use crate::settings::env_file;
use crate::settings::environment::Environment;
use crate::settings::source::{Place, Source};

/// Takes one connection string apart.
#[must_use]
pub fn run(args: &DsnArgs) -> ExitCode {
    read(args).unwrap_or_else(|error| super::complain(&error))
}

fn read(args: &DsnArgs) -> anyhow::Result<ExitCode> {
    let (source, text) = find(args)?;
    let readings = Readings::of(&source, &text, args.show_password);
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
fn find(args: &DsnArgs) -> anyhow::Result<(Source, Secret)> {
    let environment = Environment::of_process();
    let bag = match resolve::origin(args.dsn.as_ref(), args.env_file.as_ref())? {
        Origin::Argument(text) => return Ok((Source::given(Place::Argument), text)),
        Origin::StandardInput(text) => {
            // The line end is the pipe's, not the value's.
            let line = text.reveal();
            let line = Secret::new(line.strip_suffix(b"\r").unwrap_or(line));
            return Ok((Source::given(Place::StandardInput), line));
        }
        Origin::EnvFile(path) => {
            let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", Foreign::new(path.to_string_lossy())))?;
            Bag::of_file(&path, env_file::parse(&text), &environment)
        }
        Origin::Environment => Bag::of_environment(&environment),
    };
    match bag.choose(args.var.as_deref()) {
        Chosen::Dsn { source, text } => Ok((source, text)),
        Chosen::Empty { source } => Ok((source, Secret::default())),
        Chosen::Parts { source, .. } | Chosen::Libpq { source } => {
            bail!(
                "there is no connection string to take apart: {source} say where the database is, one part each; dbdoctor check reads them"
            )
        }
        Chosen::Absent { variable } => bail!("the variable \"{}\" is not set", Foreign::new(variable)),
        Chosen::Nothing => bail!("there is no connection string: name one, or a file with --env-file, or a variable with --var"),
    }
}
