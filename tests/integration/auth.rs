//! Logins that the server refuses, each for its own reason.

use crate::harness::{Doctor, apply};
use crate::lab::authority::{self, Identity};
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{canary, german, port, workdir};

/// Kinds of proof that a server asks for (PostgreSQL's documentation, "Message Formats", Authentication*).
const CLEARTEXT: u32 = 3;
const SSPI: u32 = 9;

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
fn a_slip_on_the_way_into_the_settings_is_the_first_candidate() {
    let right = canary::of("app");
    for (password, cause) in [
        (format!("{right}\n"), "a line feed at the end"),
        (format!("\"{right}\""), "the quotes round the password"),
        (
            right.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}")),
            "percent-encoded",
        ),
    ] {
        let dsn = Server::shared().dsn("app").no_password();
        let run = Doctor::check().dsn(dsn).env("PGPASSWORD", password).run();
        run.fails("auth/password-rejected");
        let first = run.finding("auth/password-rejected")["candidates"][0].to_string();
        assert!(first.contains(cause), "{first}");
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
fn a_library_is_missing() {
    let server = Server::with(|_| {});
    let from_options = server.dsn("app").with("options", "-c local_preload_libraries=nosuch");
    let run = Doctor::check().dsn(from_options).run();
    run.fails("auth/preload-library-missing");
    assert!(run.stdout.contains("remove the setting from options"), "{}", run.stdout);
    server.sql("postgres", "ALTER ROLE app SET local_preload_libraries = 'nosuch'");
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.fails("auth/preload-library-missing");
    apply(&server, &run.finding("auth/preload-library-missing"));
    assert!(
        !Doctor::check().dsn(server.dsn("app")).run().stdout.contains("preload"),
        "the remedy has no effect"
    );
    server.sql("postgres", "ALTER DATABASE shop SET session_preload_libraries = 'nosuch'");
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.fails("auth/preload-library-missing");
    assert!(
        run.stdout.contains("ALTER DATABASE shop RESET session_preload_libraries"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_locale_is_missing() {
    let server = Server::with(|_| {});
    let lost = "UPDATE pg_database SET datcollate = 'xx_XX.utf8@euro', datctype = 'xx_XX.utf8@euro' WHERE datname = 'shop'";
    server.sql("postgres", lost);
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.fails("auth/locale-missing").exemplifies("auth/locale-missing");
    assert!(
        run.stdout.contains("sudo localedef -i xx_XX@euro -f UTF-8 xx_XX.utf8@euro"),
        "{}",
        run.stdout
    );
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
fn a_startup_option_is_unknown() {
    for options in ["-c nosuch=1", "-c nosuch", "--nosuch", "nosuch", "-x"] {
        refused(&Server::shared().dsn("app").with("options", options), "auth/parameter-unsupported");
    }
}

#[test]
fn connect_is_not_granted() {
    let run = Doctor::check().dsn(Server::shared().dsn("app").database("private")).run();
    run.fails_in("auth", "privileges/connect-denied");
}

#[test]
fn channel_binding_is_demanded_and_not_offered() {
    refused(
        &Server::shared().dsn("md5").with("channel_binding", "require"),
        "auth/channel-binding-missing",
    );
}

#[test]
fn the_method_is_not_for_passwords() {
    let server = Server::with(|settings| settings.hba("host all app all gss include_realm=0"));
    refused(&server.dsn("app"), "auth/method-unsupported");
    refused(&pretender(Behaviour::AsksThenSilence(SSPI)), "auth/method-unsupported");
}

#[test]
fn the_directory_that_decides_is_not_there() {
    let nobody = port::free();
    let ldap = format!("host all app all ldap ldapserver=127.0.0.1 ldapport={nobody} ldapprefix=\"cn=\" ldapsuffix=\"\"");
    let server = Server::with(|settings| settings.hba(&ldap));
    refused(&server.dsn("app"), "auth/method-rejected");
}

/// The application's connection to a listener that only looks like PostgreSQL.
fn pretender(behaviour: Behaviour) -> Dsn {
    Dsn::new("app", listen(behaviour), "shop").host("127.0.0.1").sslmode("disable")
}

#[test]
fn the_login_breaks_off() {
    let check = |behaviour| Doctor::check().dsn(pretender(behaviour)).run();
    check(Behaviour::AsksThenClose).fails("auth/closed").exemplifies("auth/closed");
    check(Behaviour::AsksThenGarbage)
        .fails("auth/unexpected-answer")
        .exemplifies("auth/unexpected-answer");
    check(Behaviour::Impostor)
        .fails("auth/server-unproven")
        .exemplifies("auth/server-unproven");
    for behaviour in [Behaviour::HastyImpostor, Behaviour::SkipsItsProof] {
        check(behaviour).fails("auth/server-unproven");
    }
    check(Behaviour::Error("XX000", "the moon is in the wrong phase")).fails("auth/unrecognized-refusal");
}

#[test]
fn the_login_is_not_decided() {
    let dsn = pretender(Behaviour::AsksThenSilence(CLEARTEXT));
    Doctor::check()
        .dsn(dsn)
        .args(["--timeout", "1s"])
        .run()
        .fails("auth/timeout")
        .exemplifies("auth/timeout");
}

/// The role's connection with a client certificate, the role's own or another one's.
fn certified(server: &Server, role: &str, identity: &Identity) -> Dsn {
    let (certificate, key) = identity.write(&workdir::fresh("client"), "client");
    let dsn = server.dsn(role).with("sslcert", &certificate.display().to_string());
    dsn.with("sslkey", &key.display().to_string())
}

#[test]
fn the_certificate_names_another_role() {
    let server = Server::with(|settings| settings.hba("hostssl all app all cert clientname=DN"));
    let run = Doctor::check().dsn(certified(&server, "app", &authority::get().client_other)).run();
    run.fails("auth/method-rejected");
    let finding = run.finding("auth/method-rejected");
    assert!(finding["candidates"].as_array().is_none_or(Vec::is_empty), "{finding:#}");
    assert!(finding["evidence"].to_string().contains("made out to: CN="), "{finding:#}");
}

#[test]
fn the_password_is_right_and_the_certificate_is_another_roles() {
    let server = Server::with(|settings| settings.hba("hostssl all app all scram-sha-256 clientcert=verify-full"));
    let dsn = certified(&server, "app", &authority::get().client_other);
    let run = Doctor::check().dsn(&dsn).run();
    run.fails("auth/method-rejected");
    assert!(run.stdout.contains("takes the password of role"), "{}", run.stdout);
    // A wrong password is refused before anybody looks at the certificate's name.
    refused(&dsn.password(&canary::wrong()), "auth/password-rejected");
}

#[test]
fn a_password_checked_by_md5_is_told() {
    let run = Doctor::check().dsn(Server::shared().dsn("md5")).run();
    run.sound();
    assert_eq!(run.finding("auth/md5-deprecated")["severity"], "info");
    let stored_anew = Server::shared().dsn("app");
    assert!(
        !Doctor::check()
            .dsn(stored_anew)
            .run()
            .codes()
            .contains(&"auth/md5-deprecated".to_owned())
    );
}

#[test]
fn the_line_for_a_role_of_ident_can_be_written() {
    let server = Server::with(|settings| settings.hba("host all app all ident"));
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.fails("auth/peer-mismatch");
    let remedy = run.finding("auth/peer-mismatch")["remedy"].to_string();
    assert!(remedy.contains("hostssl shop app ADDRESS/32 scram-sha-256"), "{remedy}");
}

#[test]
fn the_connection_is_one_for_replication() {
    let dsn = |value: &str| Server::shared().dsn("app").with("replication", value);
    let run = Doctor::check().dsn(dsn("true")).run();
    run.fails("config/replication-connection");
    Doctor::check().dsn(dsn("nosuch")).run().fails("config/replication-connection");
    Doctor::check()
        .dsn(dsn("database"))
        .run()
        .sound()
        .warns("config/replication-connection");
    assert!(Doctor::check().dsn(dsn("off")).run().codes().is_empty());
}

/// What the remedy's query prints for the role: columns parted by `|`, nothing where there is no row.
fn told_apart(server: &Server, dsn: &Dsn) -> String {
    let run = Doctor::check().dsn(dsn).run();
    run.fails("auth/password-rejected");
    let steps = run.finding("auth/password-rejected")["remedy"]["steps"].clone();
    assert!(
        steps[0]["text"].as_str().is_some_and(|text| text.contains("tell the causes apart")),
        "{steps:#}"
    );
    server.paste(steps[0]["database"].as_str().unwrap(), steps[0]["run"].as_str().unwrap())
}

#[test]
fn the_query_tells_apart_what_looks_like_a_wrong_password() {
    let server = Server::with(|settings| settings.hba("host all md5 all scram-sha-256"));
    let wrong = server.dsn("app").password(&canary::wrong());
    assert_eq!(told_apart(&server, &wrong), "app|t||scram-sha-256");
    assert_eq!(told_apart(&server, &server.dsn("ghost")), "");
    assert_eq!(
        told_apart(&server, &server.dsn("expired")),
        "expired|t|2001-01-01 00:00:00+00|scram-sha-256"
    );
    assert_eq!(told_apart(&server, &server.dsn("passwordless")), "passwordless|t||");
    assert_eq!(told_apart(&server, &server.dsn("md5")), "md5|t||md5");
}

#[test]
fn a_german_server_is_understood() {
    let locales = need!(german::locales());
    let server = Server::with(|settings| {
        settings.env("LOCPATH", &locales.display().to_string());
        settings.set("lc_messages", "de_DE.UTF-8");
    });
    let run = Doctor::check().dsn(server.dsn("app").password(&canary::wrong())).run();
    run.fails("auth/password-rejected");
    assert!(
        run.stdout.contains("Passwort-Authentifizierung"),
        "the server does not speak German: {}",
        run.stdout
    );
    let cases = [
        (server.dsn("nohba"), "auth/no-hba-entry"),
        (server.dsn("app").database("nosuch"), "auth/database-missing"),
        (server.dsn("app").database("closed"), "auth/database-closed"),
        (server.dsn("trusted_ghost"), "auth/role-missing"),
        (server.dsn("app").with("options", "-c nosuch=1"), "auth/parameter-unsupported"),
    ];
    for (dsn, code) in cases {
        refused(&dsn, code);
    }
    let elsewhere = [
        (server.dsn("app").database("private"), "privileges/connect-denied"),
        (server.dsn("limited"), "pool/role-limit"),
        (server.dsn("app").database("crowded"), "pool/database-limit"),
        (server.dsn("tlsonly").sslmode("disable"), "tls/required-by-server"),
    ];
    for (dsn, code) in elsewhere {
        Doctor::check().dsn(dsn).run().fails_in("auth", code);
    }
}
