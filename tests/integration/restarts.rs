//! Releases that were migrated and not restarted: Django records when it migrated, and a file when it was written.

use std::thread::sleep;
use std::time::Duration;

use crate::harness::Doctor;
use crate::lab::database::Database;
use crate::lab::python::{Django, Venv, grant_all};
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;
use crate::lab::skip::need;

/// Longer than the tick in which ages are told.
const LATER: Duration = Duration::from_millis(1100);
const APP: &str = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'up']\n";
const THIRD: &str =
    "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0002_mail')]\n";

#[test]
fn a_process_older_than_the_last_migration_of_djangos() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.write("shop/__init__.py", APP);
    django.manage(&["migrate"]);
    grant_all(&database, "app");
    sleep(LATER);
    let dsn = database.dsn("app").to_string();
    let gunicorn = Gunicorn::start(
        venv,
        &django.path,
        &[("DATABASE_URL", &dsn), ("PATH", "/usr/bin:/bin")],
        &["-w", "1"],
    );
    let pid = gunicorn.pid().to_string();
    let check = || Doctor::check().args(["--pid", &pid]).run();
    let is_due = |run: &crate::harness::Run| run.codes().contains(&"migrations/restart-due".to_owned());
    let run = check();
    run.sound();
    assert!(!is_due(&run), "{}", run.stdout);

    // A file that was only copied anew: what it does was recorded before the process began.
    sleep(LATER);
    let copied = std::fs::read_to_string(django.path.join("shop/migrations/0002_mail.py")).expect("Django wrote it");
    django.write("shop/migrations/0002_mail.py", &copied);
    let run = check();
    run.sound();
    assert!(!is_due(&run), "{}", run.stdout);

    django.write("shop/migrations/0003_more.py", THIRD);
    let run = check();
    run.fails("migrations/pending");
    let detail = run.finding("migrations/pending")["detail"].to_string();
    assert!(detail.contains("migrate first"), "{detail}");

    django.manage(&["migrate"]);
    let run = check();
    run.sound().warns("migrations/restart-due").exemplifies("migrations/restart-due");
    let evidence = run.finding("migrations/restart-due")["evidence"].to_string();
    assert!(evidence.contains("the last migration was recorded"), "{evidence}");
}
