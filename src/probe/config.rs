//! `config`: which settings does the application really run with, and can they be read as a connection?

use std::path::Path;

use crate::conninfo::validate;
use crate::finding::config::{
    invalid_value, legacy_scheme, missing_setting, no_settings, replication_connection, shell_only, sources_disagree, stale_process,
    stray_whitespace, unexpanded_variable, value_unknown,
};
use crate::finding::{Finding, Severity};
use crate::foreign::Foreign;
use crate::request::Request;
use crate::secret::Secret;
use crate::settings::choice::{Bag, Chosen};
use crate::settings::dsn::{self, Judged};
use crate::settings::env_file::Style;
use crate::settings::gather::{Application, Reading, Scene};
use crate::settings::merge::{self, Merged};
use crate::settings::passwords::{self, Login};
use crate::settings::source::{Place, Source};
use crate::settings::{disagreement as sources, driver, parts, stated, target};
use crate::target::{Endpoint, SslMode, Target};
use crate::verdict::{Breakage, Fact, Notes, Probed};

/// Judges what was gathered, and reads it.
#[must_use]
pub fn probe(request: &Request, scene: Scene) -> Probed<Target> {
    let Scene {
        reading,
        notes,
        application,
        others,
    } = scene;
    let mut desk = Desk {
        project: request.project.as_deref(),
        request,
        application: &application,
        shell: others.iter().find(|bag| bag.place == Place::Environment),
        notes,
    };
    match reading {
        Reading::Given { bag, source, text } => desk.read_dsn(&bag, &source, &text),
        Reading::Choose(bag) => desk.choose(&bag, request.var.as_deref()),
        Reading::Stated { bag, stated } => {
            let judged = stated::judge(&stated, application.installed().as_ref());
            desk.conclude(&bag, &stated::source(&stated), None, judged)
        }
        Reading::Nothing => finish(desk.notes),
        Reading::Broke(why) => Probed::Broke(Breakage(why)),
    }
}

/// What the judgement of one place has at hand.
struct Desk<'a> {
    project: Option<&'a Path>,
    request: &'a Request,
    application: &'a Application,
    /// This shell's variables, where others are judged.
    shell: Option<&'a Bag>,
    /// What was seen while the settings were gathered, and since.
    notes: Notes,
}

impl Desk<'_> {
    fn choose(&mut self, bag: &Bag, variable: Option<&str>) -> Probed<Target> {
        let chosen = bag.choose(variable);
        if let Some(unseen) = bag.unseen(&chosen) {
            // What is set and cannot be seen is not missing.
            return Probed::Broke(Breakage(value_unknown::reason(unseen)));
        }
        for unknown in &bag.unknown {
            self.notes.found(value_unknown::found(&bag.place, unknown));
        }
        let finding = match chosen {
            Chosen::Dsn { source, text } => return self.read_dsn(bag, &source, &text),
            Chosen::Parts { source, set, parts } => {
                let judged = parts::judge(bag, &source, set, &parts);
                return self.conclude(bag, &source, None, judged);
            }
            Chosen::Libpq { source } => {
                let judged = Judged {
                    certain: true,
                    ..Judged::default()
                };
                return self.conclude(bag, &source, None, judged);
            }
            Chosen::Empty { source } => missing_setting::empty(&source),
            Chosen::Absent { variable } => missing_setting::absent(&variable, &bag.source([variable.as_str()])),
            Chosen::Nothing if self.explained(&bag.place) => return finish(std::mem::take(&mut self.notes)),
            Chosen::Nothing => self.nothing(bag),
        };
        self.notes.found(finding);
        finish(std::mem::take(&mut self.notes))
    }

    /// Whether a finding explains why nothing is set: a file that cannot be read, or settings that came after the process.
    fn explained(&mut self, place: &Place) -> bool {
        let running = matches!(place, Place::Process { .. });
        for finding in &mut self.notes.findings {
            if running && std::ptr::eq(finding.kind, &raw const stale_process::KIND) {
                finding.severity = Severity::Fail;
            }
        }
        self.notes.gravest() == Some(Severity::Fail)
    }

    /// Nothing is set there; perhaps it is set in this shell.
    fn nothing(&self, bag: &Bag) -> Finding {
        let of_service = matches!(bag.place, Place::Unit(_) | Place::Process { .. } | Place::Container(_));
        match self.shell.filter(|_| of_service).map(|shell| shell.choose(None)) {
            Some(Chosen::Dsn { source, .. } | Chosen::Parts { source, .. } | Chosen::Libpq { source }) => {
                shell_only::found(&bag.place, &source)
            }
            Some(Chosen::Empty { .. } | Chosen::Absent { .. } | Chosen::Nothing) | None => {
                let beside = self.project.unwrap_or_else(|| Path::new("")).join(".env");
                let is_unasked = bag.place == Place::Environment && beside.is_file();
                no_settings::nothing(&bag.place, is_unasked.then_some(beside.as_path()))
            }
        }
    }

    fn read_dsn(&mut self, bag: &Bag, source: &Source, text: &Secret) -> Probed<Target> {
        let judged = dsn::judge_for(source, text.reveal(), self.application.installed().as_ref());
        self.conclude(bag, source, Some(text.reveal()), judged)
    }

    /// Fills in the defaults, validates, and hands the target on. `text` is the connection string, where it is one.
    fn conclude(&mut self, bag: &Bag, source: &Source, text: Option<&[u8]>, judged: Judged) -> Probed<Target> {
        let mut notes = std::mem::take(&mut self.notes);
        notes.facts.insert(0, ("source", source.to_string().into()));
        notes.password = judged.parameters.get("password").map(Secret::new);
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
        if let Some(venv) = &self.application.venv {
            let installed = driver::judge(source, text, venv, self.project);
            // Who refuses a scheme is known then.
            let refused = installed
                .iter()
                .any(|finding| std::ptr::eq(finding.kind, &raw const legacy_scheme::KIND));
            notes
                .findings
                .retain(|finding| !(refused && std::ptr::eq(finding.kind, &raw const legacy_scheme::KIND)));
            notes.findings.extend(installed);
        }
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
            notes.findings.extend(sources::overridden(bag, source));
            let shell = self.shell.filter(|_| !matches!(bag.place, Place::Environment));
            notes
                .findings
                .extend(shell.and_then(|shell| sources::with_shell(shell, source, &parameters)));
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
        expect(self.request, source, &target, &mut notes);
        describe(&target, source, &merged, &mut notes);
        notes.summary = summary(&target);
        Probed::Sound(target, notes)
    }
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

