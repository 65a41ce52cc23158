//! What the application's manager and its log say.

use super::{Section, Step, Topic};
use crate::finding::config::process_not_found;
use crate::quote;
use crate::request::Origin;
use crate::systemd::search;

pub fn section(origin: &Origin) -> Section {
    let steps = match origin {
        Origin::Unit { name, .. } => of_unit(&quote::shell(&search::full_name(name))),
        Origin::Process(pid) => of_process(&pid.to_string()),
        Origin::PidFile(path) => of_process(&quote::content_of(path)),
        Origin::Container(name) => {
            let name = quote::shell(name);
            let format = "{{.State.Status}} since {{.State.StartedAt}}, exit code {{.State.ExitCode}}, restarts {{.RestartCount}}";
            vec![
                Step::new("docker", "Whether it runs.", format!("docker inspect --format '{format}' {name}"))
                    .good("running, without restarts"),
                log("docker", format!("docker logs --tail 200 {name}")),
            ]
        }
        Origin::Argument(_) | Origin::StandardInput(_) | Origin::Target { .. } | Origin::EnvFile { .. } | Origin::Environment => vec![
            Step::new("systemctl", "Services that failed.", "systemctl list-units --failed --no-pager").good("0 loaded units listed"),
            log("journalctl", "journalctl -p warning -n 200 --no-pager".to_owned()),
        ],
    };
    Section::of(Topic::Application, steps)
}

fn of_process(pid: &str) -> Vec<Step> {
    vec![
        Step::new(
            "ps",
            "Since when it runs, and as whom.",
            format!("ps -o pid,user,lstart,comm -p {pid}"),
        )
        .good("started after the settings were changed last")
        .shows("no line for it", &process_not_found::KIND),
        log("journalctl", format!("journalctl _PID={pid} -n 200 --no-pager")),
    ]
}

fn of_unit(unit: &str) -> Vec<Step> {
    let properties = "ActiveState,SubState,Result,ExecMainStatus,NRestarts,ExecMainStartTimestamp";
    vec![
        Step::new(
            "systemctl",
            "Whether it runs, and how it ended.",
            format!("systemctl show {unit} --no-pager --property={properties}"),
        )
        .good("ActiveState=active, SubState=running, and NRestarts does not grow"),
        log("journalctl", format!("journalctl -u {unit} -n 200 --no-pager")),
    ]
}

fn log(tool: &'static str, command: String) -> Step {
    Step::new(
        tool,
        "The last that it said; \"| dbdoctor explain\" behind it says what the errors mean.",
        command,
    )
    .good("no FATAL, OperationalError, ConnectionRefused or timeout")
}
