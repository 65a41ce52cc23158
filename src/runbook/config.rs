//! Where the settings are, and whether they are there: names are shown, values never.

use std::path::Path;

use super::{Scene, Section, Step};
use crate::finding::config::{
    env_file_exposed, env_file_missing, env_file_unreadable, missing_setting, no_settings, process_not_found, stale_process,
    stray_whitespace, unit_not_found,
};
use crate::layer::Layer;
use crate::quote;
use crate::request::Origin;
use crate::settings::source::Source;
use crate::systemd::search;

pub fn section(scene: &Scene<'_>) -> Section {
    let names = names(scene);
    let mut steps = match &scene.request.origin {
        Origin::Argument(_) | Origin::StandardInput(_) | Origin::Target { .. } => {
            return Section::skipped(Layer::Config, "the connection string was given as such");
        }
        Origin::EnvFile { .. } => Vec::new(),
        // The manager knows nothing of another system's files.
        Origin::Unit { root, .. } if root != Path::new("/") => Vec::new(),
        Origin::Unit { name, pid, .. } => unit(&search::full_name(name), *pid, &names),
        Origin::Process(pid) => vec![process(&pid.to_string(), &names).says("No such file or directory", &process_not_found::KIND)],
        Origin::PidFile(path) => {
            vec![process(&quote::content_of(path), &names).says("No such file or directory", &process_not_found::KIND)]
        }
        Origin::Container(name) => vec![container(name, &names)],
        Origin::Environment => vec![
            Step::new(
                "env",
                "The names that are set in this shell, without their values.",
                format!("env | cut -d= -f1 | grep -xE '{names}'"),
            )
            .good("the variables that the application reads")
            .shows("nothing, exit code 1", &no_settings::KIND),
        ],
    };
    let file_of_settings = match &scene.request.origin {
        Origin::EnvFile { path, .. } => Some(path.as_path()),
        _ => scene.source.and_then(Source::file),
    };
    if let Some(path) = file_of_settings {
        steps.extend(file(path, &names));
    }
    Section::layer(Layer::Config, steps)
}

/// A pattern of the names that count: those that were found to, else the usual ones.
fn names(scene: &Scene<'_>) -> String {
    let found: Vec<&str> = scene
        .source
        .into_iter()
        .flat_map(|source| &source.variables)
        .map(|(name, _)| name.as_str())
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .collect();
    if let (Some(name), true) = (&scene.request.var, found.is_empty())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return name.clone();
    }
    if found.is_empty() {
        "[A-Z_]*(DATABASE|DB|POSTGRES|SQLALCHEMY|PG)[A-Z_]*".to_owned()
    } else {
        found.join("|")
    }
}

fn file(path: &Path, names: &str) -> [Step; 3] {
    let path = quote::shell(&path.to_string_lossy());
    [
        Step::new(
            "grep",
            "The lines that set them, without their values.",
            format!("grep -noE '^[[:space:]]*(export[[:space:]]+)?({names})[[:space:]]*=' {path}"),
        )
        .good("each name once; of two lines the last one counts")
        .says("No such file or directory", &env_file_missing::KIND)
        .says("Permission denied", &env_file_unreadable::KIND)
        .shows("nothing, exit code 1", &missing_setting::KIND),
        Step::new("stat", "Who may read the file.", format!("stat -c '%A %U:%G %y %n' {path}"))
            .good("the application's user or group can read it, and nobody else")
            .shows("r for others: -rw-r--r--", &env_file_exposed::KIND)
            .shows("changed after the application started", &stale_process::KIND),
        Step::new(
            "grep",
            "How many lines end as Windows ends them.",
            format!("grep -c \"$(printf '\\r')\" {path}"),
        )
        .good("0, exit code 1")
        .shows("any other number: the value ends in a carriage return", &stray_whitespace::KIND),
    ]
}

fn unit(unit: &str, pid: Option<u32>, names: &str) -> Vec<Step> {
    let unit = quote::shell(unit);
    let properties = "LoadState,ActiveState,MainPID,User,WorkingDirectory,FragmentPath,DropInPaths,EnvironmentFiles,NeedDaemonReload,ExecMainStartTimestamp";
    let show = Step::new(
        "systemctl",
        "The unit: its files, its user, its process.",
        format!("systemctl show {unit} --no-pager --property={properties}"),
    )
    .good("LoadState=loaded, NeedDaemonReload=no, and the files that you know")
    .says("LoadState=not-found", &unit_not_found::KIND)
    .says("NeedDaemonReload=yes", &stale_process::KIND);
    let main = pid.map_or_else(
        || format!("\"$(systemctl show {unit} --property=MainPID --value)\""),
        |pid| pid.to_string(),
    );
    vec![show, process(&main, names)]
}

/// The names in a running process, whose number `pid` is as the shell writes it.
fn process(pid: &str, names: &str) -> Step {
    Step::new(
        "tr",
        "The names that the running process has, without their values; another user's process needs sudo.",
        format!("tr '\\0' '\\n' </proc/{pid}/environ | cut -d= -f1 | grep -xE '{names}'"),
    )
    .good("the variables that the application reads")
    .says("Permission denied", &env_file_unreadable::KIND)
    .shows("nothing, exit code 1", &no_settings::KIND)
}

fn container(name: &str, names: &str) -> Step {
    let format = "{{range .Config.Env}}{{println .}}{{end}}";
    Step::new(
        "docker",
        "The names that the container has, without their values. What follows has to be run inside of it.",
        format!(
            "docker inspect --format '{format}' {} | cut -d= -f1 | grep -xE '{names}'",
            quote::shell(name)
        ),
    )
    .good("the variables that the application reads")
    .says("No such object", &process_not_found::KIND)
    .shows("nothing, exit code 1", &no_settings::KIND)
}
