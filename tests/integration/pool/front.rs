//! A pooler in front: what its console shows, and what that means for the application.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Doctor, Run};
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::project::Project;
use crate::lab::server::Server;

/// In transaction mode; "monitor" may see the console, "app" may not.
fn pooler() -> &'static PgBouncer {
    static POOLER: LazyLock<PgBouncer> = LazyLock::new(|| PgBouncer::with(Server::shared(), "max_client_conn = 40"));
    &POOLER
}

fn check(dsn: impl Into<String>) -> Doctor {
    Doctor::check().args(["--skip", "migrations"]).dsn(dsn)
}

fn facts(run: &Run) -> Value {
    run.row("pool")["facts"].clone()
}

#[test]
fn its_console_shows_its_pools() {
    let run = check(pooler().dsn("monitor")).run();
    run.sound();
    let facts = facts(&run);
    assert_eq!(
        (&facts["pooler"], &facts["pooler_mode"]),
        (&"PgBouncer".into(), &"transaction".into()),
        "{facts:#}"
    );
    assert_eq!(facts["pooler_max_client_conn"], 40, "{facts:#}");
    assert_eq!(facts["pooler_pool_size"], 20, "{facts:#}");
}

#[test]
fn who_may_not_see_the_console_is_told_so_and_offers_no_password() {
    let mark = pooler().log().len();
    let run = check(pooler().dsn("app")).run();
    run.sound();
    let facts = facts(&run);
    assert_eq!(facts["pooler"], "PgBouncer", "{facts:#}");
    assert!(facts["pooler_console"].to_string().contains("not allowed"), "{facts:#}");
    let log = pooler().log()[mark..].to_owned();
    assert!(!log.contains("SASL authentication failed"), "{log}");
}

#[test]
fn a_server_without_a_pooler_is_asked_for_none() {
    let server = Server::with(|_| {});
    let mark = server.log_mark();
    let facts = facts(&check(server.dsn("monitor")).in_format("json"));
    assert_eq!(
        (&facts["behind_pooler"], &facts["pooler"]),
        (&false.into(), &Value::Null),
        "{facts:#}"
    );
    assert_eq!(server.log_since(mark).matches("connection received").count(), 1);
}

#[test]
fn more_clients_may_come_than_it_takes() {
    let call = check(pooler().dsn("monitor")).args(["--workers", "4", "--pool-size", "5"]);
    let run = call.clone().args(["--max-overflow", "10"]).run();
    run.sound().warns("pool/pooler-limit");
    let finding = run.finding("pool/pooler-limit");
    assert!(
        finding["title"].as_str().unwrap().contains("can open 60 connections"),
        "{finding:#}"
    );
    let run = call.args(["--max-overflow", "0"]).run();
    assert!(!run.codes().contains(&"pool/pooler-limit".to_owned()), "{}", run.stdout);
}

#[test]
fn its_pools_are_larger_than_the_server() {
    let large = PgBouncer::with(Server::shared(), "default_pool_size = 500");
    let run = check(large.dsn("monitor")).run();
    run.sound()
        .warns("pool/pooler-exceeds-capacity")
        .exemplifies("pool/pooler-exceeds-capacity");
    assert_eq!(facts(&run)["pooler_most_servers"], 500, "{}", run.stdout);
}

#[test]
fn drivers_that_prepare_statements_are_warned_in_transaction_mode() {
    let dsn = pooler().dsn("monitor").to_string();
    for driver in ["psycopg", "psycopg2"] {
        let run = check(dsn.replacen("postgresql://", &format!("postgresql+{driver}://"), 1)).run();
        let warned = run.codes().contains(&"pool/prepared-statements".to_owned());
        assert_eq!(warned, driver == "psycopg", "{driver}: {}", run.stdout);
        assert!(run.codes().contains(&"pool/transaction-pooling".to_owned()), "{}", run.stdout);
    }
    let session = PgBouncer::with(Server::shared(), "pool_mode = session");
    let dsn = session
        .dsn("monitor")
        .to_string()
        .replacen("postgresql://", "postgresql+psycopg://", 1);
    let codes = check(dsn).run().codes();
    assert!(
        !codes
            .iter()
            .any(|code| code == "pool/prepared-statements" || code == "pool/transaction-pooling"),
        "{codes:?}"
    );
}

#[test]
fn djangos_cursors_do_not_outlive_a_transaction() {
    let run = |disabled: &str| {
        let project = Project::empty();
        project.write(
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n",
        );
        project.write("site/__init__.py", "");
        let settings = format!("DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql'{disabled}}}}}\n");
        project.write("site/settings.py", &settings);
        check(pooler().dsn("monitor"))
            .project(&project.path)
            .args(["--workers", "1", "--threads", "1"])
            .run()
    };
    run("")
        .sound()
        .warns("pool/transaction-pooling")
        .exemplifies("pool/transaction-pooling");
    let codes = run(", 'DISABLE_SERVER_SIDE_CURSORS': True");
    assert_eq!(codes.finding("pool/transaction-pooling")["severity"], "info", "{}", codes.stdout);
}

/// A transaction that holds the pool's only connection, and somebody who waits for it.
fn queued(pooler: &PgBouncer, role: &str) -> [crate::lab::session::Session; 2] {
    let [mut holder, mut waiter] = [role, role].map(|role| pooler.session(role));
    holder.run("BEGIN");
    holder.run("SELECT 1");
    waiter.send("SELECT 2");
    std::thread::sleep(Duration::from_millis(2_300));
    [holder, waiter]
}

#[test]
fn others_wait_at_the_pooler() {
    let tight = PgBouncer::with(Server::shared(), "default_pool_size = 1\nquery_wait_timeout = 60");
    let _queue = queued(&tight, "app");
    let run = check(tight.dsn("monitor")).run();
    run.sound().warns("pool/pooler-waiting");
    let finding = run.finding("pool/pooler-waiting");
    assert!(
        finding["title"].as_str().unwrap().starts_with("1 client waits at the pooler"),
        "{finding:#}"
    );
    assert!(
        finding["evidence"].to_string().contains("1 of 1 server connections in use"),
        "{finding:#}"
    );
}

#[test]
fn the_check_itself_waits_at_the_pooler() {
    let tight = PgBouncer::with(Server::shared(), "default_pool_size = 1\nquery_wait_timeout = 60");
    let _queue = queued(&tight, "monitor");
    let run = check(tight.dsn("monitor")).args(["--timeout", "3s"]).run();
    run.fails_in("privileges", "pool/pooler-waiting");
    // The pooler gives up before the check does.
    let hasty = PgBouncer::with(Server::shared(), "default_pool_size = 1\nquery_wait_timeout = 4");
    let _queue = queued(&hasty, "app");
    let run = check(hasty.dsn("app")).args(["--timeout", "9s"]).run();
    run.fails_in("privileges", "pool/pooler-waiting");
}
