//! Gathers the places that settings come from, and what the place tells of the application: its directory, its virtual
//! environment, its workers.

mod asking;
mod lines;
mod services;
mod unit;

pub use asking::LIMIT as ASKING_LIMIT;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::choice::{Bag, Unknown};
use super::environment::{Account, Environment};
use super::secret_files;
use super::source::{Place, Source};
use crate::app_server::{self, AppServer, Told};
use crate::application::runtime::{Parts, Runtime};
use crate::application::stated::Stated;
use crate::consumers::choice::Installed;
use crate::container::{self, Answer};
use crate::finding::config::{env_file_unreadable, process_not_found};
use crate::finding::{Finding, Severity};
use crate::foreign::Foreign;
use crate::process::{self, Process, Unseen};
use crate::request::{Origin, Request};
use crate::secret::Secret;
use crate::venv::{self, Venv};
use crate::verdict::Notes;

/// What is to be read.
#[derive(Debug)]
pub enum Reading {
    /// A connection string that was given as such; the bag holds libpq's variables.
    Given { bag: Bag, source: Source, text: Secret },
    /// Variables, of which the winner has to be chosen.
    Choose(Bag),
    /// What the application says; the bag holds the environment in which it was asked.
    Stated { bag: Bag, stated: Box<Stated> },
    /// Nothing: the findings say why.
    Nothing,
    /// The doctor could not look.
    Broke(String),
}

/// What is known of the application, from the place that its settings come from.
#[derive(Debug, Default)]
pub struct Application {
    pub directory: Option<PathBuf>,
    pub venv: Option<Venv>,
    pub server: AppServer,
    /// Whom it runs as, where that is known; the error is a user that the user database does not have.
    pub account: Option<Result<Account, String>>,
    /// How its Python is run.
    pub runtime: Runtime,
    /// Its main process, where it runs.
    pub pid: Option<u32>,
}

impl Application {
    /// What is installed, where nothing else can be imported: it decides whose reading of a connection string counts.
    #[must_use]
    pub fn installed(&self) -> Option<Installed> {
        self.venv.as_ref().filter(|venv| venv.is_complete()).map(Venv::installed)
    }
}

/// Everything that was gathered.
#[derive(Debug)]
pub struct Scene {
    pub reading: Reading,
    pub notes: Notes,
    pub application: Application,
    /// Places beside the one that counts: this shell, the unit's files beside the process.
    pub others: Vec<Bag>,
}

impl Scene {
    fn of(reading: Reading) -> Self {
        Self {
            reading,
            notes: Notes::default(),
            application: Application::default(),
            others: Vec::new(),
        }
    }

    fn broken(finding: Finding) -> Self {
        let mut scene = Self::of(Reading::Nothing);
        scene.notes.found(finding);
        scene
    }

    /// The request with what the scene tells, where the user said nothing.
    #[must_use]
    pub fn complete(&self, request: &Request) -> Request {
        let mut request = request.clone();
        let directory = &self.application.directory;
        if request.project.is_none() {
            request.project = directory.clone().filter(|directory| directory.is_dir());
        }
        request.services = services::of(self, &request);
        request
    }

    /// How the application's Python is run, in the environment that it has.
    fn find_runtime(&mut self, request: &Request, environment: &Environment) {
        let application = &self.application;
        let service = match &self.reading {
            Reading::Given { bag, .. } | Reading::Choose(bag) | Reading::Stated { bag, .. } => &bag.environment,
            Reading::Nothing | Reading::Broke(_) => environment,
        };
        let project = request.project.as_deref().unwrap_or(Path::new("."));
        let venv = application.venv.as_ref().map(|venv| venv.path.clone());
        let account = match &application.account {
            Some(Err(unknown)) => {
                let unknown = Foreign::new(unknown.as_str());
                self.application.runtime = Runtime::impossible(format!("the service's user \"{unknown}\" is not in the user database"));
                return;
            }
            Some(Ok(account)) => Some(account.clone()),
            None => None,
        };
        self.application.runtime = Runtime::find(Parts {
            venv: venv
                .or_else(|| venv::of_project(project, None, environment.virtual_env()))
                .as_deref(),
            programs: &application.server.programs,
            directory: application.directory.as_deref().unwrap_or(project),
            environment: service,
            account,
        });
    }

