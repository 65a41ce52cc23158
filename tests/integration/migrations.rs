//! Schemas that do not stand where the code expects them. Alembic and Django make the projects and move the databases.

use crate::harness::{Doctor, apply};
use crate::lab::database::Database;
use crate::lab::project::{Project, REVISIONS};
use crate::lab::python::{Alembic, Django, Venv, grant_all};
use crate::lab::server::Server;
use crate::lab::skip::need;

pub fn examine(database: &Database, project: &std::path::Path) -> Doctor {
    grant_all(database, "app");
    Doctor::check().dsn(database.dsn("app")).project(project)
}

/// Three revisions by Alembic's own hand, none of them applied.
fn alembic(venv: &'static Venv, database: &Database) -> Alembic {
    let alembic = Alembic::init(venv, database);
    for id in ["a1", "a2", "a3"] {
        alembic.revision(id);
    }
    alembic
}

#[test]
fn the_shop_stands_at_its_head() {
    let shop = Server::shared().copy();
    let run = examine(&shop, &Project::shop().path).run();
    run.sound();
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
}

#[test]
fn the_shop_is_one_revision_behind() {
    let shop = Server::shared().copy();
    let project = Project::shop().revision("d4e5f6071829", &[REVISIONS[2]], "pass");
    let run = examine(&shop, &project.path).run();
    run.fails("migrations/pending");
    let finding = run.finding("migrations/pending");
    assert!(finding.to_string().contains("d4e5f6071829"), "{finding:#}");
    assert!(finding["remedy"].to_string().contains("upgrade"), "{finding:#}");
}

#[test]
fn the_shop_is_ahead_of_its_code() {
    let shop = Server::shared().copy();
    let project = Project::shop().without(REVISIONS[2]);
    examine(&shop, &project.path)
        .run()
        .fails("migrations/unknown-revision")
        .exemplifies("migrations/unknown-revision");
}

#[test]
fn the_shop_has_two_heads() {
    let shop = Server::shared().copy();
    let project = Project::shop().revision("d4e5f6071829", &[REVISIONS[1]], "pass");
    examine(&shop, &project.path)
        .run()
        .fails("migrations/multiple-heads")
        .exemplifies("migrations/multiple-heads");
}

#[test]
fn the_shop_misses_a_parent() {
    let shop = Server::shared().copy();
    let project = Project::shop().without(REVISIONS[1]);
    examine(&shop, &project.path)
        .run()
        .fails("migrations/broken-graph")
        .exemplifies("migrations/broken-graph");
}

#[test]
fn the_shops_tables_are_there_and_nothing_is_recorded() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    examine(&shop, &Project::shop().path).run().fails("migrations/never-applied");
}

#[test]
fn the_tables_are_another_applications() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    shop.sql("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)");
    let run = examine(&shop, &Project::shop().path).run();
    run.fails("migrations/foreign-database").exemplifies("migrations/foreign-database");
}

#[test]
fn alembic_is_at_its_head() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = alembic(venv, &database);
    alembic.run(&["upgrade", "head"]);
    let run = examine(&database, &alembic.path).run();
    run.sound();
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
}

#[test]
fn alembic_is_behind() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = alembic(venv, &database);
    alembic.run(&["upgrade", "a1"]);
    let run = examine(&database, &alembic.path).run();
    run.fails("migrations/pending");
    alembic.run(&["upgrade", "head"]);
    examine(&database, &alembic.path).run().sound();
}

#[test]
fn alembic_was_never_run() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = alembic(venv, &database);
    let run = examine(&database, &alembic.path).run();
    assert_eq!(run.status, 16, "{}", run.stdout);
    let known = ["migrations/never-applied", "migrations/empty-database"];
    assert!(run.codes().iter().any(|code| known.contains(&code.as_str())), "{}", run.stdout);
}

#[test]
fn alembic_has_two_heads() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = alembic(venv, &database);
    alembic.run(&["upgrade", "head"]);
    alembic.branch("b3", "a2");
    examine(&database, &alembic.path).run().fails("migrations/multiple-heads");
}

#[test]
fn alembic_lost_the_revision_of_the_database() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = alembic(venv, &database);
    alembic.run(&["upgrade", "head"]);
    alembic.remove("a3");
    examine(&database, &alembic.path).run().fails("migrations/unknown-revision");
}

#[test]
fn django_is_up_to_date() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.manage(&["migrate"]);
    let run = examine(&database, &django.path).run();
    run.sound();
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
}

#[test]
fn django_is_behind() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.manage(&["migrate", "shop", "0001_customer"]);
    let run = examine(&database, &django.path).run();
    run.fails("migrations/pending");
    assert!(run.stdout.contains("0002_mail"), "{}", run.stdout);
}

#[test]
fn django_has_conflicting_leaves() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.manage(&["migrate"]);
    let migration = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0001_customer')]\n    operations = []\n";
    django.write("shop/migrations/0002_other.py", migration);
    examine(&database, &django.path).run().fails("migrations/conflicting-leaves");
}