/// Where the value of a parameter comes from, in words.
fn setting_of(keyword: &str, merged: &Merged, bag: &Bag, source: &Source) -> String {
    match merged.origin(keyword) {
        Some(merge::Origin::Variable(name)) => bag.source([*name]).to_string(),
        Some(merge::Origin::Service(path)) => format!("the service file {}", Foreign::new(path.to_string_lossy())),
        Some(merge::Origin::Default) => format!("{source} (the default)"),
        Some(merge::Origin::Given) | None => source.to_string(),
    }
}

fn validate(merged: &Merged, bag: &Bag, source: &Source, certain: bool, notes: &mut Notes) {
    let refused_by_server = merged.get("client_encoding").and_then(validate::encoding);
    for invalid in validate::check(|keyword| merged.get(keyword)).into_iter().chain(refused_by_server) {
        let keyword = invalid.keyword();
        let setting = setting_of(keyword, merged, bag, source);
        let value = merged.get(keyword).map(Foreign::from_bytes);
        let may_show = certain || keyword != "port" || merged.origin("port") != Some(&merge::Origin::Given);
        notes.found(invalid_value::found(&invalid, &setting, value.as_ref().filter(|_| may_show)));
    }
    let replication = merged.get("replication").unwrap_or_default();
    notes.findings.extend(replication_connection::finding(
        replication,
        &setting_of("replication", merged, bag, source),
    ));
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

/// Compares the settings with what `dbdoctor.toml`, or the command line, expects of them.
fn expect(request: &Request, source: &Source, target: &Target, notes: &mut Notes) {
    let expect = &request.expect;
    for (part, expected, seen) in [
        ("database", &expect.database, &target.database),
        ("user", &expect.user, &target.user),
    ] {
        if let Some(expected) = expected.as_deref().filter(|expected| *expected != seen.raw()) {
            notes.found(sources_disagree::expected(
                request.target.as_deref(),
                source,
                part,
                &Foreign::new(expected),
                seen,
            ));
        }
    }
}

fn describe(target: &Target, source: &Source, merged: &Merged, notes: &mut Notes) {
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
        password.map_or_else(
            || "not set".to_owned(),
            |password| {
                let is_shown = source.place == Place::Argument && password.source == source.to_string();
                let seen = if is_shown {
                    ", which every user of this host sees in the process list"
                } else {
                    ""
                };
                format!("set, from {}{seen}", password.source)
            },
        ),
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
    format!(
        "{}: database \"{}\" at {} as \"{}\", sslmode {}",
        target.source,
        target.database,
        target.places(),
        target.user,
        target.tls.mode.name()
    )
}
