//! Which of several settings win, and what is said of the others.

use dbdoctor::finding::Severity;
use dbdoctor::request::Origin;
use dbdoctor::secret::Secret;

use crate::harness::Case;

const URL: &str = "postgresql://app:Zq7Kwoxjy@db:5432/shop";

#[test]
fn nothing_at_all() {
    Case::environment(&[("PATH", "/bin"), ("PGPASSWORD", "Zq7Kwoxjy")])
        .secret("Zq7Kwoxjy")
        .run()
        .fails_with("no-settings");
}

#[test]
fn the_source_is_named_in_words() {
    let source = |case: Case| case.run().passes().source.clone();
    assert_eq!(source(Case::dsn(URL)), "the DSN argument");
    assert_eq!(
        source(Case::environment(&[("DATABASE_URL", URL)])),
        "DATABASE_URL in the environment"
    );
    let set = [("DB_USER", "app"), ("DB_HOST", "db"), ("DB_NAME", "shop")];
    assert_eq!(source(Case::environment(&set)), "DB_HOST, DB_NAME, DB_USER in the environment");
    assert_eq!(
        source(Case::environment(&[("PGHOST", "db"), ("PGDATABASE", "shop")])),
        "PGHOST, PGDATABASE in the environment"
    );
}

#[test]
fn an_argument_beats_a_url_beats_a_set_beats_libpq() {
    let all = [
        ("DATABASE_URL", URL),
        ("DB_HOST", "db"),
        ("DB_NAME", "shop"),
        ("DB_USER", "app"),
        ("PGHOST", "elsewhere"),
        ("PGSSLMODE", "require"),
    ];
    let given = Case::with_origin(Origin::Argument(Secret::from("postgresql://me@given/it")), &all).run();
    assert_eq!(given.passes().hosts[0].to_string(), "given:5432");
    assert_eq!(given.target().tls.mode.name(), "require");
    let url = Case::environment(&all).run();
    assert_eq!(url.passes().hosts[0].to_string(), "db:5432");
    let set = Case::environment(&all[1..]).run();
    assert_eq!(set.passes().source, "DB_HOST, DB_NAME, DB_USER in the environment");
}

#[test]
fn a_named_variable_wins_or_is_missed() {
    let variables = [("DATABASE_URL", "mysql://x/y"), ("MY_DSN", URL)];
    let seen = Case::environment(&variables).variable("MY_DSN").run();
    assert_eq!(seen.passes().source, "MY_DSN in the environment");
    Case::environment(&variables).variable("OTHER").run().fails_with("missing-setting");
}

#[test]
fn a_pipe_ends_its_line() {
    let text = format!("{URL}\n");
    Case::with_origin(Origin::StandardInput(Secret::from(text)), &[]).run().passes();
}

#[test]
fn settings_that_disagree() {
    let seen = Case::environment(&[
        ("DATABASE_URL", URL),
        ("DB_HOST", "old-db"),
        ("DB_NAME", "shop"),
        ("DB_USER", "app"),
        ("DB_PASSWORD", "Xy8Vogel"),
    ])
    .secret("Zq7Kwoxjy")
    .secret("Xy8Vogel")
    .run();
    let finding = seen.passes_with("sources-disagree", Severity::Warn);
    assert_eq!(finding.evidence.len(), 2, "{:?}", finding.evidence);
    assert!(finding.evidence[0].contains("\"db\"") && finding.evidence[0].contains("\"old-db\""));
    // The settings of a server's container, and another road to the same server, are no second opinion.
    let others = [
        ("POSTGRES_DB", "postgres"),
        ("POSTGRES_USER", "root"),
        ("DIRECT_URL", "postgresql://app@other/shop"),
    ];
    Case::environment(&[&[("DATABASE_URL", URL)], &others[..]].concat()).run().passes();
}

#[test]
fn values_of_a_set() {
    let base = [("DB_HOST", "db"), ("DB_NAME", "shop"), ("DB_USER", "app")];
    let with = |more: &[(&str, &str)]| Case::environment(&[&base[..], more].concat()).secret("Zq7Kwoxjy").run();
    with(&[("DB_PASSWORD", "Zq7@Kwoxjy/%")]).passes();
    with(&[("DB_PASSWORD", "Zq7Kwoxjy\n")]).fails_with("stray-whitespace");
    with(&[("DB_PASSWORD", "\"Zq7Kwoxjy\"")]).fails_with("quoted-value");
    with(&[("DB_PASSWORD", "${DB_PW}")]).fails_with("unexpanded-variable");
    with(&[("DB_PASSWORD", "changeme")]).passes_with("placeholder-value", Severity::Warn);
    with(&[("DB_PORT", "54x")]).fails_with("invalid-value");
    with(&[("DB_SSLMODE", "on")]).fails_with("invalid-value");
    with(&[("DB_ENGINE", "django.db.backends.sqlite3")]).fails_with("sqlite-fallback");
    with(&[("DB_ENGINE", "django.db.backends.mysql")]).fails_with("not-postgres");
    with(&[("DB_ENGINE", "django.db.backends.postgresql")]).passes();
    Case::environment(&[("DB_HOST", "db:5432"), ("DB_NAME", "shop"), ("DB_USER", "app")])
        .run()
        .fails_with("invalid-value");
    Case::environment(&[("DB_HOST", "db"), ("DB_USER", "app")])
        .run()
        .passes_with("missing-setting", Severity::Warn);
}

#[test]
fn libpqs_variables_are_validated_too() {
    let seen = Case::environment(&[("DATABASE_URL", URL), ("PGSSLMODE", "on")]).run();
    let finding = seen.fails_with("invalid-value");
    assert!(finding.detail.contains("PGSSLMODE"), "{}", finding.detail);
}
