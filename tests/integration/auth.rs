//! Logins that the server refuses, each for its own reason.

use crate::harness::{Doctor, apply};
use crate::lab::canary;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;

#[track_caller]
fn refused(dsn: &Dsn, code: &str) {
    Doctor::check().dsn(dsn).run().fails(code);
}

#[test]
fn the_password_is_wrong() {
    refused(&Server::shared().dsn("app").password(&canary::wrong()), "auth/password-rejected");
}

#[test]
fn what_looks_like_a_wrong_password_is_told_with_its_candidates() {
    for role in ["ghost", "expired", "passwordless"] {
        refused(&Server::shared().dsn(role), "auth/password-rejected");
    }
}

#[test]
fn the_password_is_offered_once() {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    Doctor::check().dsn(shop.dsn("app").password(&canary::wrong())).in_format("json");
    let log = server.log_of(&shop.name, mark, |log| log.contains("password authentication failed"));
    assert_eq!(log.matches("password authentication failed").count(), 1, "{log}");
}

#[test]
fn no_password_is_set() {
    refused(&Server::shared().dsn("app").no_password(), "auth/password-missing");
}

#[test]
fn the_role_does_not_exist() {
    refused(&Server::shared().dsn("trusted_ghost"), "auth/role-missing");
}

#[test]
fn the_role_may_not_log_in() {
    refused(&Server::shared().dsn("nologin"), "auth/login-not-permitted");
}

#[test]
fn pg_hba_conf_has_no_entry() {
    let run = Doctor::check().dsn(Server::shared().dsn("nohba")).run();
    run.fails("auth/no-hba-entry");
    let remedy = run.finding("auth/no-hba-entry")["remedy"].to_string();
    assert!(
        remedy.contains("hostssl shop nohba") && remedy.contains("scram-sha-256"),
        "{remedy}"
    );
}

#[test]
fn pg_hba_conf_rejects() {
    refused(&Server::shared().dsn("rejected"), "auth/hba-rejected");
}

#[test]
fn pg_hba_conf_wants_no_tls() {
    refused(&Server::shared().dsn("plainonly"), "auth/no-hba-entry");
}

#[test]
fn peer_wants_another_user() {
    refused(&Server::shared().socket_dsn("peered"), "auth/peer-mismatch");
}

#[test]
fn older_password_methods_let_in() {
    for role in ["md5", "cleartext", "trusted"] {
        Doctor::check().dsn(Server::shared().dsn(role)).run().sound();
    }
}

#[test]
fn the_database_does_not_exist() {
    refused(&Server::shared().dsn("app").database("nosuch"), "auth/database-missing");
}

#[test]
fn the_database_is_created_by_its_remedy() {
    let server = Server::with(|_| {});
    let call = Doctor::check().dsn(server.dsn("app").database("shop_2"));
    let run = call.clone().run();
    run.fails("auth/database-missing");
    apply(&server, &run.finding("auth/database-missing"));
    let after = call.run();
    assert!(!after.codes().contains(&"auth/database-missing".to_owned()), "{}", after.stdout);
}

#[test]
fn the_database_is_closed() {
    let server = Server::with(|_| {});
    let call = Doctor::check().dsn(server.dsn("app").database("closed"));
    let run = call.clone().run();
    run.fails("auth/database-closed");
    apply(&server, &run.finding("auth/database-closed"));
    assert!(!call.run().codes().contains(&"auth/database-closed".to_owned()));
}

#[test]
fn the_server_is_starting() {
    let dsn = Dsn::new(
        "app",
        listen(Behaviour::Error("57P03", "the database system is starting up")),
        "shop",
    );
    refused(&dsn.host("127.0.0.1").sslmode("disable"), "auth/server-starting");
}

#[test]
fn a_startup_option_is_unknown() {
    let dsn = Server::shared().dsn("app").with("options", "-c nosuch=1");
    refused(&dsn, "auth/parameter-unsupported");
}

#[test]
fn connect_is_not_granted() {
    let run = Doctor::check().dsn(Server::shared().dsn("app").database("private")).run();
    run.fails_in("auth", "privileges/connect-denied");
}
