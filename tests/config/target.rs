//! What the target holds: libpq's defaults and lists.

use std::fs;

use dbdoctor::target::{ChannelBinding, Endpoint, RootCert};
use dbdoctor::verdict::Fact;
use tempfile::TempDir;

use crate::harness::Case;

#[test]
fn defaults_are_libpqs() {
    let seen = Case::dsn("postgresql://").run();
    let target = seen.passes();
    assert!(matches!(&target.hosts[0].endpoint, Endpoint::Socket(_)));
    assert_eq!(target.hosts[0].port, 5432);
    assert_eq!((target.user.raw(), target.database.raw()), ("osuser", "osuser"));
    assert_eq!(target.tls.mode.name(), "prefer");
    assert_eq!(target.channel_binding, ChannelBinding::Prefer);
    assert_eq!(target.tls.min_protocol.as_deref(), Some("TLSv1.2"));
    assert_eq!(
        target.tls.root_cert,
        RootCert::Default(Some("/nonexistent/.postgresql/root.crt".into()))
    );
    assert!(target.tls.client_cert.is_none() && target.connect_timeout.is_none() && target.options.is_none());
}

#[test]
fn the_database_is_named_after_the_user() {
    assert_eq!(Case::dsn("host=db user=app").run().passes().database.raw(), "app");
}

#[test]
fn hosts_come_as_lists() {
    let seen = Case::dsn("host=a,/run/pg,::1,@abs hostaddr=10.0.0.1,,, port=1,2,3,4 user=u").run();
    let hosts = &seen.passes().hosts;
    assert!(matches!(&hosts[0].endpoint, Endpoint::Address { name: Some(name), .. } if name.raw() == "a"));
    assert!(matches!(&hosts[1].endpoint, Endpoint::Socket(path) if path == "/run/pg"));
    assert_eq!(hosts[2].to_string(), "[::1]:3");
    assert!(matches!(&hosts[3].endpoint, Endpoint::Socket(path) if path == "@abs"));
}

#[test]
fn system_roots_mean_verify_full() {
    let seen = Case::dsn("host=db sslrootcert=system").run();
    assert_eq!(seen.passes().tls.mode.name(), "verify-full");
    assert_eq!(seen.target().tls.root_cert, RootCert::System);
    Case::dsn("hostaddr=10.0.0.1 sslmode=verify-full")
        .run()
        .fails_with("missing-setting");
}

#[test]
fn client_certificates_are_found_in_the_home_directory() {
    let home = TempDir::new().expect("a directory");
    fs::create_dir(home.path().join(".postgresql")).expect("a directory");
    for name in ["postgresql.crt", "postgresql.key"] {
        fs::write(home.path().join(".postgresql").join(name), "").expect("a file");
    }
    let seen = Case::dsn("host=db").home(home.path()).run();
    assert!(
        seen.passes()
            .tls
            .client_cert
            .as_ref()
            .is_some_and(|path| path.ends_with("postgresql.crt"))
    );
    assert!(
        seen.target()
            .tls
            .client_key
            .as_ref()
            .is_some_and(|path| path.ends_with("postgresql.key"))
    );
    let seen = Case::dsn("host=db sslcertmode=disable").home(home.path()).run();
    assert!(seen.passes().tls.client_cert.is_none());
}

#[test]
fn facts_say_where_the_password_is_from() {
    let fact = |seen: &crate::harness::Seen, name: &str| {
        seen.notes
            .facts
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, fact)| fact.clone())
    };
    let seen = Case::environment(&[("PGHOST", "db"), ("PGPASSWORD", "Zq7Kwoxjy")])
        .secret("Zq7Kwoxjy")
        .run();
    assert_eq!(fact(&seen, "password"), Some(Fact::from("set, from PGPASSWORD")));
    let seen = Case::dsn("postgresql://app@db:6432/shop?target_session_attrs=read-write").run();
    assert_eq!(fact(&seen, "password"), Some(Fact::from("not set")));
    assert_eq!(fact(&seen, "port"), Some(Fact::Count(6432)));
    assert_eq!(fact(&seen, "target_session_attrs"), Some(Fact::from("read-write")));
}
