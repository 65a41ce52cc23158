//! Servers that speak other languages than English: their own translations, told by SQLSTATE and routine.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use dbdoctor::explain::scan::Scanner;
use dbdoctor::foreign::Foreign;
use dbdoctor::net::socket::Address;
use dbdoctor::probe::dns::Route;
use dbdoctor::server::error::ServerError;
use dbdoctor::server::refusal::{self, Scene};
use dbdoctor::target::{Endpoint, SslMode, Target};

use crate::harness::{Doctor, Run};
use crate::lab::canary;
use crate::lab::server::Server;
use crate::lab::skip::{need, note};

const LOCALES: &str = "/usr/share/locale";

/// A refusal as PostgreSQL's source has it, and the findings that it may become once it is translated.
struct Refusal {
    sqlstate: &'static str,
    routine: &'static str,
    message: &'static str,
    detail: Option<&'static str>,
    codes: &'static [&'static str],
}

const fn refusal(sqlstate: &'static str, routine: &'static str, message: &'static str, codes: &'static [&'static str]) -> Refusal {
    Refusal {
        sqlstate,
        routine,
        message,
        detail: None,
        codes,
    }
}

const REFUSALS: &[Refusal] = &[
    refusal(
        "28000",
        "ClientAuthentication",
        "no pg_hba.conf entry for host \"%s\", user \"%s\", database \"%s\", %s",
        &["auth/no-hba-entry"],
    ),
    refusal(
        "28000",
        "ClientAuthentication",
        "pg_hba.conf rejects connection for host \"%s\", user \"%s\", database \"%s\", %s",
        // Only the words tell a reject from a missing line; the finding then names both.
        &["auth/no-hba-entry"],
    ),
    refusal(
        "28000",
        "ClientAuthentication",
        "connection requires a valid client certificate",
        &["tls/client-certificate-required"],
    ),
    refusal(
        "28P01",
        "auth_failed",
        "password authentication failed for user \"%s\"",
        &["auth/password-rejected"],
    ),
    refusal(
        "28000",
        "auth_failed",
        "Peer authentication failed for user \"%s\"",
        // Where the method's name is translated too, the finding names peer among the candidates.
        &["auth/peer-mismatch", "auth/method-rejected"],
    ),
    refusal(
        "28000",
        "auth_failed",
        "LDAP authentication failed for user \"%s\"",
        &["auth/method-rejected"],
    ),
    refusal(
        "28000",
        "InitializeSessionUserId",
        "role \"%s\" does not exist",
        &["auth/role-missing"],
    ),
    refusal(
        "28000",
        "InitializeSessionUserId",
        "role \"%s\" is not permitted to log in",
        &["auth/role-missing"],
    ),
    refusal(
        "3D000",
        "InitPostgres",
        "database \"%s\" does not exist",
        &["auth/database-missing"],
    ),
    refusal(
        "55000",
        "CheckMyDatabase",
        "database \"%s\" is not currently accepting connections",
        &["auth/database-closed"],
    ),
    refusal(
        "42501",
        "CheckMyDatabase",
        "permission denied for database \"%s\"",
        &["privileges/connect-denied"],
    ),
    refusal("53300", "InitProcess", "sorry, too many clients already", &["pool/slots-exhausted"]),
    refusal(
        "53300",
        "InitPostgres",
        "remaining connection slots are reserved for non-replication superuser connections",
        &["pool/reserved-slots-only"],
    ),
    refusal(
        "53300",
        "InitializeSessionUserId",
        "too many connections for role \"%s\"",
        &["pool/role-limit"],
    ),
    refusal(
        "53300",
        "CheckMyDatabase",
        "too many connections for database \"%s\"",
        &["pool/database-limit"],
    ),
    refusal(
        "57P03",
        "ProcessStartupPacket",
        "the database system is starting up",
        &["auth/server-starting"],
    ),
    refusal(
        "57P03",
        "ProcessStartupPacket",
        "the database system is shutting down",
        &["auth/server-starting"],
    ),
    refusal(
        "57P03",
        "ProcessStartupPacket",
        "the database system is in recovery mode",
        &["auth/server-starting"],
    ),
    Refusal {
        detail: Some("Hot standby mode is disabled."),
        ..refusal(
            "57P03",
            "ProcessStartupPacket",
            "the database system is not accepting connections",
            &["auth/server-recovering"],
        )
    },
    refusal(
        "57014",
        "ProcessInterrupts",
        "canceling authentication due to timeout",
        &["auth/timeout"],
    ),
    refusal(
        "42704",
        "find_option",
        "unrecognized configuration parameter \"%s\"",
        &["auth/parameter-unsupported"],
    ),
];

/// Whether an original message is compared.
type IsAsked = fn(&str) -> bool;

/// Whose messages are read in logs.
const LANGUAGES: &[&str] = &["de", "es", "fr", "ja", "ko", "pt_BR", "ru", "zh_CN"];

/// Messages whose translation breaks its line in the middle of a value, or escapes what the original does not.
const UNREAD: &[&str] = &[
    "end of string reached when looking for matching \"]\"",
    "expected authentication request from server",
    "lost synchronization with server",
    "missing key/value separator",
    "unexpected character",
    // One word that anybody says, in zh_CN.
    "timeout expired",
];

#[test]
fn every_translation_of_a_refusal_is_understood() {
    let catalogues = catalogues("postgres-");
    if catalogues.len() < 5 {
        note("PostgreSQL's translations are not installed");
        return;
    }
    for refusal in REFUSALS {
        let known = catalogues.iter().filter(|(_, texts)| texts.contains_key(refusal.message)).count();
        assert!(
            known > 2,
            "\"{}\" is in {known} catalogues of {}",
            refusal.message,
            catalogues.len()
        );
    }
    let target = target();
    let route = route(&target);
    for (language, texts) in &catalogues {
        for refusal in REFUSALS {
            let Some(message) = texts.get(refusal.message) else { continue };
            let detail = refusal
                .detail
                .and_then(|detail| texts.get(detail).map(String::as_str).or(Some(detail)));
            let error = ServerError {
                severity: "FATAL".into(),
                sqlstate: refusal.sqlstate.into(),
                message: Foreign::new(filled(message)),
                detail: detail.map(Foreign::from),
                hint: None,
                context: None,
                routine: Some(refusal.routine.into()),
            };
            let finding = refusal::finding(&error, &Scene::before_tls(&target, &route));
            let code = finding.kind.code().to_string();
            assert!(refusal.codes.contains(&code.as_str()), "{language}: {error} became {code}");
            let is_ambiguous = code == "auth/no-hba-entry" || code == "auth/role-missing" || code == "auth/server-starting";
            assert!(
                !is_ambiguous || finding.candidates.len() > 1,
                "{language}: {error} names one cause: {finding:?}"
            );
        }
    }
}

#[test]
fn each_translated_line_of_a_log_gives_the_code_of_its_english() {
    let code = |line: &str| {
        let mut scanner = Scanner::default();
        scanner.feed(line.as_bytes());
        let groups = scanner.finish().groups;
        groups.first().map(|group| group.first.kind.code().to_string())
    };
    let frames: [(&str, &str, IsAsked); 2] = [
        ("postgres-", "2026-11-20 10:00:00.123 UTC [812] FATAL:  ", |english| {
            REFUSALS.iter().any(|refusal| refusal.message == english)
        }),
        ("libpq5-", "psycopg2.OperationalError: ", |english| {
            !UNREAD.iter().any(|start| english.starts_with(start))
        }),
    ];
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (program, before, is_asked) in frames {
        let catalogues = catalogues(program);
        for language in LANGUAGES {
            let Some(texts) = catalogues.get(*language) else {
                note(&format!("the {language} translation of {program} is not installed"));
                continue;
            };
            for (english, translated) in texts.iter().filter(|(english, _)| is_asked(english)) {
                let line = |message: &str| format!("{before}{}\n", with_numbers(&filled(message)).trim_end());
                let Some(expected) = code(&line(english)) else { continue };
                let seen = code(&line(translated));
                compared += 1;
                if seen.as_ref() != Some(&expected) {
                    wrong.push(format!("{language}: {expected}, {seen:?}: {translated}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_german_server_is_understood() {
    if !Path::new(LOCALES).join("de/LC_MESSAGES").is_dir() {
        note("there are no German translations");
        return;
    }
    let server = Server::with(|settings| {
        settings.env("LANGUAGE", "de");
        settings.set("max_connections", "8");
    });
    server.sql("postgres", "ALTER SYSTEM SET lc_messages = 'C.UTF-8'");
    server.sql("postgres", "SELECT pg_reload_conf()");
    need!(speaks_german(&server));
    let run = |dsn: &crate::lab::dsn::Dsn| Doctor::check().dsn(dsn).args(["--until", "auth"]).run();
    let ambiguous = |run: &Run, code: &str| {
        let candidates = run.finding(code)["candidates"].as_array().map_or(0, Vec::len);
        assert!(candidates > 1, "{}", run.stdout);
    };
    run(&server.dsn("app").password(&canary::wrong())).fails("auth/password-rejected");
    let missing = run(&server.dsn("trusted_ghost"));
    missing.fails("auth/role-missing");
    ambiguous(&missing, "auth/role-missing");
    let refused = run(&server.dsn("nohba"));
    refused.fails("auth/no-hba-entry");
    ambiguous(&refused, "auth/no-hba-entry");
    assert!(refused.stdout.contains("hostssl shop nohba"), "{}", refused.stdout);
    run(&server.dsn("tlsonly").sslmode("disable")).fails_in("auth", "tls/required-by-server");
    run(&server.dsn("certified")).fails_in("auth", "tls/client-certificate-required");
    run(&server.dsn("app").database("nosuch")).fails("auth/database-missing");
    run(&server.dsn("app").database("closed")).fails("auth/database-closed");
    run(&server.dsn("app").database("private")).fails_in("auth", "privileges/connect-denied");
    run(&server.dsn("limited")).fails_in("auth", "pool/role-limit");
    run(&server.socket_dsn("peered")).fails("auth/peer-mismatch");
}

/// The reload takes a moment; a C library that leaves `C.UTF-8` untranslated never speaks it.
fn speaks_german(server: &Server) -> Result<(), String> {
    for _ in 0..50 {
        let error = server.try_sql("nosuch", "SELECT 1").unwrap_err();
        if error.contains("existiert nicht") {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err("the C library does not translate for LANGUAGE=de".to_owned())
}

/// The message with its arguments, `%s` or `%1$s`.
fn filled(message: &str) -> String {
    let arguments = ["192.0.2.7", "app", "shop", "TLS"];
    let numbered = (1..=arguments.len()).fold(message.to_owned(), |text, n| text.replace(&format!("%{n}$s"), arguments[n - 1]));
    arguments.iter().fold(numbered, |text, argument| text.replacen("%s", argument, 1))
}

fn with_numbers(message: &str) -> String {
    let text = message.replace("%%", "%");
    ["%d", "%c", "%i", "%u"].iter().fold(text, |text, place| text.replace(place, "7"))
}

/// PostgreSQL's own message catalogues, by language.
fn catalogues(program: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for language in fs::read_dir(LOCALES).into_iter().flatten().flatten() {
        if let Some(file) = newest_catalogue(&language.path().join("LC_MESSAGES"), program) {
            found.insert(language.file_name().to_string_lossy().into_owned(), texts(&fs::read(file).unwrap()));
        }
    }
    found
}

fn newest_catalogue(directory: &Path, program: &str) -> Option<PathBuf> {
    let files = fs::read_dir(directory).ok()?.flatten().map(|entry| entry.path());
    let is_catalogue = |path: &PathBuf| {
        let named = path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with(program));
        named && path.extension().is_some_and(|extension| extension == "mo")
    };
    files.filter(is_catalogue).max()
}

/// The texts of a gettext catalogue: a header of 32-bit numbers, then two tables of lengths and offsets.
fn texts(bytes: &[u8]) -> BTreeMap<String, String> {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(number(0), 0x9504_12de, "a catalogue of this byte order");
    let (count, originals, translations) = (number(8), number(12), number(16));
    let text = |table: usize, n: usize| {
        let (length, offset) = (number(table + n * 8), number(table + n * 8 + 4));
        String::from_utf8_lossy(&bytes[offset..offset + length]).into_owned()
    };
    (0..count).map(|n| (text(originals, n), text(translations, n))).collect()
}

fn target() -> Target {
    let mut target = Target::of(
        "a test",
        (Endpoint::Name("db.example.com".into()), 5432),
        "app".into(),
        "shop".into(),
    );
    target.tls.mode = SslMode::Disable;
    target
}

fn route(target: &Target) -> Route {
    Route {
        host: target.hosts[0].clone(),
        address: Address::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 5432))),
    }
}
