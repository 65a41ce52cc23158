//! Defaults, service file and password file: our merging and the real libpq's, setting by setting.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use dbdoctor::conninfo::{self, Version};
use dbdoctor::settings::environment::Environment;
use dbdoctor::settings::merge;
use dbdoctor::settings::passwords::{self, Login};
use dbdoctor::settings::source::{Place, Source};
use dbdoctor::settings::target;
use tempfile::TempDir;

use crate::support::python::NEWEST;

const SERVICES: &str = "# services\n[short]\nhost=/nonexistent/short\n[shop]\n# the shop\n host=/nonexistent/shop \nport=6432\nuser=svc\n\
                        dbname=shop\nport=1\npassword=service-pw\n[next]\nhost=/nonexistent/next\n[nested]\nservice=shop\n[blank]\nhost = x\n\
                        [unknown]\nshoe=44\n";

const PASSWORDS: &str = "#/nonexistent:5432:db:app:no\n/nonexistent:5432:other:app:other\n/nonexistent:*:db:app:a\\:b\\\\c:rest\n\
                         localhost:5432:*:*:local\n*:*:*:star\\*:star\n*:*:*:*:any\r\n";

/// Variables and a connection string. Hosts are directories without a socket, so that nothing is contacted.
const CASES: &[(&[(&str, &str)], &str)] = &[
    (&[], "host=/nonexistent user=app dbname=db"),
    (&[], "host=/nonexistent user=app dbname=other"),
    (&[], "host=/nonexistent user=app dbname=third"),
    (&[], "host=/nonexistent user='star*' dbname=x"),
    (&[], "host=/nonexistent user=app dbname=db password=''"),
    (&[], "host=/nonexistent user=app dbname=db password=given"),
    (&[], "host=/nonexistent port=6000 user=app"),
    (&[("PGPASSWORD", "env-pw")], "host=/nonexistent user=app dbname=db"),
    (&[("PGPASSWORD", "")], "host=/nonexistent user=app dbname=db"),
    (
        &[("PGHOST", "/nonexistent"), ("PGUSER", "u"), ("PGDATABASE", "d"), ("PGPORT", "7")],
        "",
    ),
    (&[("PGHOST", "/nonexistent"), ("PGUSER", "u")], "postgresql:///given?user="),
    (&[("PGHOST", "/nonexistent"), ("PGDATABASE", "d")], "postgresql://x@/"),
    (&[("PGSSLMODE", "require")], "host=/nonexistent user=app"),
    (&[("PGSSLMODE", "require")], "host=/nonexistent user=app sslmode=disable"),
    (&[("PGREQUIRESSL", "1")], "host=/nonexistent user=app"),
    (&[("PGREQUIRESSL", "0")], "host=/nonexistent user=app"),
    (&[("PGREQUIRESSL", "1"), ("PGSSLMODE", "allow")], "host=/nonexistent user=app"),
    (&[("PGSSLROOTCERT", "system")], "host=/nonexistent user=app"),
    (
        &[("PGSSLROOTCERT", "system"), ("PGSSLMODE", "verify-full")],
        "host=/nonexistent user=app",
    ),
    (
        &[("PGAPPNAME", "x"), ("PGOPTIONS", "-c a=b"), ("PGCONNECT_TIMEOUT", "3")],
        "host=/nonexistent user=app",
    ),
    (&[], "service=shop"),
    (&[], "service=shop user=app port=9"),
    (&[("PGSERVICE", "shop")], "dbname=given"),
    (&[("PGSERVICE", "shop"), ("PGPORT", "8"), ("PGSSLMODE", "allow")], ""),
    (&[("PGSERVICE", "nope")], "service=short user=u"),
    (&[], "service=short user=app"),
    (&[], "service=nope"),
    (&[], "service=nested"),
    (&[], "service=blank"),
    (&[], "service=unknown"),
    (&[("PGSERVICEFILE", "/nonexistent/file")], "service=shop"),
];

#[test]
fn what_is_left_out_is_filled_in_as_libpq_does_it() {
    let home = TempDir::new().expect("a directory");
    for (name, text) in [(".pg_service.conf", SERVICES), (".pgpass", PASSWORDS)] {
        let path = home.path().join(name);
        fs::write(&path, text).expect("a file in a fresh directory");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    }
    let home_text = home.path().to_str().expect("a plain path");
    let questions: Vec<_> = CASES
        .iter()
        .map(|(variables, dsn)| {
            let mut environment: BTreeMap<&str, &str> = variables.iter().copied().collect();
            environment.insert("HOME", home_text);
            serde_json::json!({"environment": environment, "dsn": dsn})
        })
        .collect();
    let question = serde_json::to_string(&questions).expect("text");
    let answers: Vec<BTreeMap<String, String>> =
        serde_json::from_str(&NEWEST.run_script("config/libpq_defaults.py", &[], question)).expect("valid JSON");
    for ((variables, dsn), theirs) in CASES.iter().zip(answers) {
        let environment = Environment::new(variables.iter().copied()).with_home(home.path());
        let parameters = conninfo::parse(dsn.as_bytes(), Version::V17).expect("the cases parse");
        let merged = match merge::merge(&parameters, &environment) {
            Ok(merged) => merged,
            Err(finding) => {
                assert!(
                    theirs.contains_key(""),
                    "{variables:?} {dsn}: libpq takes it, not: {}",
                    finding.title
                );
                continue;
            }
        };
        assert_eq!(theirs.get(""), None, "{variables:?} {dsn}");
        for keyword in conninfo::keyword::KEYWORDS.iter().filter(|keyword| keyword.since <= 17) {
            let theirs = theirs.get(keyword.name).map(String::as_str).unwrap_or_default();
            let ours = String::from_utf8_lossy(merged.get(keyword.name).unwrap_or_default()).into_owned();
            match keyword.name {
                // Not kept by a connection, filled in elsewhere, or dependent on how libpq was built.
                "service" | "password" | "passfile" | "gssencmode" | "sslcertmode" => {}
                "user" | "dbname" | "host" if ours.is_empty() => {}
                name => assert_eq!(ours, theirs, "{name} of {variables:?} {dsn}"),
            }
        }
        let mut hosts = target::hosts(&merged);
        let user = merged.filled("user").unwrap_or_default();
        let login = Login {
            database: merged.filled("dbname").unwrap_or(user),
            user,
        };
        let (password, _) = passwords::find(&merged, &Source::given(Place::Argument), &environment, login, &mut hosts);
        let ours = password
            .map(|password| String::from_utf8_lossy(password.secret.reveal()).into_owned())
            .unwrap_or_default();
        if !user.is_empty() {
            assert_eq!(ours, theirs["password"], "the password of {variables:?} {dsn}");
        }
    }
}
