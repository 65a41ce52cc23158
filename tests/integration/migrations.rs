//! Schemas that do not stand where the code expects them. Alembic and Django make the projects and move the databases.

use crate::harness::{Doctor, apply};
use crate::lab::database::Database;
use crate::lab::project::{Project, REVISIONS};
use crate::lab::python::{Alembic, Django, Venv, grant_all};
use crate::lab::server::Server;
use crate::lab::skip::need;

fn examine(database: &Database, project: &std::path::Path) -> Doctor {
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
    examine(&shop, &project.path).run().fails("migrations/unknown-revision");
}

#[test]
fn the_shop_has_two_heads() {
    let shop = Server::shared().copy();
    let project = Project::shop().revision("d4e5f6071829", &[REVISIONS[1]], "pass");
    examine(&shop, &project.path).run().fails("migrations/multiple-heads");
}

#[test]
fn the_shop_misses_a_parent() {
    let shop = Server::shared().copy();
    let project = Project::shop().without(REVISIONS[1]);
    examine(&shop, &project.path).run().fails("migrations/broken-graph");
}

#[test]
fn the_shops_tables_are_there_and_nothing_is_recorded() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    examine(&shop, &Project::shop().path).run().fails("migrations/never-applied");
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
        .warns("migrations/record-without-file");
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
    examine(&shop, &Project::empty().path).run().fails("migrations/dirty");
}

#[test]
fn another_tool_is_locked() {
    let shop = Server::shared().copy();
    shop.sql("DROP TABLE alembic_version");
    shop.sql("CREATE TABLE knex_migrations (id serial, name text, batch integer, migration_time timestamptz)");
    shop.sql("CREATE TABLE knex_migrations_lock (index serial, is_locked integer)");
    shop.sql("INSERT INTO knex_migrations_lock (is_locked) VALUES (1)");
    examine(&shop, &Project::empty().path).run().sound().warns("migrations/locked");
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
    run.sound().warns("migrations/empty-database");
    assert!(run.stdout.contains("SQLite database: shop.db"), "{}", run.stdout);
    shop.sql("INSERT INTO customer (name) VALUES ('Ada')");
    assert_eq!(call.run().row("migrations")["verdict"], "pass");
}
