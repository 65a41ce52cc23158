//! The chain through PgBouncer, in transaction mode.

use std::sync::LazyLock;

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::pgbouncer::{PgBouncer, STALE, WITHOUT_SERVER};
use crate::lab::project::Project;
use crate::lab::server::Server;

fn pooler() -> &'static PgBouncer {
    static POOLER: LazyLock<PgBouncer> = LazyLock::new(|| PgBouncer::before(Server::shared()));
    &POOLER
}

#[test]
fn a_sound_application_passes_all_eight_layers() {
    let call = Doctor::check().dsn(pooler().dsn("app")).project(&Project::shop().path);
    let run = call.run();
    run.sound();
    for layer in ["config", "dns", "tls", "auth", "privileges", "migrations", "pool"] {
        assert_ne!(run.row(layer)["verdict"], "skip", "{layer}: {}", run.stdout);
    }
}

#[test]
fn it_works_without_tls_too() {
    let call = Doctor::check()
        .dsn(pooler().dsn("app").sslmode("disable"))
        .project(&Project::shop().path);
    call.run().sound();
}

#[test]
fn missing_privileges_are_seen_through_it() {
    Doctor::check()
        .dsn(pooler().dsn("no_insert"))
        .run()
        .fails("privileges/table-access");
}

#[test]
fn the_password_is_wrong() {
    let run = Doctor::check().dsn(pooler().dsn("app").password(&canary::wrong())).run();
    assert_eq!(run.status, 14, "{}", run.stdout);
    let known = ["auth/password-rejected", "auth/pooler-user-unknown"];
    assert!(run.codes().iter().any(|code| known.contains(&code.as_str())), "{}", run.stdout);
}

#[test]
fn the_pooler_has_no_such_database() {
    Doctor::check()
        .dsn(pooler().dsn("app").database("nosuch"))
        .run()
        .fails("auth/pooler-database-unknown");
}

#[test]
fn the_server_behind_it_is_gone() {
    let dsn = pooler().dsn("app").database(WITHOUT_SERVER);
    // PgBouncer's words for a server that is down are those for a pool that is busy.
    let run = Doctor::check().dsn(dsn).args(["--timeout", "6s"]).run();
    run.fails_in("auth", "pool/pooler-waiting");
    let candidates = run.finding("pool/pooler-waiting")["candidates"].as_array().map_or(0, Vec::len);
    assert!(candidates > 1, "{}", run.stdout);
}

#[test]
fn the_server_refuses_the_poolers_own_login() {
    let dsn = pooler().dsn(STALE).password(&canary::of("the pooler's stale password"));
    let run = Doctor::check().dsn(dsn).args(["--timeout", "6s"]).run();
    assert_eq!(run.status, 14, "{}", run.stdout);
    // The pooler passes the server's refusal on, or hides it behind a time limit of its own.
    let known = ["auth/password-rejected", "auth/pooler-backend-down"];
    assert!(run.codes().iter().any(|code| known.contains(&code.as_str())), "{}", run.stdout);
}

#[test]
fn the_pooler_insists_on_tls() {
    let strict = PgBouncer::with(Server::shared(), "client_tls_sslmode = require");
    let run = Doctor::check().dsn(strict.dsn("app").sslmode("disable")).run();
    assert_eq!(run.status, 13, "{}", run.stdout);
    assert!(run.codes().contains(&"tls/required-by-server".to_owned()), "{}", run.stdout);
}

/// PgBouncer's words, old and new.
#[test]
fn the_pooler_says_that_its_own_login_fails() {
    for text in [
        "server login has been failing, try again later (server_login_retry)",
        "server login has been failing, cached error: password authentication failed for user \"app\" (server_login_retry)",
        "client_login_timeout (server down)",
    ] {
        let dsn = Dsn::new("app", listen(Behaviour::Error("08P01", text)), "shop").host("127.0.0.1");
        Doctor::check().dsn(dsn.sslmode("disable")).run().fails("auth/pooler-backend-down");
    }
}
