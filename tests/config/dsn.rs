//! Faults of one connection string.

use dbdoctor::finding::Severity;

use crate::harness::{Case, steps};

/// A URL in `DATABASE_URL` whose password is the canary with `raw` in its middle.
fn with_password(raw: &str) -> (Case, String) {
    let password = format!("Zq7Kwoxjy{raw}9xWfuchs");
    let url = format!("postgresql://app:{password}@db.internal:5432/shop");
    (Case::environment(&[("DATABASE_URL", &url)]).secret(&password), password)
}

#[test]
fn a_raw_character_that_moves_the_split_fails_and_shows_only_itself() {
    for (raw, encoded) in [
        ("@", "%40"),
        ("/", "%2F"),
        ("%", "%25"),
        ("@x/", "%40***%2F"),
        ("/?a=b", "%2F%3F"),
        ("://", "%2F%2F"),
        ("/@", "%2F%40"),
    ] {
        let (case, _) = with_password(raw);
        let seen = case.run();
        let finding = seen.fails_with("unencoded-password");
        let line = format!("DATABASE_URL=postgresql://app:***{encoded}***@db.internal:5432/shop");
        assert!(steps(finding).contains(&line), "{raw}: {}", steps(finding));
        assert!(
            finding.evidence[0].contains("at character 10 (") || raw == "://",
            "{raw}: {:?}",
            finding.evidence
        );
    }
}

#[test]
fn a_raw_character_that_only_some_refuse_is_a_warning_that_names_them() {
    for (raw, reader) in [
        ("#", "asyncpg"),
        ("?", "django-environ"),
        ("[", "dj-database-url"),
        ("]", "dj-database-url"),
        (" ", "libpq 18"),
    ] {
        let (case, password) = with_password(raw);
        let seen = case.run();
        let finding = seen.passes_with("unencoded-password", Severity::Warn);
        assert!(finding.detail.contains(reader), "{raw}: {}", finding.detail);
        let target = seen.target();
        assert_eq!(target.password.as_ref().expect("a password").secret.reveal(), password.as_bytes());
        assert_eq!(target.hosts[0].to_string(), "db.internal:5432");
    }
}

#[test]
fn what_everybody_accepts_in_a_password_is_no_finding() {
    for raw in [":", "+", "&", "=", "$", "!", "%40", "~", "ä"] {
        let (case, _) = with_password(raw);
        case.run().passes();
    }
}

#[test]
fn a_raw_at_in_the_user_name_is_named_as_such() {
    let seen = Case::dsn("postgresql://me@srv:Zq7Kwoxjy9xW@db.internal/shop")
        .secret("Zq7Kwoxjy9xW")
        .run();
    let finding = seen.fails_with("unencoded-password");
    assert!(finding.title.contains("the user name in"), "{}", finding.title);
    assert!(
        steps(finding).contains("postgresql://me%40srv:***@db.internal/shop"),
        "{}",
        steps(finding)
    );
}

#[test]
fn an_at_elsewhere_is_no_password() {
    let seen = Case::dsn("postgresql://app:Zq7Kwoxjy@db/my%40shop?application_name=me@host")
        .secret("Zq7Kwoxjy")
        .run();
    // SQLAlchemy decodes a database name since 2.1 only.
    seen.passes_with("parsers-disagree", Severity::Warn);
    assert_eq!(seen.target().database.raw(), "my@shop");
    Case::dsn("postgresql:///shop?host=@abstract").run().passes();
}

#[test]
fn sqlalchemy_reads_its_own_urls() {
    let seen = Case::dsn("postgresql+psycopg2://app:Zq7/Kwoxjy%ssW@db:6432/shop?sslmode=require")
        .secret("Kwoxjy%ss")
        .run();
    let target = seen.passes();
    assert_eq!(target.driver.as_ref().map(dbdoctor::foreign::Foreign::raw), Some("psycopg2"));
    assert_eq!(target.password.as_ref().expect("a password").secret.reveal(), b"Zq7/Kwoxjy%ssW");
    assert_eq!(target.hosts[0].to_string(), "db:6432");
    assert_eq!(target.tls.mode.name(), "require");
    let seen = Case::dsn("postgresql+psycopg2://app:Zq7@Kwoxjy9xW@db/shop")
        .secret("Kwoxjy9xW")
        .run();
    assert!(seen.fails_with("unencoded-password").detail.contains("SQLAlchemy"));
}

