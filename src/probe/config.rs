//! `config`: which settings does the application really run with, and can they be read as a connection?

use std::io::ErrorKind;
use std::path::Path;

use crate::conninfo::validate;
use crate::finding::Severity;
use crate::finding::config::{
    env_file_missing, env_file_unreadable, invalid_value, missing_setting, no_settings, stray_whitespace, unexpanded_variable,
};
use crate::foreign::Foreign;
use crate::request::{Origin, Request};
use crate::secret::Secret;
use crate::settings::choice::{Bag, Chosen};
use crate::settings::dsn::{self, Judged};
use crate::settings::env_file::{self, Style};
use crate::settings::environment::Environment;
use crate::settings::merge::{self, Merged};
use crate::settings::passwords::{self, Login};
use crate::settings::source::{Place, Source};
use crate::settings::{disagreement as sources, parts, target};
use crate::target::{Endpoint, SslMode, Target};
use crate::verdict::{Breakage, Fact, Notes, Probed};

/// Finds the settings and reads them. `environment` is the doctor's own.
#[must_use]
pub fn probe(request: &Request, environment: &Environment) -> Probed<Target> {
    match &request.origin {
        Origin::Argument(text) => read_dsn(&Bag::of_environment(environment), &Source::given(Place::Argument), text),
        Origin::StandardInput(text) => {
            // The line end is the pipe's, not the value's.
            let line = text.reveal();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = Secret::new(line.strip_suffix(b"\r").unwrap_or(line));
            read_dsn(&Bag::of_environment(environment), &Source::given(Place::StandardInput), &line)
        }
        Origin::EnvFile(path) => match std::fs::read(path) {
            Ok(text) => {
                let bag = Bag::of_file(path, env_file::parse(&text), environment);
                choose(&bag, request.var.as_deref())
            }
            Err(error) => no_file(path, &error, request),
        },
        Origin::Environment => choose(&Bag::of_environment(environment), request.var.as_deref()),
    }
}

fn no_file(path: &Path, error: &std::io::Error, request: &Request) -> Probed<Target> {
    let finding = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => env_file_missing::found(path, error),
        ErrorKind::PermissionDenied => env_file_unreadable::found(path, error, &request.command),
        _ => {
            let path = Foreign::new(path.to_string_lossy());
            return Probed::Broke(Breakage(format!("{path} cannot be read: {error}")));
        }
    };
    Probed::broken_by(finding, Notes::default())
}

fn choose(bag: &Bag, variable: Option<&str>) -> Probed<Target> {
    match bag.choose(variable) {
        Chosen::Dsn { source, text } => read_dsn(bag, &source, &text),
        Chosen::Parts { source, set, parts } => {
            let judged = parts::judge(bag, &source, set, &parts);
            conclude(bag, &source, judged)
        }
        Chosen::Libpq { source } => conclude(
            bag,
            &source,
            Judged {
                certain: true,
                ..Judged::default()
            },
        ),
        Chosen::Empty { source } => Probed::broken_by(missing_setting::empty(&source), Notes::default()),
        Chosen::Absent { variable } => {
            let source = bag.source([variable.as_str()]);
            Probed::broken_by(missing_setting::absent(&variable, &source), Notes::default())
        }
        Chosen::Nothing => Probed::broken_by(no_settings::nothing(&bag.place), Notes::default()),
    }
}

fn read_dsn(bag: &Bag, source: &Source, text: &Secret) -> Probed<Target> {
    let judged = dsn::judge(source, text.reveal());
    conclude(bag, source, judged)
}

/// Fills in the defaults, validates, and hands the target on.
fn conclude(bag: &Bag, source: &Source, judged: Judged) -> Probed<Target> {
    let mut notes = Notes::default();
    notes.fact("source", source.to_string());
    let broken = judged.broken();
    let Judged {
        parameters,
        driver,
        findings,
        certain,
        disagreement,
    } = judged;
    notes.findings.extend(findings);
    file_facts(bag, source, &mut notes);
    if broken {
        // What could be read all the same is looked at too.
        if let (false, Ok(merged)) = (parameters.is_empty(), merge::merge(&parameters, &bag.environment)) {
            validate(&merged, bag, source, certain, &mut notes);
        }
        return finish(notes);
    }
    // A connection string that was given as such is what was asked for, whatever the environment says.
    if !source.variables.is_empty() {
        notes.findings.extend(sources::find(bag, source, &parameters));
    }
    let merged = match merge::merge(&parameters, &bag.environment) {
        Ok(merged) => merged,
        Err(finding) => {
            notes.found(*finding);
            return finish(notes);
        }
    };
    validate(&merged, bag, source, certain, &mut notes);
    if notes.gravest() != Some(Severity::Fail) {
        notes.findings.extend(disagreement);
    }
    let target = complete(bag, source, &merged, driver, &mut notes);
    if notes.gravest() == Some(Severity::Fail) {
        return finish(notes);
    }
    describe(&target, &merged, &mut notes);
    notes.summary = summary(&target);
    Probed::Sound(target, notes)
}

