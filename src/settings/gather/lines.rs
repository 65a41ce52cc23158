//! Files of `NAME=value` lines: the one that the user names, and what is wrong with any of them.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Reading, Scene};
use crate::file::{self, Unread};
use crate::finding::config::{assignment_dropped, env_file_exposed, env_file_missing, env_file_unreadable};
use crate::finding::{Finding, Severity};
use crate::foreign::Foreign;
use crate::request::Request;
use crate::settings::choice::{Bag, Chosen};
use crate::settings::dialect::{Dialect, NAMELESS};
use crate::settings::env_file::{Assignment, Complaint, Parsed, Style};
use crate::settings::environment::Environment;
use crate::settings::variables;
use crate::verdict::Notes;

/// Gathers a file that the user names.
pub(super) fn env_file(path: &Path, dialect: Option<Dialect>, environment: &Environment, request: &Request) -> Scene {
    let text = match file::read(path) {
        Ok(text) => text,
        Err(trouble) => return Scene::broken(unread(path, trouble, &request.command)),
    };
    let reader = dialect.unwrap_or(Dialect::Dotenv);
    let Parsed {
        mut assignments,
        inherited,
        complaints,
        excessive,
    } = reader.parse(&text);
    if let Some(line) = excessive {
        let why = format!("fills in, by line {line}, more than 2 MiB of references, or references 100 deep");
        return Scene::broken(env_file_unreadable::unfit(path, &why));
    }
    if dialect.is_some() {
        // Whoever reads it is known: nothing hangs on the reader.
        for assignment in &mut assignments {
            assignment.styles.retain(|style| *style != Style::Expanded);
        }
    }
    for (name, line) in inherited {
        // Taken over from the environment of whoever starts the container.
        if let Some(value) = environment.get(&name) {
            assignments.push(Assignment {
                name,
                value: value.clone(),
                line,
                styles: Vec::new(),
            });
        }
    }
    let bag = Bag::of_file(path, assignments, environment);
    let secret = holds_password(&bag);
    let mut scene = Scene::of(Reading::Choose(bag));
    let silent = says_nothing(&scene.reading, request);
    complain(path, &complaints, reader, silent, &mut scene.notes);
    if secret {
        scene.notes.findings.extend(exposed(path, reader == Dialect::Systemd));
    }
    scene
}

/// Whether nothing there says where the database is, so that a dropped line which would have said it is the cause.
pub(super) fn says_nothing(reading: &Reading, request: &Request) -> bool {
    matches!(reading, Reading::Choose(bag) if matches!(bag.choose(request.var.as_deref()), Chosen::Nothing))
}

/// Lines that the reader drops, where they would have mattered. With `silent`, nothing else says where the database is.
pub(super) fn complain(path: &Path, complaints: &[Complaint], reader: Dialect, silent: bool, notes: &mut Notes) {
    for complaint in complaints {
        let name = complaint.name.as_ref().map(Foreign::raw).unwrap_or_default();
        let name = name.trim_start_matches("export").trim_start_matches('\u{feff}').trim();
        let relevant = variables::is_relevant(name);
        if complaint.whole || relevant || complaint.why == NAMELESS {
            let mut shown = complaint.clone();
            // Before the equals sign of a line that is no assignment there may be anything.
            shown.name = shown.name.filter(|_| relevant);
            let finding = assignment_dropped::found(path, complaint.line, &shown.to_string(), complaint.whole, reader.reader());
            let cause = silent && (complaint.why == NAMELESS || variables::decides(name));
            notes.found(if cause { finding.severity(Severity::Fail) } else { finding });
        }
    }
}

/// The finding for a file that cannot be read.
pub(super) fn unread(path: &Path, trouble: Unread, command: &str) -> Finding {
    match trouble {
        Unread::Refused(error) if error.kind() == ErrorKind::PermissionDenied => env_file_unreadable::found(path, &error, command),
        Unread::Refused(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            env_file_missing::found(path, &error)
        }
        Unread::Refused(error) if error.kind() == ErrorKind::IsADirectory => env_file_unreadable::unfit(path, "is a directory"),
        Unread::Refused(error) => env_file_unreadable::unfit(path, &format!("cannot be read: {error}")),
        Unread::Unfit(why) => env_file_unreadable::unfit(path, &why),
    }
}

pub(super) fn holds_password(bag: &Bag) -> bool {
    let secret = |name: &str| variables::URLS.contains(&name) || name.contains("PASS");
    bag.relevant().any(secret)
}

/// A warning where everybody may read the file.
pub(super) fn exposed(path: &Path, by_systemd: bool) -> Option<Finding> {
    let status = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = status.permissions().mode() & 0o7777;
    (mode & 0o004 != 0).then(|| env_file_exposed::found(path, mode, by_systemd))
}
