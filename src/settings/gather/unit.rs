//! A unit of systemd: its files, and its running process where there is one.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::lines::{complain, exposed, holds_password, says_nothing, unread};
use super::{Reading, Scene, account_of, as_warning, not_seen, process_bag, server_of};
use crate::app_server;
use crate::file::Unread;
use crate::finding::Severity;
use crate::finding::config::stale_process::{self, Change};
use crate::finding::config::{assignment_dropped, env_file_unreadable, percent_specifier, unit_not_found};
use crate::foreign::Foreign;
use crate::nearest::nearest;
use crate::process::{self, Process, Unseen};
use crate::request::Request;
use crate::secret::Secret;
use crate::settings::choice::{Bag, Beaten, Unknown};
use crate::settings::dialect::Dialect;
use crate::settings::env_file::{Assignment, Complaint};
use crate::settings::environment::{Account, Environment};
use crate::settings::source::Place;
use crate::settings::variables;
use crate::systemd::environment::{self, Effective, Placed, Stands, Why};
use crate::systemd::handed::Handed;
use crate::systemd::manager::{self, Shown};
use crate::systemd::search::{self, Found};
use crate::systemd::service::{self, Service};

/// Gathers what a unit gives its service, and what its running process has.
pub fn gather(name: &str, pid: Option<u32>, root: &Path, request: &Request, environment: &Environment) -> Scene {
    if !search::is_unit_name(name) {
        return Scene::broken(unit_not_found::nowhere(name, &[]));
    }
    let unit = search::full_name(name);
    if unit.contains("@.") {
        return Scene::broken(unit_not_found::template(&unit));
    }
    let (shown, handed) = (root == Path::new("/")).then(|| manager::ask(&unit)).flatten().unzip();
    let files = match files(root, &unit, shown.as_ref(), environment) {
        Ok(files) => files,
        Err(scene) => return *scene,
    };
    let service = service::read(root, &unit, &files);
    let handed = handed.unwrap_or_else(|| Handed::by_files(root));
    let mut effective = environment::effective(&service, &handed, root);
    let main_pid = pid.or_else(|| shown.as_ref().and_then(|shown| shown.main_pid));
    let (running, denied) = match main_pid.map(|pid| (pid, process::look(pid))) {
        Some((_, Ok(process))) => (Some(process), None),
        Some((pid, Err(Unseen::Denied(error)))) => (None, Some(env_file_unreadable::process(pid, &error, &request.command))),
        // The manager's process may have ended since it was asked; one that the user names has to be there.
        Some((asked, Err(unseen))) if pid.is_some() => return not_seen(asked, unseen, request),
        Some(_) | None => (None, None),
    };
    let mut from_files = files_bag(&service, &effective, environment);
    from_files.unknown = unknown(&service, &effective);
    let mut scene = match &running {
        Some(process) => {
            let place = Place::Process {
                pid: process.pid,
                unit: Some(unit.clone()),
            };
            let mut bag = process_bag(process, place, environment);
            let changes = compare(process, &mut bag, &from_files, &service, &effective);
            let mut scene = Scene::of(Reading::Choose(bag));
            if !changes.is_empty() {
                scene.notes.found(stale_process::found(&unit, process.pid, &changes));
            }
            scene.others.push(from_files);
            scene
        }
        None => Scene::of(Reading::Choose(from_files)),
    };
    if shown.is_some_and(|shown| shown.needs_reload) && running.is_none() {
        scene.notes.found(stale_process::not_reloaded(&unit));
    }
    scene.notes.findings.extend(denied.map(as_warning));
    troubles(&service, &mut effective, running.is_some(), request, &mut scene);
    know(&service, running.as_ref(), &effective, root, &mut scene);
    scene
}

fn files(root: &Path, unit: &str, shown: Option<&Shown>, environment: &Environment) -> Result<Vec<PathBuf>, Box<Scene>> {
    if let Some(Shown {
        fragment: Some(fragment),
        drop_ins,
        ..
    }) = shown.filter(|shown| shown.load_state != "masked")
    {
        return Ok(std::iter::once(fragment).chain(drop_ins).cloned().collect());
    }
    match search::find(root, unit) {
        Found::Files { fragment, drop_ins } => Ok(std::iter::once(fragment).chain(drop_ins).collect()),
        Found::Masked(path) => Err(Box::new(Scene::broken(unit_not_found::masked(unit, &path)))),
        Found::Nowhere => Err(Box::new(Scene::broken(match search::of_users(root, environment.home(), unit) {
            Some(path) => unit_not_found::of_users(unit, &path),
            None => unit_not_found::nowhere(unit, &similar(root, unit)),
        }))),
    }
}

/// Services whose names are spelt much like it, or hold it.
fn similar(root: &Path, unit: &str) -> Vec<String> {
    let wanted = unit.trim_end_matches(".service");
    let names = search::services(root);
    let mut similar = nearest(wanted, names.iter().map(String::as_str));
    similar.extend(
        names
            .iter()
            .map(String::as_str)
            .filter(|name| wanted.len() > 2 && name.contains(wanted)),
    );
    similar.dedup();
    similar.into_iter().take(5).map(str::to_owned).collect()
}

