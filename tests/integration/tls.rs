//! Certificates with faults, servers without TLS, servers that insist on it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::harness::Doctor;
use crate::lab::attacker::{Act, listen_by_name, refusal};
use crate::lab::authority::{self, Identity};
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::project::Project;
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;
use crate::lab::{account, canary, network, tools, workdir};

fn serving(identity: &Identity) -> Server {
    Server::with(|settings| settings.certificate = Some(identity.clone()))
}

/// Full verification fails with `code`; without verification libpq connects, and so does the application.
#[track_caller]
fn unverifiable(identity: &Identity, code: &str) {
    let server = serving(identity);
    Doctor::check().dsn(server.dsn("app")).run().fails(code);
    Doctor::check().dsn(server.dsn("app").sslmode("require")).run().sound();
}

#[test]
fn the_certificate_is_shown() {
    let run = Doctor::check().dsn(Server::shared().dsn("app")).run();
    run.sound();
    let facts = run.row("tls")["facts"].to_string();
    for shown in ["TLSv1.3", "db.lab.test", "dbdoctor laboratory root"] {
        assert!(facts.contains(shown), "{shown}: {facts}");
    }
}

#[test]
fn the_certificate_has_expired() {
    unverifiable(&authority::get().expired, "tls/certificate-expired");
}

#[test]
fn the_certificate_was_revoked() {
    let (authority, server) = (authority::get(), serving(&authority::get().revoked));
    let with_list = |list: &Path| server.dsn("app").with("sslcrl", &list.display().to_string());
    refuses_with_psql(with_list(&authority.revocations), "tls/certificate-revoked");
    // The file that libpq looks at unasked.
    let list = fs::read_to_string(&authority.revocations).expect("the authority wrote it");
    let at_home = Doctor::check().home_file(".postgresql/root.crl", &list).dsn(server.dsn("app"));
    at_home.run().fails("tls/certificate-revoked");
    // A list that is not there is passed over, and nobody's list is asked for.
    lets_in_with_psql(with_list(&authority.revocations.with_extension("nosuch")));
    lets_in_with_psql(server.dsn("app"));
}

#[test]
fn the_list_of_revoked_certificates_is_not_valid() {
    let authority = authority::get();
    let with = |keyword, path: &Path| Server::shared().dsn("app").with(keyword, &path.display().to_string());
    lets_in_with_psql(with("sslcrl", &authority.revocations));
    refuses_with_psql(with("sslcrl", &authority.old_revocations), "tls/crl-unusable");
    // Without lists in it, a directory still makes every certificate need one.
    refuses_with_psql(with("sslcrldir", &workdir::fresh("crls")), "tls/crl-unusable");
}

#[track_caller]
fn refuses_with_psql(dsn: Dsn, code: &str) {
    let said = psql(&dsn).expect_err("psql is refused too");
    assert!(said.contains("certificate verify failed"), "{said}");
    Doctor::check().dsn(dsn).run().fails(code);
}

#[track_caller]
fn lets_in_with_psql(dsn: Dsn) {
    psql(&dsn).expect("psql is let in too");
    Doctor::check().dsn(dsn).run().sound();
}