#[test]
fn asyncpg_has_arguments_of_its_own() {
    let seen = Case::dsn("postgresql+asyncpg://app@db/shop?ssl=require").run();
    assert_eq!(seen.passes().tls.mode.name(), "require");
    let seen = Case::dsn("postgresql+asyncpg://app@db/shop?sslmode=require").run();
    assert!(steps(seen.fails_with("unknown-parameter")).contains("ssl="));
}

#[test]
fn several_hosts_of_sqlalchemy_are_one_list() {
    let seen = Case::dsn("postgresql+psycopg2://app@/shop?host=a:1&host=b:2").run();
    let hosts: Vec<String> = seen.passes().hosts.iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["a:1", "b:2"]);
}

#[test]
fn schemes_of_others() {
    for (url, slug) in [
        ("mysql://app:Zq7Kwoxjy@db/shop", "not-postgres"),
        ("mysql+pymysql://app:Zq7Kwoxjy@db/shop", "not-postgres"),
        ("redis://:Zq7Kwoxjy@cache:6379/0", "not-postgres"),
        ("driver://user:pass@localhost/dbname", "not-postgres"),
        ("sqlite:///Zq7Kwoxjy.db", "sqlite-fallback"),
        ("sqlite://", "sqlite-fallback"),
        ("POSTGRESQL://app:Zq7Kwoxjy@db/shop", "malformed-dsn"),
        ("jdbc:postgresql://db:5432/shop?user=app&password=Zq7Kwoxjy", "malformed-dsn"),
        ("postgresql:/app:Zq7Kwoxjy@db/shop", "malformed-dsn"),
        ("postgresql//app:Zq7Kwoxjy@db/shop", "malformed-dsn"),
        ("app:Zq7Kwoxjy@db:5432/shop", "malformed-dsn"),
        ("app:Zq7Kwoxjy@db:5432/shop?sslmode=require", "malformed-dsn"),
        ("db:5432/shop", "malformed-dsn"),
        ("Zq7Kwoxjy", "malformed-dsn"),
        ("postgres+psycopg2://app:Zq7Kwoxjy@db/shop", "legacy-scheme"),
    ] {
        let seen = Case::environment(&[("DATABASE_URL", url)]).secret("Zq7Kwoxjy").run();
        seen.fails_with(slug);
    }
}