#[test]
fn django_recorded_what_is_gone() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.manage(&["migrate"]);
    django.remove("shop/migrations/0002_mail.py");
    examine(&database, &django.path)
        .run()
        .sound()
        .warns("migrations/record-without-file")
        .exemplifies("migrations/record-without-file");
}

#[test]
fn the_version_table_is_the_migration_roles_own() {
    let server = Server::shared();
    let shop = server.copy();
    shop.sql("REVOKE ALL ON alembic_version FROM app");
    let project = Project::shop();
    let call = Doctor::check().dsn(shop.dsn("app")).project(&project.path);
    let run = call.clone().run();
    run.sound().warns("migrations/unreadable");
    apply(server, &run.finding("migrations/unreadable"));
    let run = call.run();
    run.sound();
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
}

#[test]
fn another_tools_migration_failed() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    shop.sql("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)");
    shop.sql("INSERT INTO schema_migrations VALUES (7, true)");
    examine(&shop, &Project::empty().path)
        .run()
        .fails("migrations/dirty")
        .exemplifies("migrations/dirty");
}

#[test]
fn another_tool_is_locked() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    shop.sql("CREATE TABLE knex_migrations (id serial, name text, batch integer, migration_time timestamptz)");
    shop.sql("CREATE TABLE knex_migrations_lock (index serial, is_locked integer)");
    shop.sql("INSERT INTO knex_migrations_lock (is_locked) VALUES (1)");
    examine(&shop, &Project::empty().path)
        .run()
        .sound()
        .warns("migrations/locked")
        .exemplifies("migrations/locked");
}

#[test]
fn the_move_from_sqlite_forgot_the_data() {
    let venv = need!(Venv::shared());
    let shop = Server::shared().copy();
    let project = Project::shop();
    let call = examine(&shop, &project.path);
    assert_eq!(call.clone().run().row("migrations")["verdict"], "pass");
    let fill = "import sqlite3; c = sqlite3.connect('shop.db'); c.execute('CREATE TABLE customer (name)'); \
                c.execute('INSERT INTO customer VALUES (1)'); c.commit()";
    venv.run(&project.path, "python", &["-c", fill]);
    let run = call.clone().run();
    run.sound()
        .warns("migrations/empty-database")
        .exemplifies("migrations/empty-database");
    assert!(run.stdout.contains("SQLite database: shop.db"), "{}", run.stdout);
    shop.sql("INSERT INTO customer (name) VALUES ('Ada')");
    assert_eq!(call.run().row("migrations")["verdict"], "pass");
}

#[test]
fn an_expected_table_is_missing() {
    let shop = Server::shared().copy();
    let call = examine(&shop, &Project::empty().path);
    call.clone().args(["--expect-table", "customer"]).run().sound();
    let run = call.args(["--expect-table", "public.customer", "--expect-table", "Customer"]).run();
    run.fails("migrations/expected-table-missing");
    let finding = run.finding("migrations/expected-table-missing").to_string();
    assert!(finding.contains("in other capitals"), "{finding}");
}

#[test]
fn an_expected_table_is_off_the_search_path() {
    let shop = Server::shared().copy();
    shop.sql("CREATE SCHEMA side AUTHORIZATION app");
    shop.sql("CREATE TABLE side.parcels (id integer)");
    shop.sql("ALTER TABLE side.parcels OWNER TO app");
    let call = examine(&shop, &Project::empty().path).args(["--expect-table", "parcels"]);
    let run = call.clone().run();
    run.fails("migrations/expected-table-missing");
    apply(shop.server, &run.finding("migrations/expected-table-missing"));
    call.run().sound();
}

#[test]
fn a_pending_migration_makes_extensions() {
    let shop = Server::shared().copy();
    let body = |name: &str| format!("op.execute('CREATE EXTENSION IF NOT EXISTS {name}')");
    let project = |name: &str| Project::shop().revision("d4e5f6071829", &[REVISIONS[2]], &body(name));
    let trusted = project("citext");
    let call = examine(&shop, &trusted.path);
    let run = call.clone().run();
    run.fails("migrations/pending").warns("privileges/extension-denied");
    apply(shop.server, &run.finding("privileges/extension-denied"));
    let run = call.run();
    run.fails("migrations/pending");
    assert!(!run.codes().contains(&"privileges/extension-denied".to_owned()), "{}", run.stdout);
    // What is granted is enough.
    shop.session("app").run("CREATE EXTENSION IF NOT EXISTS citext");

    let untrusted = project("pg_stat_statements");
    let call = examine(&shop, &untrusted.path);
    let run = call.clone().run();
    apply(shop.server, &run.finding("privileges/extension-denied"));
    assert!(!call.run().codes().contains(&"privileges/extension-denied".to_owned()));

    let unheard_of = project("no_such_extension");
    let run = examine(&shop, &unheard_of.path).run();
    run.fails("migrations/pending");
    assert!(run.codes().contains(&"migrations/object-missing".to_owned()), "{}", run.stdout);
}