/// What the unit's files give.
fn files_bag(service: &Service, effective: &Effective, environment: &Environment) -> Bag {
    let variables: BTreeMap<String, Secret> = effective
        .variables
        .iter()
        .map(|(name, placed)| (name.clone(), placed.value.clone()))
        .collect();
    let account = Account::find(service.user.as_deref().unwrap_or("0"));
    let mut bag = Bag::of_place(Place::Unit(service.name.clone()), environment.of_account(variables, account));
    for name in effective.variables.keys() {
        place(&mut bag, name, service, effective);
    }
    for (name, placed) in effective.beaten.iter().filter(|(name, _)| variables::is_relevant(name)) {
        bag.beaten.push(Beaten {
            name: name.clone(),
            value: placed.value.clone(),
            place: place_of(placed, service),
            line: placed.line().map(|(_, line)| line),
        });
    }
    bag
}

/// Variables that systemd alone fills in, as far as they could matter.
fn unknown(service: &Service, effective: &Effective) -> Vec<Unknown> {
    let at = |file: &Path, line: usize| format!("{} line {line}", Foreign::new(file.to_string_lossy()));
    let passed = effective.passed.iter().map(|name| Unknown {
        name: Some(name.clone()),
        from: format!(
            "PassEnvironment= of {}, from the service manager's own environment, which only root may read",
            service.name
        ),
    });
    let lost = service.lost.iter().filter_map(|lost| match lost.why {
        Why::OutOfReach(letter) if !effective.variables.contains_key(&lost.name) => Some(Unknown {
            name: Some(lost.name.clone()),
            from: format!(
                "{}, with the specifier %{letter}, which the service manager fills in",
                at(&lost.file, lost.line)
            ),
        }),
        _ => None,
    });
    let files = service.ignored.iter().filter_map(|ignored| match ignored.why {
        Why::OutOfReach(letter) => Some(Unknown {
            name: None,
            from: format!(
                "the env file that {} names with the specifier %{letter}, which the service manager fills in",
                at(&ignored.file, ignored.line)
            ),
        }),
        _ => None,
    });
    let relevant = |unknown: &Unknown| unknown.name.as_deref().is_none_or(variables::is_relevant);
    passed.chain(lost).chain(files).filter(relevant).collect()
}

/// Says of a variable where the unit's files have it.
fn place(bag: &mut Bag, name: &str, service: &Service, effective: &Effective) {
    let Some(placed) = effective.variables.get(name) else { return };
    bag.places.insert(name.to_owned(), place_of(placed, service));
    let assignment = placed.line().map(|(_, line)| Assignment {
        name: name.to_owned(),
        value: placed.value.clone(),
        line,
        styles: placed.styles.clone(),
    });
    bag.assignments.extend(assignment.map(|assignment| (name.to_owned(), assignment)));
}

fn place_of(placed: &Placed, service: &Service) -> Place {
    let unit = service.name.clone();
    match &placed.stands {
        Stands::In { file, directive, .. } => Place::UnitFile {
            path: file.clone(),
            directive: *directive,
            unit,
        },
        Stands::WithManager => Place::Manager { passed: false, unit },
        Stands::Passed => Place::Manager { passed: true, unit },
    }
}