/// A layer that is broken; the first failing finding's title is the row's line.
fn finish(mut notes: Notes) -> Probed<Target> {
    let gravest = notes.findings.iter().find(|finding| finding.severity == Severity::Fail);
    notes.summary = gravest.map(|finding| finding.title.clone()).unwrap_or_default();
    Probed::Broken(notes)
}

/// What the lines of an env file show beyond their values.
fn file_facts(bag: &Bag, source: &Source, notes: &mut Notes) {
    for (name, _) in &source.variables {
        let Some(assignment) = bag.assignments.get(name) else { continue };
        let one = source.only(name);
        let written: Vec<String> = assignment
            .styles
            .iter()
            .map(|style| format!("{name}: {}", style.described()))
            .collect();
        if !written.is_empty() {
            notes.fact("written", written);
        }
        if assignment.styles.contains(&Style::CarriageReturn) {
            notes.found(stray_whitespace::carriage_return(&one));
        }
        if assignment.styles.contains(&Style::Expanded) {
            notes.found(unexpanded_variable::reader_decides(&one));
        }
    }
}

fn validate(merged: &Merged, bag: &Bag, source: &Source, certain: bool, notes: &mut Notes) {
    for invalid in validate::check(|keyword| merged.get(keyword)) {
        let keyword = invalid.keyword();
        let setting = match merged.origin(keyword) {
            Some(merge::Origin::Variable(name)) => bag.source([*name]).to_string(),
            Some(merge::Origin::Service(path)) => format!("the service file {}", Foreign::new(path.to_string_lossy())),
            Some(merge::Origin::Default) => format!("{source} (the default)"),
            Some(merge::Origin::Given) | None => source.to_string(),
        };
        let value = merged.get(keyword).map(Foreign::from_bytes);
        let may_show = certain || keyword != "port" || merged.origin("port") != Some(&merge::Origin::Given);
        notes.found(invalid_value::found(&invalid, &setting, value.as_ref().filter(|_| may_show)));
    }
}

fn complete(bag: &Bag, source: &Source, merged: &Merged, driver: Option<Foreign>, notes: &mut Notes) -> Target {
    let mut hosts = target::hosts(merged);
    let user = merged
        .filled("user")
        .map_or_else(|| Foreign::new(bag.environment.user().unwrap_or_default()), Foreign::from_bytes);
    let database = merged.filled("dbname").map_or_else(|| user.clone(), Foreign::from_bytes);
    let login = Login {
        database: database.raw().as_bytes(),
        user: user.raw().as_bytes(),
    };
    let (password, ignored) = passwords::find(merged, source, &bag.environment, login, &mut hosts);
    if let Some(finding) = ignored {
        notes.found(finding);
    }
    let tls = target::tls(merged, &bag.environment);
    let nameless = |host: &crate::target::Host| matches!(&host.endpoint, Endpoint::Address { name: None, .. });
    if tls.mode == SslMode::VerifyFull && merged.filled("hostaddr").is_some() && hosts.iter().any(nameless) {
        notes.found(missing_setting::host_name(source));
    }
    Target {
        source: source.to_string(),
        hosts,
        user,
        database,
        password,
        tls,
        channel_binding: target::channel_binding(merged),
        connect_timeout: target::connect_timeout(merged),
        options: merged.filled("options").map(Foreign::from_bytes),
        session_attrs: target::session_attrs(merged),
        balances_hosts: target::balances_hosts(merged),
        require_auth: target::require_auth(merged),
        driver,
    }
}

fn describe(target: &Target, merged: &Merged, notes: &mut Notes) {
    let hosts: Vec<String> = target.hosts.iter().map(crate::target::Host::name).collect();
    let ports: Vec<String> = target.hosts.iter().map(|host| host.port.to_string()).collect();
    if let ([host], [only]) = (hosts.as_slice(), target.hosts.as_slice()) {
        notes.fact("host", host.as_str());
        notes.fact("port", i64::from(only.port));
    } else {
        notes.fact("host", hosts);
        notes.fact("port", ports);
    }
    notes.fact("database", target.database.to_string());
    notes.fact("user", target.user.to_string());
    notes.fact("sslmode", target.tls.mode.name());
    let password = target.password.as_ref();
    notes.fact(
        "password",
        password.map_or_else(|| "not set".to_owned(), |password| format!("set, from {}", password.source)),
    );
    if let Some(driver) = &target.driver {
        notes.fact("driver", driver.to_string());
    }
    for name in ["target_session_attrs", "require_auth", "load_balance_hosts", "gssencmode"] {
        let given = merged.origin(name).is_some_and(|origin| *origin != merge::Origin::Default);
        if let Some(value) = merged.filled(name).filter(|_| given) {
            notes.facts.push((name, Fact::Text(Foreign::from_bytes(value).to_string())));
        }
    }
}

fn summary(target: &Target) -> String {
    let hosts: Vec<String> = target.hosts.iter().map(ToString::to_string).collect();
    format!(
        "{}: database \"{}\" at {} as \"{}\", sslmode {}",
        target.source,
        target.database,
        hosts.join(", "),
        target.user,
        target.tls.mode.name()
    )
}