    fn know_application(&mut self, server: AppServer, variables: &BTreeMap<String, Secret>, directory: Option<PathBuf>, root: &Path) {
        let rooted = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        let venv = venv::of_service(&server.programs, variables, root);
        self.application = Application {
            directory: server.directory.as_deref().map(rooted).filter(|path| path.is_dir()).or(directory),
            venv: venv.and_then(|path| Venv::read(&path).ok()),
            server,
            ..Application::default()
        };
    }

    fn describe_application(&mut self) {
        let Application {
            directory, venv, server, ..
        } = &self.application;
        let shown = |path: &Path| Foreign::new(path.to_string_lossy()).to_string();
        if let Some(directory) = directory {
            self.notes.fact("project", shown(directory));
        }
        if let Some(venv) = venv {
            self.notes.fact("venv", shown(&venv.path));
            self.notes.fact("packages", venv.described());
            if !venv.bundled.is_empty() {
                self.notes.fact("bundled_libpq", venv.bundled.clone());
            }
        }
        if let Some(name) = server.name {
            self.notes.fact("server", name);
        }
        for (name, told) in [("workers", &server.workers), ("threads", &server.threads)] {
            match told {
                Some(Told::Is(number, _)) => self.notes.fact(name, i64::from(*number)),
                Some(untold @ Told::Untold(_)) => self.notes.fact(name, untold.to_string()),
                None => {}
            }
        }
    }
}

/// Gathers what the request names; `environment` is the doctor's own.
#[must_use]
pub fn gather(request: &Request, environment: &Environment) -> Scene {
    if let Some(why) = request.misnamed() {
        return Scene::of(Reading::Broke(why));
    }
    let shell = Bag::of_environment(environment);
    let given = |place, text: &Secret| {
        Scene::of(Reading::Given {
            bag: shell.clone(),
            source: Source::given(place),
            text: text.clone(),
        })
    };
    let mut scene = match &request.origin {
        Origin::Argument(text) => given(Place::Argument, text),
        Origin::StandardInput(text) => {
            // The line end is the pipe's, not the value's.
            let line = text.reveal();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            given(Place::StandardInput, &Secret::new(line.strip_suffix(b"\r").unwrap_or(line)))
        }
        Origin::Target { path, name, dsn } => given(
            Place::Targets {
                path: path.clone(),
                target: name.clone(),
            },
            dsn,
        ),
        Origin::EnvFile { path, dialect } => lines::env_file(path, *dialect, environment, request),
        Origin::Unit { name, pid, root } => unit::gather(name, *pid, root, request, environment),
        Origin::Process(pid) => of_process(*pid, environment, request),
        Origin::PidFile(path) => match process::number_in(path) {
            Ok(pid) => of_process(pid, environment, request),
            Err(why) => Scene::of(Reading::Broke(why)),
        },
        Origin::Container(name) => of_container(name, environment),
        Origin::Environment => Scene::of(Reading::Choose(shell.clone())),
    };
    if !matches!(request.origin, Origin::Environment) {
        scene.others.insert(0, shell);
    }
    if let Some(path) = &request.venv {
        match Venv::read(path) {
            Ok(venv) => scene.application.venv = Some(venv),
            Err(why) => {
                scene.reading = Reading::Broke(format!(
                    "{} is no virtual environment: {}",
                    Foreign::new(path.to_string_lossy()),
                    why.0
                ));
            }
        }
    }
    let root = match &request.origin {
        Origin::Unit { root, .. } => root.clone(),
        _ => PathBuf::from("/"),
    };
    match elsewhere(&scene, &root) {
        Some(why) => scene.application.runtime = Runtime::impossible(why),
        None => scene.find_runtime(request, environment),
    }
    if let Reading::Choose(bag) = &mut scene.reading
        && !matches!(bag.place, Place::Container(_))
    {
        for trouble in secret_files::add(bag, &root) {
            if trouble.is_credential() {
                bag.unknown.push(Unknown {
                    name: Some(trouble.variable),
                    from: format!(
                        "the credential {}, which systemd puts there while the service runs",
                        Foreign::new(trouble.path.to_string_lossy())
                    ),
                });
                continue;
            }
            let finding = lines::unread(&trouble.path, trouble.unread, &request.command);
            scene.notes.found(finding.evidence(format!("named by {}_FILE", trouble.variable)));
        }
    }
    scene.describe_application();
    if let Some(asked) = &request.application {
        asking::ask(&mut scene, asked, request);
    }
    scene
}

