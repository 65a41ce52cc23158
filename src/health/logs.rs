//! Where the application says what went wrong.

use crate::foreign::Foreign;
use crate::quote;
use crate::remedy::{Place, Step};
use crate::request::Origin;
use crate::systemd::search;

/// The step that reads the application's log; `server` is what answered.
#[must_use]
pub fn step(origin: &Origin, server: Option<&Foreign>) -> Vec<Step> {
    let read = |text: &str, run: String| Step::new(Place::AppHost, text).run(run);
    let own = match origin {
        Origin::Unit { name, .. } => read(
            "read the service's log",
            format!(
                "journalctl -u {} -n 200 --no-pager | dbdoctor explain",
                quote::shell(&search::full_name(name))
            ),
        ),
        Origin::Process(pid) => read(
            "read the log of the process",
            format!("journalctl _PID={pid} -n 200 --no-pager | dbdoctor explain"),
        ),
        Origin::PidFile(path) => read(
            "read the log of the process",
            format!("journalctl _PID={} -n 200 --no-pager | dbdoctor explain", quote::content_of(path)),
        ),
        Origin::Container(name) => read(
            "read the container's log",
            format!("docker logs --tail 200 {} 2>&1 | dbdoctor explain", quote::shell(name)),
        ),
        Origin::Argument(_) | Origin::StandardInput(_) | Origin::EnvFile { .. } | Origin::Target { .. } | Origin::Environment => Step::new(
            Place::AppHost,
            "read the application's log: journalctl -u and its service, or what gunicorn's --error-logfile or uWSGI's logto names; | dbdoctor explain behind it says what the errors mean",
        ),
    };
    let before = server
        .filter(|server| server.raw().to_ascii_lowercase().contains("nginx"))
        .map(|_| {
            read(
                "read the log of nginx, which answered: it may not have reached the application at all",
                "tail -n 100 /var/log/nginx/error.log".to_owned(),
            )
        });
    before.into_iter().chain([own]).collect()
}