/// What differs between the process and the files. A value that both have is placed where the files have it.
fn compare(
    process: &Process,
    bag: &mut Bag,
    files: &Bag,
    service: &Service,
    effective: &Effective,
) -> Vec<(String, Change, Option<String>)> {
    let mut changes = Vec::new();
    let mut names: Vec<String> = bag.relevant().chain(files.relevant()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    for name in names {
        let at = || {
            let (file, line) = effective.variables.get(&name)?.line()?;
            Some(format!("{} line {line}", Foreign::new(file.to_string_lossy())))
        };
        match (process.variables.get(&name), effective.variables.get(&name)) {
            (Some(now), Some(placed)) if *now == placed.value => place(bag, &name, service, effective),
            (Some(_), Some(_)) => changes.push((name.clone(), Change::Differs, at())),
            (None, Some(_)) => changes.push((name.clone(), Change::Added, at())),
            (Some(_), None) if !effective.passed.contains(&name) && effective.troubles.is_empty() => {
                changes.push((name.clone(), Change::Removed, None));
            }
            (Some(_) | None, None) => {}
        }
    }
    changes
}

/// Everything that goes wrong between the files and the service.
fn troubles(service: &Service, effective: &mut Effective, running: bool, request: &Request, scene: &mut Scene) {
    let silent = says_nothing(&scene.reading, request);
    let Scene { notes, reading, .. } = scene;
    let present = |name: &str| matches!(&*reading, Reading::Choose(bag) if bag.environment.get(name).is_some());
    // What a running process has, no file takes away before the next start.
    let weigh = |finding| if running { as_warning(finding) } else { finding };
    for (path, why) in &service.unread {
        notes.found(weigh(env_file_unreadable::unfit(path, &format!("cannot be read: {why}"))));
    }
    for ignored in &service.ignored {
        let why = match ignored.why {
            Why::InvalidSlot(_) => "has a \"%\" that is no specifier, for which systemd ignores the line",
            Why::NoAssignment => "has a path that is not absolute, for which systemd ignores the line",
            Why::OutOfReach(_) | Why::Syntax => continue,
        };
        notes.found(dropped(&ignored.file, ignored.line, ignored.key, why));
    }
    for lost in &service.lost {
        if !variables::is_relevant(&lost.name) {
            continue;
        }
        let finding = match lost.why {
            Why::InvalidSlot(letter) => percent_specifier::dropped(&service.name, &lost.name, &lost.file, lost.line, letter),
            Why::Syntax => dropped(
                &lost.file,
                lost.line,
                &lost.name,
                "has a quote without an end or an unknown escape, and systemd ignores the rest of the line from there",
            ),
            Why::NoAssignment => dropped(&lost.file, lost.line, &lost.name, "is no assignment that systemd takes"),
            Why::OutOfReach(_) => continue,
        };
        notes.found(if present(&lost.name) || effective.variables.contains_key(&lost.name) {
            as_warning(finding)
        } else if silent && variables::decides(&lost.name) {
            finding.severity(Severity::Fail)
        } else {
            finding
        });
    }
    for (name, placed) in &effective.variables {
        if !placed.mistaken.is_empty()
            && variables::is_relevant(name)
            && let Some((file, line)) = placed.line()
        {
            notes.found(weigh(percent_specifier::replaced(
                &service.name,
                name,
                file,
                line,
                &placed.mistaken,
            )));
        }
    }
    for trouble in std::mem::take(&mut effective.troubles) {
        let missing = matches!(&trouble.unread, Unread::Refused(error) if error.kind() != ErrorKind::PermissionDenied);
        let finding = unread(&trouble.path, trouble.unread, &request.command);
        notes.found(if trouble.optional && missing {
            as_warning(finding)
        } else {
            weigh(finding)
        });
    }
    for (path, complaint) in &effective.complaints {
        complain(path, std::slice::from_ref(complaint), Dialect::Systemd, silent, notes);
    }
    if let Reading::Choose(bag) = reading
        && holds_password(bag)
    {
        for path in &effective.files {
            notes.findings.extend(exposed(path, true));
        }
    }
}

fn dropped(file: &Path, line: usize, name: &str, why: &'static str) -> crate::finding::Finding {
    let complaint = Complaint::line(line, Some(name.as_bytes()), why);
    assignment_dropped::found(file, line, &complaint.to_string(), false, "systemd")
}

/// The application, from the process where there is one, else from the unit.
fn know(service: &Service, running: Option<&Process>, effective: &Effective, root: &Path, scene: &mut Scene) {
    let from_files: BTreeMap<String, Secret> = effective
        .variables
        .iter()
        .map(|(name, placed)| (name.clone(), placed.value.clone()))
        .collect();
    let rooted = |path: &PathBuf| root.join(path.strip_prefix("/").unwrap_or(path));
    let home = || Account::find(service.user.as_deref()?).map(|account| account.home);
    let directory = match &service.working_directory {
        Some(path) if path == Path::new("~") => home(),
        Some(path) => Some(rooted(path)),
        None => None,
    };
    let here = root == Path::new("/");
    let described = app_server::read(&service.command, &from_files, directory.as_deref(), here);
    let server = match running {
        Some(process) => {
            let seen = server_of(process, directory.as_deref());
            if seen.knows_its_workers() || described.name.is_none() {
                seen
            } else {
                // A server that gives its process another title.
                let mut described = described;
                app_server::children::compare(&mut described, process.pid);
                described
            }
        }
        None => described,
    };
    let directory = running.and_then(|process| process.directory.clone()).or(directory);
    let variables = running.map_or(&from_files, |process| &process.variables);
    // The doctor sees a process's files where the process does; a unit's under the root.
    let seen_from = if running.is_some() { Path::new("/") } else { root };
    scene.know_application(server, variables, directory, seen_from);
    scene.application.pid = running.map(|process| process.pid);
    scene.application.account = match running {
        Some(process) => account_of(process),
        None => Some(Account::find(service.user.as_deref().unwrap_or("0")).ok_or_else(|| service.user.clone().unwrap_or_default())),
    };
    own_file(service, scene);
}

/// A `.env` in the application's directory, which the application itself may read, as its own user.
fn own_file(service: &Service, scene: &mut Scene) {
    let Some(path) = scene.application.directory.as_ref().map(|directory| directory.join(".env")) else {
        return;
    };
    let (Ok(status), Some(user)) = (std::fs::metadata(&path), &service.user) else {
        return;
    };
    let Some(account) = Account::find(user).filter(|account| account.uid != 0) else {
        return;
    };
    let mode = status.permissions().mode() & 0o7777;
    let readable = if status.uid() == account.uid {
        mode & 0o400 != 0
    } else if account.is_in_group(status.gid()) {
        mode & 0o040 != 0
    } else {
        mode & 0o004 != 0
    };
    if !readable {
        scene.notes.found(env_file_unreadable::by_user(&path, user, mode));
    }
}