#[test]
fn the_repaired_line_of_a_wrong_form_is_a_postgresql_url() {
    for (text, line) in [
        ("POSTGRESQL://app:Zq7Kwoxjy@db/shop", "postgresql://app:***@db/shop"),
        (
            "jdbc:postgresql://db:5432/shop?user=app&password=Zq7Kwoxjy",
            "postgresql://db:5432/shop?user=app&password=***",
        ),
        ("app:Zq7Kwoxjy@db:5432/shop", "postgresql://app:***@db:5432/shop"),
        ("db:5432/shop", "postgresql://db:5432/shop"),
        ("postgresql:/app@db/shop", "postgresql://app@db/shop"),
    ] {
        let seen = Case::dsn(text).secret("Zq7Kwoxjy").run();
        let text = steps(seen.fails_with("malformed-dsn"));
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn postgres_as_a_scheme_is_worth_knowing() {
    let url = "postgres://app:Zq7Kwoxjy@db/shop";
    Case::environment(&[("DATABASE_URL", url)])
        .secret("Zq7Kwoxjy")
        .run()
        .passes_with("legacy-scheme", Severity::Info);
    Case::environment(&[("SQLALCHEMY_DATABASE_URI", url)])
        .run()
        .passes_with("legacy-scheme", Severity::Warn);
}

#[test]
fn names_of_django_libraries_are_postgresql() {
    let seen = Case::dsn("postgis://app:Zq7@Kwoxjy@db/shop").secret("Zq7@Kwoxjy").run();
    seen.passes_with("legacy-scheme", Severity::Warn);
    assert_eq!(seen.target().password.as_ref().expect("a password").secret.reveal(), b"Zq7@Kwoxjy");
}

#[test]
fn values_that_libpq_refuses() {
    for (tail, shown) in [
        ("db/shop?sslmode=required", "\"required\""),
        ("db/shop?sslmode=require#frag", "\"require#frag\""),
        ("db:99999/shop", "\"99999\""),
        ("db:0/shop", "\"0\""),
        ("db:abc/shop", "\"abc\""),
        ("db/shop?host=a,b&port=1,2,3", "3 ports for 2 hosts"),
        ("db/shop?connect_timeout=soon", "\"soon\""),
        ("db/shop?target_session_attrs=master", "\"master\""),
        ("db/shop?sslrootcert=system&sslmode=require", "sslrootcert=system"),
        ("db/shop?client_encoding=utf8mb4", "\"utf8mb4\""),
    ] {
        let seen = Case::dsn(&format!("postgresql://app:Zq7Kwoxjy@{tail}")).secret("Zq7Kwoxjy").run();
        let finding = seen.fails_with("invalid-value");
        assert!(finding.title.contains(shown), "{tail}: {}", finding.title);
    }
}

#[test]
fn encodings_as_the_server_reads_their_names() {
    for name in ["UTF8", "utf-8", "Unicode", "ISO_8859-1", "win1252", "SQL_ASCII", "auto", ""] {
        Case::dsn(&format!("postgresql://app:Zq7Kwoxjy@db/shop?client_encoding={name}"))
            .secret("Zq7Kwoxjy")
            .run()
            .passes();
    }
}

#[test]
fn a_port_that_may_be_a_password_is_not_shown() {
    for text in ["postgresql://app:Zq7Kwoxjy/shop", "postgresql://app:98765432/shop"] {
        let seen = Case::dsn(text).secret("Zq7Kwoxjy").secret("98765432").run();
        assert_eq!(seen.fails_with("invalid-value").candidates.len(), 2);
    }
}

#[test]
fn hosts_that_are_something_else() {
    for text in [
        "host=db:5432 dbname=shop",
        "host=[::1] dbname=shop",
        "host=postgresql://app:Zq7Kwoxjy@db/shop",
    ] {
        Case::dsn(text).secret("Zq7Kwoxjy").run().fails_with("invalid-value");
    }
    Case::dsn("host=fe80::1%eth0 dbname=shop").run().passes();
}

#[test]
fn parameters_that_libpq_refuses() {
    for (query, name) in [
        ("pgbouncer=true", "\"pgbouncer\""),
        ("schema=public", "\"schema\""),
        ("ssl=require", "\"ssl\""),
        ("sslmod=require", "\"sslmod\""),
        ("shoesize=44", "\"shoesize\""),
    ] {
        let seen = Case::dsn(&format!("postgresql://app:Zq7Kwoxjy@db/shop?{query}"))
            .secret("Zq7Kwoxjy")
            .run();
        let finding = seen.fails_with("unknown-parameter");
        assert!(finding.title.contains(name), "{}", finding.title);
    }
    let seen = Case::dsn("postgresql://app@db/shop?sslmod=require").run();
    assert!(steps(seen.fails_with("unknown-parameter")).contains("sslmode="));
}

#[test]
fn parameters_that_somebody_takes() {
    let seen = Case::dsn("postgresql://app@db/shop?conn_max_age=600").run();
    seen.passes_with("unknown-parameter", Severity::Warn);
    let seen = Case::dsn("postgresql://app@db/shop?max_protocol_version=3.2").run();
    seen.passes_with("unknown-parameter", Severity::Warn);
    Case::dsn("postgresql://app@db/shop?ssl=true").run().passes();
}

#[test]
fn broken_codes_outside_the_credentials() {
    for text in ["postgresql://app:Zq7Kwoxjy@db/sh%op", "postgresql://app:Zq7Kwoxjy@d%00b/shop"] {
        Case::dsn(text).secret("Zq7Kwoxjy").run().fails_with("bad-percent-encoding");
    }
}

#[test]
fn texts_that_libpq_cannot_read() {
    for text in [
        "postgresql://app:Zq7Kwoxjy@[::1/shop",
        "postgresql://app:Zq7Kwoxjy@db/shop?sslmode",
        "postgresql://app:Zq7Kwoxjy@db/shop?options=-csearch_path=x",
        "host=db password=Zq7 Kwoxjy user=app",
        "host=db password='Zq7Kwoxjy user=app",
    ] {
        Case::dsn(text)
            .secret("Zq7Kwoxjy")
            .secret("Kwoxjy")
            .run()
            .fails_with("malformed-dsn");
    }
}

#[test]
fn a_piece_of_a_password_is_no_parameter_name() {
    for text in [
        "host=db password=Zq7 Kwoxjy=x user=app",
        "postgresql://app@db/shop?password=Zq7&Kwoxjy=x",
    ] {
        Case::dsn(text).secret("Kwoxjy").run().fails_with("unknown-parameter");
    }
}

#[test]
fn references_that_nobody_filled_in() {
    for (url, name) in [
        ("postgresql://${DB_USER}:${DB_PASSWORD}@db/shop", "${DB_USER}"),
        ("postgresql://app:$(PASSWORD)@db/shop", "$(PASSWORD)"),
        ("postgresql://app:{{ db_password }}@db/shop", "{{ db_password }}"),
        ("postgresql://$DB_USER:x@db/shop", "$DB_USER"),
        ("postgresql://app@db/${NAME}_prod", "${NAME}"),
        ("${DATABASE_URL}", "${DATABASE_URL}"),
        ("{{ database.url }}", "{{ database.url }}"),
    ] {
        let seen = Case::environment(&[("DATABASE_URL", url)]).run();
        assert!(seen.target.is_none());
        assert!(
            seen.codes()
                .iter()
                .all(|(slug, severity)| slug == "unexpanded-variable" && *severity == Severity::Fail),
            "{url}: {:?}",
            seen.codes()
        );
        assert!(seen.notes.summary.contains(name), "{url}: {}", seen.notes.summary);
    }
    let seen = Case::dsn("postgresql://app:Zq7${Kwoxjy}9xW@db/shop").secret("Kwoxjy").run();
    seen.passes_with("unexpanded-variable", Severity::Warn);
}

#[test]
fn placeholders_are_warnings() {
    for password in ["changeme", "<password>", "[YOUR-PASSWORD]", "your_password"] {
        let seen = Case::dsn(&format!("postgresql://app:{password}@db/shop")).run();
        assert!(
            seen.codes().contains(&("placeholder-value".to_owned(), Severity::Warn)),
            "{password}: {:?}",
            seen.codes()
        );
        seen.target();
    }
}

#[test]
fn white_space_and_quotes() {
    for tail in [" ", "\n", "\r", "\r\n"] {
        let url = format!("postgresql://app:Zq7Kwoxjy@db/shop{tail}");
        let seen = Case::environment(&[("DATABASE_URL", &url)]).secret("Zq7Kwoxjy").run();
        seen.fails_with("stray-whitespace");
    }
    Case::dsn(" postgresql://app:Zq7Kwoxjy@db/shop")
        .secret("Zq7Kwoxjy")
        .run()
        .fails_with("stray-whitespace");
    Case::dsn(" host=db user=app\n").run().passes();
    for quote in ["\"", "'", "`"] {
        let url = format!("{quote}postgresql://app:Zq7Kwoxjy@db/shop{quote}");
        Case::environment(&[("DATABASE_URL", &url)])
            .secret("Zq7Kwoxjy")
            .run()
            .fails_with("quoted-value");
    }
    Case::dsn("postgresql://app@db/my shop")
        .run()
        .passes_with("stray-whitespace", Severity::Warn);
}

#[test]
fn nothing_in_words() {
    for word in ["", " ", "None", "null", "undefined"] {
        Case::environment(&[("DATABASE_URL", word)]).run().fails_with("missing-setting");
    }
}

#[test]
fn an_empty_port_is_nothing_to_libpq_and_too_little_for_sqlalchemy() {
    Case::dsn("postgresql://app@db:/shop").run().passes();
    let seen = Case::dsn("postgresql+psycopg://app:Zq7Kwoxjy@db:/shop").secret("Zq7Kwoxjy").run();
    assert!(seen.fails_with("malformed-dsn").title.contains("no port"));
}

#[test]
fn one_fault_does_not_hide_the_next() {
    let seen = Case::dsn("postgresql://app:Zq7Kwoxjy@db:70000/shop?pgbouncer=true&sslmode=required")
        .secret("Zq7Kwoxjy")
        .run();
    let slugs: Vec<String> = seen.codes().into_iter().map(|(slug, _)| slug).collect();
    assert_eq!(slugs, ["unknown-parameter", "invalid-value", "invalid-value"]);
}
