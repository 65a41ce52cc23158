//! The layer migrations: a schema that does not stand where the code expects it.

use super::{DRIVER, proofs, server};
use crate::harness::{Doctor, Patient};
use crate::lab::database::Database;
use crate::lab::project::Project;
use crate::lab::python::{Alembic, Django, Venv};
use crate::lab::server::Server;
use crate::lab::skip::need;

const CODE: &str = "the fix is a change of the code, which is reviewed and deployed";
const FILES: &str = "the files are where people keep the releases";
const TABLES: &str = "whose tables these are is for people to say";
const TOOL: &str = "what a migration left behind is for people to look at, before the tool is told";

/// What no command, SQL or line of configuration mends, and why.
pub const UNPROVEN: &[(&str, &str)] = &[
    ("migrations/already-exists", DRIVER),
    ("migrations/drift", DRIVER),
    ("migrations/expected-column-missing", DRIVER),
    ("migrations/no-metadata", DRIVER),
    ("migrations/project-missing", DRIVER),
    ("migrations/transaction-block", DRIVER),
    ("migrations/broken-graph", CODE),
    ("migrations/multiple-heads", CODE),
    ("migrations/conflicting-leaves", CODE),
    ("migrations/unknown-revision", FILES),
    ("migrations/record-without-file", FILES),
    ("migrations/foreign-database", TABLES),
    (
        "migrations/empty-database",
        "the data is where it was before the move, and people bring it",
    ),
    ("migrations/inconsistent-history", TABLES),
    ("migrations/dirty", TOOL),
    ("migrations/locked", TOOL),
    (
        "migrations/object-missing",
        "a package of the server's host has it, or the provider",
    ),
    ("migrations/restart-due", "a restart is the service manager's"),
    ("migrations/exact-differs", "two answers differ, and people find out why"),
    (
        "migrations/exact-unanswered",
        "what keeps the tool from answering stands in its own words",
    ),
];

/// An empty database whose new tables the application may read.
fn database(server: &Server) -> Database<'_> {
    let database = Database::empty(server);
    database.sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app");
    database.sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO app");
    database
}

fn patient<'a>(venv: &Venv, database: &'a Database, project: &std::path::Path) -> Patient<'a> {
    let call = Doctor::check().project(project);
    Patient::of(database.server, database.dsn("app"))
        .called(call)
        .with_programs(&venv.path().join("bin"))
}

/// The shop's own project on a copy of the shop.
fn shop<'a>(server: &'a Server, shop: &Database, project: &Project) -> Patient<'a> {
    Patient::of(server, shop.dsn("app")).called(Doctor::check().project(&project.path))
}

proofs! {
    what_alembic_has_to_apply: "migrations/pending", |code| {
        let venv = need!(Venv::shared());
        let server = server();
        let database = database(&server);
        let alembic = Alembic::init(venv, &database);
        alembic.revision("a1");
        alembic.run(&["upgrade", "head"]);
        alembic.revision("a2");
        patient(venv, &database, &alembic.path).exemplifies(code).mends(code, &["app-host"]);
    }
    what_django_has_to_apply: "migrations/pending", |code| {
        let venv = need!(Venv::shared());
        let server = server();
        let database = database(&server);
        let django = Django::start(venv, &database);
        django.manage(&["migrate", "shop", "0001_customer"]);
        patient(venv, &database, &django.path).mends(code, &["app-host"]);
    }
    a_new_database_of_alembics: "migrations/never-applied", |code| {
        let venv = need!(Venv::shared());
        let server = server();
        let database = database(&server);
        let alembic = Alembic::init(venv, &database);
        alembic.revision("a1");
        patient(venv, &database, &alembic.path).exemplifies(code).mends(code, &["app-host"]);
    }
    a_new_database_of_djangos: "migrations/never-applied", |code| {
        let venv = need!(Venv::shared());
        let server = server();
        let database = database(&server);
        let django = Django::start(venv, &database);
        patient(venv, &database, &django.path).mends(code, &["app-host"]);
    }
    rows_that_overlap: "migrations/overlapping-rows", |code| {
        let server = server();
        let copy = server.copy();
        copy.sql("INSERT INTO alembic_version VALUES ('a1b2c3d4e5f6')");
        let project = Project::shop();
        let patient = shop(&server, &copy, &project);
        let finding = patient.finding(code);
        // What deletes is told in words, never to be pasted as it stands.
        let text = finding["remedy"]["steps"][0]["text"].as_str().expect("a text");
        let (_, statement) = text.split_at(text.find("DELETE FROM").expect("a statement"));
        patient.exemplifies(code).mends_with_a_hand(code, &[], |_| drop(copy.sql(statement)));
    }
    a_version_table_that_may_be_read: "migrations/unreadable", |code| {
        let server = server();
        let copy = server.copy();
        copy.sql("REVOKE ALL ON alembic_version FROM app");
        shop(&server, &copy, &Project::shop()).exemplifies(code).mends(code, &["database"]);
    }
    a_version_table_on_the_search_path: "migrations/version-table-hidden", |code| {
        let server = server();
        let copy = server.copy();
        copy.sql("CREATE SCHEMA away");
        copy.sql("ALTER TABLE alembic_version SET SCHEMA away");
        copy.sql("GRANT USAGE ON SCHEMA away TO app");
        shop(&server, &copy, &Project::shop()).exemplifies(code);
        for granted in ["GRANT USAGE ON SCHEMA away TO app", "ALTER ROLE app SET search_path = away, public"] {
            let copy = server.copy();
            copy.sql("CREATE SCHEMA away");
            copy.sql("ALTER TABLE alembic_version SET SCHEMA away");
            copy.sql(granted);
            shop(&server, &copy, &Project::shop()).mends(code, &["database"]);
        }
    }
    an_expected_table_within_reach: "migrations/expected-table-missing", |code| {
        let server = server();
        let copy = server.copy();
        copy.sql("CREATE SCHEMA side AUTHORIZATION app");
        copy.sql("CREATE TABLE side.parcels (id integer)");
        copy.sql("ALTER TABLE side.parcels OWNER TO app");
        let call = Doctor::check().args(["--expect-table", "parcels"]);
        Patient::of(&server, copy.dsn("app")).called(call).mends(code, &["database"]);
    }
}
