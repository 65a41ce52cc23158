//! Pools of real applications in front of `PgBouncer`: its clients are counted, and as many as are recommended get in.

use std::time::{Duration, Instant};

use super::console;
use super::filled::recommended;
use super::library::Library;
use crate::harness::Doctor;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::python::Venv;
use crate::lab::release::Release;
use crate::lab::server::Server;

const WORKERS: i64 = 2;
const MOST_CLIENTS: i64 = 12;

/// What the pooler says to whom it does not take in.
const REFUSAL: &str = "no more connections allowed";

/// Whoever asks the console is a client too, and so the log is read while the last ones are taken in.
fn wait_for_logins(pooler: &PgBouncer, mark: usize, logins: i64) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let logins = usize::try_from(logins).expect("a small number");
    while pooler.log()[mark..].matches("login attempt: db=shop user=app").count() < logins {
        assert!(Instant::now() < deadline, "{}", pooler.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn pools_meet_the_poolers_limit(venv: &Venv, release: &Release, library: Library) {
    // Nobody else's sessions are counted.
    let server = Server::with(|settings| settings.release(release));
    let lines = format!("max_client_conn = {MOST_CLIENTS}\nstats_users = app\ndefault_pool_size = 3");
    let pooler = PgBouncer::with(&server, &lines);
    let start = |each: i64| {
        let mark = pooler.log().len();
        let application = library.start(venv, &library.project(WORKERS, library.of(each)), WORKERS, &pooler.dsn("app"));
        wait_for_logins(&pooler, mark, WORKERS * each);
        console::wait_for(&pooler, "app", |pool| console::clients(pool) == WORKERS * each);
        application
    };

    let application = start(2);
    let greedy = library.of(10);
    let run = Doctor::check()
        .args(["--skip", "migrations", "--pid", &application.pid().to_string()])
        .project(&library.project(WORKERS, greedy).path)
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(facts["demand_formula"], library.formula(WORKERS, greedy), "{facts:#}");
    let pool = console::pool(&pooler, "app");
    let held = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND backend_type = 'client backend'";
    let held: i64 = server.sql("postgres", held).parse().expect("a number");
    assert_eq!(
        (&facts["pooler_clients"], &facts["pooler_servers"], &facts["pooler_max_client_conn"]),
        (&(WORKERS * 2).into(), &held.into(), &MOST_CLIENTS.into()),
        "{pool:?}: {facts:#}"
    );
    assert_eq!(console::servers(&pool), held, "{pool:?}");
    run.sound().warns("pool/pooler-limit");
    let finding = run.finding("pool/pooler-limit");
    let [raise, smaller] = [0, 1].map(|step| finding["remedy"]["steps"][step]["text"].clone());
    let leaves = |application| {
        drop(application);
        console::wait_for(&pooler, "app", |pool| console::clients(pool) == 0);
    };
    leaves(application);

    // The largest that fits takes all there is.
    let largest = recommended(&smaller);
    assert_eq!(largest * WORKERS, MOST_CLIENTS, "{smaller}");
    let fitting = start(largest);
    let check = Doctor::check().args(["--skip", "migrations"]).dsn(pooler.dsn("app"));
    assert!(!pooler.log().contains(REFUSAL), "{}", pooler.log());
    check.run().fails_in("auth", "pool/pooler-limit");
    leaves(fitting);

    // What is said to be enough is enough for all.
    let raise = raise.as_str().expect("a text");
    let (_, enough) = raise.split_once("in pgbouncer.ini to ").expect("a number");
    let enough = enough.split(' ').next().expect("a word");
    assert_eq!(enough, (WORKERS * 10).to_string(), "{raise}");
    pooler.paste(&format!("max_client_conn = {enough}"));
    pooler.paste("RELOAD;");
    let mark = pooler.log().len();
    let _all = start(10);
    assert!(!pooler.log()[mark..].contains(REFUSAL), "{}", pooler.log());
}
