//! Servers that are filled by real applications: what is counted, what is said of it, and whether what is recommended fits.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::library::{Library, Size};
use crate::harness::Doctor;
use crate::lab::python::Venv;
use crate::lab::release::Release;
use crate::lab::server::Server;

/// Slots for ordinary roles.
pub const USABLE: i64 = 20;

/// What is kept for superusers.
const FOR_SUPERUSERS: i64 = 3;

/// What is kept for `pg_use_reserved_connections`, on servers that know it.
pub fn reserved(release: &Release) -> i64 {
    if release.major() >= 16 { 2 } else { 0 }
}

pub fn small(release: &Release) -> Server {
    let reserved = reserved(release);
    Server::with(|settings| {
        settings.release(release);
        settings.set("max_connections", &(USABLE + reserved + FOR_SUPERUSERS).to_string());
        if reserved > 0 {
            settings.set("reserved_connections", &reserved.to_string());
        }
        settings.set("max_wal_senders", "0");
        settings.set("autovacuum", "off");
    })
}

/// Counted by a superuser, without its own session and the check's, which may still be on its way out.
pub fn counted(server: &Server) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'dbdoctor'";
    server.sql("postgres", count).parse().expect("a number")
}

pub fn wait_for(server: &Server, sessions: i64) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while counted(server) != sessions {
        assert!(Instant::now() < deadline, "{} sessions, not {sessions}", counted(server));
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits until the application has taken all these slots. Nobody logs in to count before the last one is taken.
pub fn wait_until_full(server: &Server, sessions: i64) {
    let deadline = Instant::now() + Duration::from_mins(2);
    let all = usize::try_from(sessions).expect("a small number");
    while server.sessions_of("app") < all {
        assert!(
            Instant::now() < deadline,
            "{} sessions: {}",
            server.sessions_of("app"),
            server.log()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(counted(server), sessions);
}

/// The number in `pool size + overflow = 5 in each worker`.
pub fn recommended(text: &Value) -> i64 {
    let text = text.as_str().expect("a text");
    let (_, rest) = text.split_once("pool size + overflow = ").expect("a recommendation");
    rest.split(' ').next().expect("a word").parse().expect("a number")
}

/// On one release: the demand of running workers, the recommendation, and the slots that it fills to the last.
pub fn what_is_recommended_fits(venv: &Venv, release: &Release, library: Library) {
    const WORKERS: i64 = 4;
    let server = small(release);
    let modest = library.project(WORKERS, library.of(1));
    let application = library.start(venv, &modest, WORKERS, &server.dsn("app"));
    wait_for(&server, WORKERS);

    // The code says ten times as much; the processes that run are four.
    let large = Size {
        overflow: if library == Library::SqlAlchemy { 10 } else { 0 },
        pool: 10,
    };
    let greedy = library.project(WORKERS, large);
    let pid = application.pid().to_string();
    let check = |role: &str| {
        let dsn = server.dsn(role);
        Doctor::check().args(["--skip", "migrations"]).dsn(dsn)
    };
    let run = Doctor::check()
        .args(["--skip", "migrations", "--pid", &pid])
        .project(&greedy.path)
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(facts["demand_formula"], library.formula(WORKERS, large), "{}", run.stdout);
    assert!(
        facts["demand_sources"]
            .to_string()
            .contains(&format!("running under process {pid}")),
        "{}",
        run.stdout
    );
    run.sound().warns("pool/demand-exceeds-capacity");
    let size = recommended(&run.finding("pool/demand-exceeds-capacity")["detail"]);
    assert_eq!(size, USABLE / WORKERS);

    // With and without pg_monitor the count is the superuser's.
    for role in ["app", "monitor"] {
        let facts = check(role).run().row("pool")["facts"].clone();
        assert_eq!(
            (&facts["usable"], &facts["used"]),
            (&USABLE.into(), &counted(&server).into()),
            "{role}: {facts:#}"
        );
        assert_eq!(facts["used_exactly"], role == "monitor");
    }
    drop(application);
    wait_for(&server, 0);

    let fitting = library.start(venv, &library.project(WORKERS, library.of(size)), WORKERS, &server.dsn("app"));
    wait_until_full(&server, USABLE);
    check("app").run().fails_in("auth", "pool/reserved-slots-only");
    let superuser = Doctor::check().args(["--skip", "migrations"]).dsn(server.socket_dsn("postgres"));
    let facts = superuser.run().row("pool")["facts"].clone();
    let whole = USABLE + reserved(release) + FOR_SUPERUSERS;
    assert_eq!((&facts["usable"], &facts["used"]), (&whole.into(), &USABLE.into()), "{facts:#}");
    every_slot_is_taken(&server, release, &check("app"));
    drop(fitting);
    wait_for(&server, 0);
}

/// Once superusers have what is kept for them too, nobody gets in.
fn every_slot_is_taken(server: &Server, release: &Release, check: &Doctor) {
    let _superusers: Vec<_> = (0..FOR_SUPERUSERS + reserved(release))
        .map(|_| server.session("postgres", "postgres"))
        .collect();
    check.clone().run().fails_in("auth", "pool/slots-exhausted");
}