/// Why the application's Python cannot be run where the doctor runs.
fn elsewhere(scene: &Scene, root: &Path) -> Option<String> {
    let place = match &scene.reading {
        Reading::Given { bag, .. } | Reading::Choose(bag) | Reading::Stated { bag, .. } => &bag.place,
        Reading::Nothing | Reading::Broke(_) => return None,
    };
    match place {
        Place::Container(_) => Some("its Python is inside the container: run dbdoctor there".to_owned()),
        Place::Process { pid, .. } if !process::shares_files(*pid) => Some(format!(
            "process {pid} sees other files than this shell, as in a container: run dbdoctor there"
        )),
        Place::Unit(_) if root != Path::new("/") => Some(format!(
            "the unit's files are read under {}, and programs of another system are not run",
            Foreign::new(root.to_string_lossy())
        )),
        _ => None,
    }
}

fn of_process(pid: u32, environment: &Environment, request: &Request) -> Scene {
    match process::look(pid) {
        Ok(process) => {
            let place = Place::Process { pid, unit: None };
            let bag = process_bag(&process, place, environment);
            let mut scene = Scene::of(Reading::Choose(bag));
            let server = server_of(&process, None);
            scene.know_application(server, &process.variables, process.directory.clone(), Path::new("/"));
            scene.application.account = account_of(&process);
            scene.application.pid = Some(pid);
            scene
        }
        Err(unseen) => not_seen(pid, unseen, request),
    }
}

/// The server that a process is, with the workers that it really has; `start` is where it was started, where that is known.
fn server_of(process: &Process, start: Option<&Path>) -> AppServer {
    let here = process::shares_files(process.pid);
    let directory = start.or(process.directory.as_deref());
    let mut server = app_server::read(&process.command, &process.variables, directory, here);
    app_server::children::compare(&mut server, process.pid);
    server
}

fn not_seen(pid: u32, unseen: Unseen, request: &Request) -> Scene {
    match unseen {
        Unseen::Gone => Scene::broken(process_not_found::process(pid)),
        Unseen::Denied(error) => Scene::broken(env_file_unreadable::process(pid, &error, &request.command)),
        Unseen::NoProc => Scene::of(Reading::Broke(
            "this system does not show the environment of other processes: --pid needs Linux".to_owned(),
        )),
    }
}

/// Whom the process runs as.
fn account_of(process: &Process) -> Option<Result<Account, String>> {
    let uid = process.uid?.to_string();
    Some(Account::find(&uid).ok_or(uid))
}

fn process_bag(process: &Process, place: Place, environment: &Environment) -> Bag {
    let account = process.uid.and_then(|uid| Account::find(&uid.to_string()));
    Bag::of_place(place, environment.of_account(process.variables.clone(), account))
}

fn of_container(name: &str, environment: &Environment) -> Scene {
    match container::inspect(name) {
        Answer::Found(found) => {
            let place = Place::Container(name.to_owned());
            let bag = Bag::of_place(place, environment.with_variables(found.variables));
            let mut scene = Scene::of(Reading::Choose(bag));
            if let Some(directory) = found.working_directory.filter(|directory| !directory.is_empty()) {
                scene.notes.fact("container_directory", Foreign::new(directory).to_string());
            }
            scene
        }
        Answer::Unknown(asked) => Scene::broken(process_not_found::container(name, &asked)),
        Answer::NoProgram => Scene::of(Reading::Broke(
            "neither docker nor podman is installed here: --container needs one of them".to_owned(),
        )),
        Answer::Failed(why) => Scene::of(Reading::Broke(why)),
    }
}

/// Takes the gravity of a finding back to a warning.
fn as_warning(finding: Finding) -> Finding {
    let severity = finding.severity.min(Severity::Warn);
    finding.severity(severity)
}
