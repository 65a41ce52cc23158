//! Whole reports for people, to be read as a stranger would read them.

use crate::harness::Doctor;
use crate::lab::authority;
use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::project::{Project, REVISIONS};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{canary, port, workdir};

fn report(call: Doctor) -> String {
    call.in_format("human").normalised()
}

/// The application's check, with its settings in the environment.
fn of(dsn: Dsn) -> Doctor {
    Doctor::check().env("DATABASE_URL", dsn)
}

#[test]
fn a_healthy_application() {
    let call = of(Server::shared().dsn("app").sslmode("require"));
    let report = report(call.project(&Project::shop().path));
    // Other scenarios are on the same server: how many slots are in use, and the bar that shows it, differ.
    let used = report
        .split("about ")
        .nth(1)
        .and_then(|rest| rest.split(" of").next())
        .unwrap_or_default();
    let report = report.replace(&format!("about {used} of"), "about <some> of");
    let is_bar = |line: &str| line.trim_start().starts_with('[') || line.contains(" slots: ");
    assert_eq!(report.lines().filter(|line| is_bar(line)).count(), 2, "{report}");
    let rest: Vec<&str> = report.lines().filter(|line| !is_bar(line)).collect();
    insta::assert_snapshot!(rest.join("\n"));
}

#[test]
fn a_rejected_password() {
    let dsn = Server::shared().dsn("app").sslmode("require").password(&canary::wrong());
    insta::assert_snapshot!(report(of(dsn)));
}

#[test]
fn no_pg_hba_conf_entry() {
    insta::assert_snapshot!(report(of(Server::shared().dsn("nohba").sslmode("require"))));
}

#[test]
fn an_unknown_authority() {
    let directory = workdir::fresh("application");
    std::fs::copy(&authority::get().other_root, directory.join("root.crt")).expect("the directory is ours");
    let dsn = Server::shared().dsn("app").with("sslrootcert", "root.crt");
    insta::assert_snapshot!(report(of(dsn).directory(&directory)));
}

#[test]
fn an_unknown_name() {
    let network = need!(need!(Dns::shared()).network());
    let dsn = Server::shared().dsn("app").sslmode("require").host("nosuch.lab.test");
    let report = report(of(dsn).in_network(&network));
    // Each laboratory has a name server of its own.
    let server = report
        .split("name server ")
        .nth(1)
        .and_then(|rest| rest.split(": ").next())
        .unwrap_or_default();
    insta::assert_snapshot!(report.replace(server, "<name server>"));
}

#[test]
fn a_refused_connection() {
    let dsn = Server::shared().dsn("app").sslmode("require").host("127.0.0.1").port(port::free());
    // The order of the causes depends on whether the tests run in a container, so the whole is not compared.
    let report = report(of(dsn));
    for said in [
        "tcp/refused",
        "refuses the connection",
        "a container, where a loopback address",
        "PostgreSQL is not running there",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
}

#[test]
fn pending_migrations() {
    let project = Project::shop().revision("d4e5f6071829", &[REVISIONS[2]], "pass");
    let call = of(Server::shared().dsn("app").sslmode("require"));
    insta::assert_snapshot!(report(call.project(&project.path)));
}

#[test]
fn exhausted_slots() {
    let server = Server::with(|settings| {
        settings.set("max_connections", "4");
        settings.set("max_wal_senders", "0");
    });
    let _held = ["app", "postgres", "postgres", "postgres"].map(|role| server.session(role, "shop"));
    insta::assert_snapshot!(report(of(server.dsn("app").sslmode("require"))));
}