fn psql(dsn: &Dsn) -> Result<(), String> {
    let output = Command::new(tools::postgres("psql"))
        .args(["-X", &dsn.to_string(), "-c", "SELECT 1"])
        .output()
        .expect("psql can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.success().then_some(()).ok_or(said)
}

#[test]
fn the_certificate_is_not_valid_yet() {
    let identity = &authority::get().not_yet_valid;
    unverifiable(identity, "tls/certificate-not-yet-valid");
    let server = serving(identity);
    Doctor::check().dsn(server.dsn("app")).exemplifies("tls/certificate-not-yet-valid");
}

#[test]
fn the_certificate_is_for_another_host() {
    unverifiable(&authority::get().wrong_host, "tls/host-mismatch");
}

#[test]
fn the_authority_is_unknown() {
    unverifiable(&authority::get().other_ca, "tls/ca-unknown");
}

#[test]
fn the_certificate_is_its_own_authority() {
    unverifiable(&authority::get().self_signed, "tls/ca-unknown");
}

#[test]
fn the_intermediate_certificate_is_not_sent() {
    unverifiable(&authority::get().missing_intermediate, "tls/ca-unknown");
}

#[test]
fn the_chain_has_an_intermediate_certificate() {
    let server = serving(&authority::get().by_intermediate);
    Doctor::check().dsn(server.dsn("app")).run().sound();
}

#[test]
fn the_certificate_ends_soon() {
    let server = serving(&authority::get().expiring);
    Doctor::check()
        .dsn(server.dsn("app"))
        .run()
        .sound()
        .warns("tls/certificate-expiring");
    let server = serving(&authority::get().ending);
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.sound().warns("tls/certificate-expiring");
    let title = run.finding("tls/certificate-expiring")["title"].to_string();
    assert!(title.contains("in 3 days: renew it now"), "{title}");
}

#[test]
fn the_certificate_is_too_weak() {
    let authority = authority::get();
    for identity in [&authority.weak_key, &authority.weak_digest] {
        let server = Server::with(|settings| settings.weakly_certified(identity));
        Doctor::check().dsn(server.dsn("app")).run().fails("tls/certificate-weak");
    }
}

#[test]
fn a_second_hello_is_worth_a_fact_and_no_more() {
    let server = Server::with(|settings| settings.set("ssl_ecdh_curve", "secp384r1"));
    let call = Doctor::check().dsn(server.dsn("app")).project(&Project::shop().path);
    let run = call.clone().run();
    run.passes_everywhere();
    assert_eq!(run.row("tls")["facts"]["hello_retry_request"], true, "{}", run.stdout);
    assert!(run.codes().is_empty(), "{}", run.stdout);
    assert!(!call.clone().in_format("human").stdout.contains("hello_retry_request"));
    assert!(call.arg("-v").in_format("human").stdout.contains("hello_retry_request: true"));
}

#[test]
fn another_host_name_does_not_matter_to_verify_ca() {
    let server = serving(&authority::get().wrong_host);
    Doctor::check().dsn(server.dsn("app").with("sslmode", "verify-ca")).run().sound();
}

#[test]
fn require_with_a_root_file_verifies_the_chain() {
    let server = serving(&authority::get().other_ca);
    Doctor::check()
        .dsn(server.dsn("app").with("sslmode", "require"))
        .run()
        .fails("tls/ca-unknown");
}

#[test]
fn a_bundle_is_read_whole() {
    let bundle = authority::get().bundle.display().to_string();
    Doctor::check()
        .dsn(Server::shared().dsn("app").with("sslrootcert", &bundle))
        .run()
        .sound();
}

#[test]
fn only_the_named_file_is_trusted() {
    let other = authority::get().other_root.display().to_string();
    Doctor::check()
        .dsn(Server::shared().dsn("app").with("sslrootcert", &other))
        .run()
        .fails("tls/ca-unknown");
}

#[test]
fn the_root_file_is_missing() {
    let server = Server::shared();
    Doctor::check()
        .dsn(server.dsn("app").with("sslrootcert", "/nonexistent/root.crt"))
        .run()
        .fails("tls/ca-file-missing");
    Doctor::check()
        .dsn(server.dsn("app").sslmode("verify-full"))
        .run()
        .fails("tls/ca-file-missing");
}

#[test]
fn the_root_file_may_not_be_read() {
    let file = workdir::fresh("root").join("root.crt");
    std::fs::copy(&authority::get().root, &file).expect("the directory is ours");
    let closed = if account::is_root() { 0o600 } else { 0o000 };
    std::fs::set_permissions(&file, Permissions::from_mode(closed)).expect("the file is ours");
    let dsn = Server::shared().dsn("app").with("sslrootcert", &file.display().to_string());
    Doctor::check().dsn(dsn).by_an_ordinary_user().run().fails("tls/ca-file-unreadable");
}

#[test]
fn the_network_is_not_to_be_trusted() {
    need!(network::can_be_remote());
    let server = Server::with(Settings::remote);
    let call = |mode| {
        let dsn = server.dsn("app").host(network::REMOTE).sslmode(mode);
        Doctor::check().dsn(dsn).in_network(&server.network()).run()
    };
    call("disable").sound().warns("tls/plaintext-remote");
    call("require").sound().warns("tls/unverified");
}

#[test]
fn the_root_file_is_in_its_usual_place() {
    let root = std::fs::read_to_string(&authority::get().root).expect("the authority wrote it");
    let dsn = Server::shared().dsn("app").sslmode("verify-full");
    Doctor::check().dsn(dsn).home_file(".postgresql/root.crt", &root).run().sound();
}

#[test]
fn the_root_file_holds_no_certificate() {
    let file = workdir::fresh("root").join("root.crt");
    std::fs::write(&file, "nothing of the kind\n").expect("the directory is ours");
    let dsn = Server::shared().dsn("app").with("sslrootcert", &file.display().to_string());
    Doctor::check().dsn(dsn).run().fails("tls/ca-file-invalid");
}

#[test]
fn the_server_has_no_tls() {
    let server = Server::with(|settings| settings.certificate = None);
    Doctor::check().dsn(server.dsn("app")).run().fails("tls/not-supported-by-server");
    Doctor::check().dsn(server.dsn("app").sslmode("prefer")).run().sound();
}

#[test]
fn the_server_insists_on_tls() {
    let server = Server::shared();
    let run = Doctor::check().dsn(server.dsn("tlsonly").sslmode("disable")).run();
    run.fails_in("auth", "tls/required-by-server");
    Doctor::check().dsn(server.dsn("tlsonly")).run().sound();
}

#[test]
fn prefer_falls_back_where_tls_is_refused() {
    let dsn = Server::shared().dsn("plainonly").sslmode("prefer");
    Doctor::check().dsn(dsn).run().sound();
}

#[test]
fn the_handshake_breaks() {
    let slipping = Behaviour::SlipsIn(Server::shared().port());
    for behaviour in [Behaviour::YesThenGarbage, Behaviour::YesThenClose, slipping] {
        let dsn = Dsn::new("app", listen(behaviour), "shop").host("127.0.0.1");
        Doctor::check()
            .dsn(dsn)
            .args(["--timeout", "2s"])
            .run()
            .fails("tls/handshake-failed");
    }
}

#[test]
fn no_protocol_version_is_common_to_both() {
    let server = Server::with(|settings| settings.set("ssl_min_protocol_version", "TLSv1.3"));
    let dsn = server.dsn("app").with("ssl_max_protocol_version", "TLSv1.2");
    Doctor::check().dsn(dsn).run().fails("tls/protocol-mismatch");
}

#[test]
fn no_cipher_is_common_to_both() {
    // The key is of an elliptic curve, and the ciphers are those of RSA keys.
    let server = Server::with(|settings| {
        settings.set("ssl_max_protocol_version", "TLSv1.2");
        settings.set("ssl_ciphers", "ECDHE-RSA-AES128-GCM-SHA256");
    });
    let run = Doctor::check().dsn(server.dsn("app")).run();
    run.fails("tls/handshake-failed");
    let told = run.finding("tls/handshake-failed")["candidates"].to_string();
    assert!(told.contains("no shared cipher") && !told.contains("no PostgreSQL"), "{told}");
    assert!(server.wait_for("no shared cipher"), "{}", server.log());
}

#[test]
fn an_intermediate_authority_has_expired() {
    let identity = &authority::get().expired_intermediate;
    unverifiable(identity, "tls/certificate-expired");
    let run = Doctor::check().dsn(serving(identity).dsn("app")).run();
    let finding = run.finding("tls/certificate-expired").to_string();
    assert!(finding.contains("dbdoctor laboratory expired intermediate"), "{finding}");
}

#[test]
fn a_proxy_that_goes_by_the_servers_name() {
    let proxy = listen_by_name(
        &authority::get().server,
        "db.lab.test",
        vec![Act::Read, Act::Send(refusal("28P01", b"no"))],
    );
    let dsn = |host: &str| Dsn::new("app", proxy, "shop").host(host);
    for (host, sent) in [("127.0.0.1", "none was sent"), ("localhost", "\\\"localhost\\\"")] {
        let run = Doctor::check().dsn(dsn(host)).run();
        run.fails("tls/handshake-failed");
        let told = run.finding("tls/handshake-failed")["candidates"].to_string();
        assert!(told.contains("(SNI)") && told.contains(sent), "{told}");
    }
}

/// The role's connection with a client certificate.
fn with_client(identity: &Identity) -> Dsn {
    let (certificate, key) = identity.write(&workdir::fresh("client"), "client");
    let shown = |path: &Path| path.display().to_string();
    Server::shared()
        .dsn("certified")
        .no_password()
        .with("sslcert", &shown(&certificate))
        .with("sslkey", &shown(&key))
}

#[test]
fn a_client_certificate_lets_in() {
    let authority = authority::get();
    for identity in [&authority.client, &authority.client_pkcs1] {
        Doctor::check()
            .dsn(with_client(identity))
            .project(&Project::shop().path)
            .run()
            .sound();
    }
    let encrypted = with_client(&authority.client_encrypted).with("sslpassword", &canary::of("the client's key"));
    Doctor::check().dsn(encrypted).run().sound();
}

#[test]
fn a_client_certificate_is_missing() {
    let dsn = Server::shared().dsn("certified").no_password();
    Doctor::check().dsn(dsn).run().fails_in("auth", "tls/client-certificate-required");
}

#[test]
fn the_client_certificate_is_from_somebody_else() {
    let run = Doctor::check().dsn(with_client(&authority::get().client_stranger)).run();
    assert!(
        run.codes().contains(&"tls/client-certificate-rejected".to_owned()),
        "{}",
        run.stdout
    );
    assert_eq!(run.status, 13, "{}", run.stdout);
}

#[test]
fn the_client_certificate_is_another_roles() {
    let run = Doctor::check().dsn(with_client(&authority::get().client_other)).run();
    run.fails("auth/method-rejected");
}

#[test]
fn the_clients_key_is_open_to_others() {
    let (certificate, key) = authority::get().client.write(&workdir::fresh("client"), "client");
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("the file is ours");
    let dsn = Server::shared().dsn("certified").no_password();
    let dsn = dsn
        .with("sslcert", &certificate.display().to_string())
        .with("sslkey", &key.display().to_string());
    let run = Doctor::check().dsn(dsn).run();
    run.fails("tls/client-key-unusable");
    assert!(run.stdout.contains("mode 0644"), "{}", run.stdout);
}

#[test]
fn the_clients_key_cannot_be_used() {
    let authority = authority::get();
    let wrong_password = with_client(&authority.client_encrypted).with("sslpassword", &canary::wrong());
    for dsn in [wrong_password, with_client(&authority.client_mismatched)] {
        Doctor::check().dsn(dsn).run().fails("tls/client-key-unusable");
    }
}

#[test]
fn the_named_client_certificate_does_not_exist() {
    let dsn = Server::shared()
        .dsn("certified")
        .no_password()
        .with("sslcert", "/nonexistent/client.crt");
    let run = Doctor::check().dsn(dsn).run();
    run.fails_in("auth", "tls/client-certificate-required");
    assert!(run.stdout.contains("there is no file"), "{}", run.stdout);
}

#[test]
fn encryption_by_kerberos_is_required_and_not_there() {
    let server = Server::shared();
    let insisting = server.dsn("app").with("gssencmode", "require");
    let run = Doctor::check().dsn(&insisting).run();
    // Whether the server was built with GSSAPI is its distributor's affair; there are no credentials either way.
    run.fails("tls/gss-unavailable");
    Doctor::check()
        .dsn(server.socket_dsn("app").with("gssencmode", "require"))
        .run()
        .fails("tls/gss-unavailable");
    let unwilling = Dsn::new("app", listen(Behaviour::NoThenClose), "shop").host("127.0.0.1");
    let run = Doctor::check().dsn(unwilling.with("gssencmode", "require")).run();
    run.fails("tls/gss-unavailable");
    assert!(run.stdout.contains("offers no encryption by Kerberos"), "{}", run.stdout);
}

#[test]
fn what_kerberos_would_do_the_doctor_does_not_guess() {
    let answers_yes = listen(Behaviour::YesToKerberos);
    let dsn = Dsn::new("app", answers_yes, "shop").host("127.0.0.1").with("gssencmode", "require");
    let run = Doctor::check().dsn(dsn).env("KRB5CCNAME", "KCM:").run();
    assert_eq!(run.status, 3, "{}", run.stdout);
    assert!(run.stdout.contains("KRB5CCNAME is set"), "{}", run.stdout);
}

#[test]
fn a_client_certificate_has_to_be_exchanged_and_is_not() {
    let server = Server::shared();
    let insisting = server.dsn("app").with("sslcertmode", "require");
    for dsn in [
        insisting.clone(),
        insisting.clone().sslmode("disable"),
        server.socket_dsn("app").with("sslcertmode", "require"),
    ] {
        Doctor::check().dsn(dsn).run().fails_in("auth", "tls/client-certificate-unused");
    }
    let with_certificate = |server: &Server| {
        let (certificate, key) = authority::get().client.write(&workdir::fresh("client"), "client");
        let dsn = server.dsn("app").with("sslcertmode", "require");
        dsn.with("sslcert", &certificate.display().to_string())
            .with("sslkey", &key.display().to_string())
    };
    Doctor::check().dsn(with_certificate(server)).run().sound();
    let never_asks = Server::with(|settings| settings.set("ssl_ca_file", ""));
    let run = Doctor::check().dsn(with_certificate(&never_asks)).run();
    run.fails_in("auth", "tls/client-certificate-unused");
    assert!(run.stdout.contains("the server does not ask for one"), "{}", run.stdout);
    // Other refusals come first, as they do for libpq.
    let wrong = insisting.password(&canary::wrong());
    Doctor::check().dsn(wrong).run().fails("auth/password-rejected");
}
