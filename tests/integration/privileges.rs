//! Roles that are let in, with less than the application needs; and the grants that help.

use crate::harness::{Doctor, apply};
use crate::lab::database::Database;
use crate::lab::server::Server;

/// Fails with `code`; the remedy's SQL, pasted, makes the same check pass.
#[track_caller]
fn mended(shop: &Database, call: &Doctor, code: &str) {
    let run = call.clone().run();
    run.fails(code);
    apply(shop.server, &run.finding(code));
    call.clone().run().sound();
}

#[test]
fn a_table_may_not_be_written() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("no_insert"));
    mended(&shop, &call, "privileges/table-access");
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let dsn = Server::shared().dsn("no_insert");
    Doctor::check()
        .dsn(dsn)
        .args(["--needs", "usage,select,update,delete"])
        .run()
        .sound();
}

#[test]
fn a_serial_column_needs_its_sequence() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("no_sequence"));
    mended(&shop, &call, "privileges/sequence-access");
}

#[test]
fn an_identity_column_needs_no_grant() {
    let shop = Server::shared().copy();
    let run = Doctor::check().dsn(shop.dsn("no_sequence")).run();
    run.fails("privileges/sequence-access");
    assert!(!run.stdout.contains("invoice_id_seq"), "{}", run.stdout);
}

#[test]
fn a_schema_may_not_be_used() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("no_schema")).args(["--schema", "sealed"]);
    mended(&shop, &call, "privileges/schema-usage");
}

#[test]
fn a_schema_is_missing() {
    let dsn = Server::shared().dsn("app");
    Doctor::check()
        .dsn(dsn)
        .args(["--schema", "nosuch"])
        .run()
        .fails("privileges/schema-missing")
        .exemplifies("privileges/schema-missing");
}

#[test]
fn the_public_schema_takes_no_new_tables() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("app")).args(["--needs", "usage,select,create"]);
    mended(&shop, &call, "privileges/schema-create");
}

#[test]
fn somebody_else_owns_the_tables() {
    let dsn = Server::shared().dsn("app");
    Doctor::check()
        .dsn(dsn)
        .args(["--needs", "usage,ddl"])
        .run()
        .fails("privileges/not-owner");
}

#[test]
fn the_owner_may_do_everything() {
    let dsn = Server::shared().dsn("owner");
    Doctor::check()
        .dsn(dsn)
        .args(["--needs", "usage,select,insert,update,delete,create,ddl"])
        .run()
        .sound();
}

#[test]
fn connect_is_granted_by_its_remedy() {
    let server = Server::shared();
    let shop = server.copy();
    shop.sql(&format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", shop.name));
    let call = Doctor::check().dsn(shop.dsn("app"));
    let run = call.clone().run();
    run.fails_in("auth", "privileges/connect-denied");
    apply(server, &run.finding("privileges/connect-denied"));
    call.run().sound();
}

#[test]
fn transactions_are_read_only_by_default() {
    Doctor::check()
        .dsn(Server::shared().dsn("read_only"))
        .run()
        .fails("privileges/read-only-default");
}

#[test]
fn a_superuser_is_more_than_an_application_needs() {
    Doctor::check()
        .dsn(Server::shared().dsn("admin"))
        .run()
        .sound()
        .warns("privileges/superuser");
}

#[test]
fn what_migration_tools_keep_their_state_in_is_not_the_applications() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("app"));
    shop.sql("REVOKE ALL ON alembic_version FROM app");
    shop.sql("CREATE TABLE django_migrations (id serial, app varchar(255), name varchar(255), applied timestamptz)");
    shop.sql("CREATE TABLE databasechangeloglock (id integer, locked boolean, lockgranted timestamp, lockedby text)");
    call.clone().run().sound();
    shop.sql("CREATE TABLE migrations (bird text, wintering_ground text)");
    let run = call.run();
    run.fails("privileges/table-access");
    let finding = run.finding("privileges/table-access").to_string();
    assert!(
        finding.contains("migrations") && !finding.contains("django_migrations"),
        "{finding}"
    );
}

#[test]
fn the_session_is_in_another_database_than_expected() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("app"));
    call.clone()
        .args(["--expect-user", "app", "--expect-database", &shop.name])
        .run()
        .sound();
    let run = call.args(["--expect-database", "other"]).run();
    run.fails("privileges/wrong-database")
        .exemplifies("privileges/wrong-database")
        .warns("config/sources-disagree");
}

#[test]
fn row_level_security_hides_everything() {
    let shop = Server::shared().copy();
    let call = Doctor::check().dsn(shop.dsn("app"));
    // The template's tables have the numbers of system tables, which no policy is for.
    shop.sql("CREATE TABLE letter AS SELECT 1 AS id");
    shop.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON letter TO app");
    shop.sql("ALTER TABLE letter ENABLE ROW LEVEL SECURITY");
    mended(&shop, &call, "privileges/row-security");
}

#[test]
fn the_search_path_misses_the_tables() {
    let database = Database::empty(Server::shared());
    database.sql("CREATE SCHEMA shop AUTHORIZATION app");
    database.sql("CREATE TABLE shop.orders (id integer)");
    let call = Doctor::check().dsn(database.dsn("app"));
    let run = call.clone().run();
    run.sound().warns("privileges/search-path");
    apply(database.server, &run.finding("privileges/search-path"));
    let run = call.run();
    assert!(!run.codes().contains(&"privileges/search-path".to_owned()), "{}", run.stdout);
}
