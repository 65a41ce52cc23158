//! SQLAlchemy's pools under Gunicorn, as a role and in a database that have limits of their own.

use super::filled::{counted, recommended, small, wait_for, wait_until_full};
use super::library::Library;
use crate::harness::Doctor;
use crate::lab::python::Venv;
use crate::lab::release::Release;

const WORKERS: i64 = 2;
const LIMIT: i64 = 6;

pub fn the_limits_of_role_and_database(venv: &Venv, release: &Release) {
    let library = Library::SqlAlchemy;
    let server = small(release);
    for (what, code) in [("ROLE app", "pool/role-limit"), ("DATABASE shop", "pool/database-limit")] {
        server.sql("postgres", &format!("ALTER {what} CONNECTION LIMIT {LIMIT}"));
        let start = |each: i64| library.start(venv, &library.project(WORKERS, library.of(each)), WORKERS, &server.dsn("app"));
        let application = start(2);
        wait_for(&server, WORKERS * 2);
        let run = Doctor::check()
            .args(["--skip", "migrations", "--pid", &application.pid().to_string()])
            .project(&library.project(WORKERS, library.of(10)).path)
            .run();
        run.sound().warns("pool/demand-exceeds-capacity");
        let facts = run.row("pool")["facts"].clone();
        let there = counted(&server);
        assert_eq!(
            (&facts["used_by_role"], &facts["used_in_database"], &facts["free"], &facts["room"]),
            (&there.into(), &there.into(), &(LIMIT - there).into(), &LIMIT.into()),
            "{facts:#}"
        );
        let size = recommended(&run.finding("pool/demand-exceeds-capacity")["detail"]);
        assert_eq!(size, LIMIT / WORKERS);
        drop(application);
        wait_for(&server, 0);

        let fitting = start(size);
        wait_until_full(&server, LIMIT);
        Doctor::check()
            .args(["--skip", "migrations"])
            .dsn(server.dsn("app"))
            .run()
            .fails_in("auth", code);
        drop(fitting);
        wait_for(&server, 0);
        server.sql("postgres", &format!("ALTER {what} CONNECTION LIMIT -1"));
    }
}
