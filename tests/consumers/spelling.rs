//! The spelling that `dbdoctor dsn` proposes.

use dbdoctor::conninfo::Version;
use dbdoctor::consumers::comparison::differences;
use dbdoctor::consumers::sqlalchemy::Release;
use dbdoctor::consumers::{Consumer, intended};

const CANARY: &str = "Zq7-Canary-9xW";

/// Every consumer reads the spelling of the text, and reads what was meant.
fn is_read_alike(text: &str, consumers: &[Consumer]) {
    let intended = intended::take_apart(text.as_bytes()).expect("a connection string of PostgreSQL");
    let spelling = intended.spelling();
    let url = spelling.url.reveal_str().expect("text");
    for consumer in consumers {
        let reading = consumer
            .read(url.as_bytes())
            .unwrap_or_else(|refusal| panic!("{} refuses {url}: {refusal}", consumer.name()));
        let expected = &intended.reading;
        let without_database = expected.database.is_none();
        let differing: Vec<_> = differences(&reading, expected)
            .into_iter()
            .filter(|part| !(without_database && part.name() == "database"))
            .collect();
        assert!(differing.is_empty(), "{} reads {url} otherwise: {differing:?}", consumer.name());
    }
}

#[test]
fn every_consumer_reads_it_as_it_was_meant() {
    for raw in [
        "", "@", "/", ":", "?", "#", "[", "]", "%", "%zz", "&", "=", " ", "+", "'", "\\", "ä", "@/", "/@",
    ] {
        for text in [
            format!("postgresql://app:{CANARY}{raw}x@db.example.com:6432/shop?sslmode=require"),
            format!("postgres://app{raw}x:{CANARY}@db/shop").replace("app:x", "appx"),
            format!("postgresql://app:{raw}{CANARY}@h1:1,h2:2/shop"),
        ] {
            // Where such a character splits the user name cannot be told.
            if !(text.starts_with("postgres://") && raw.contains([':', '?', '%'])) {
                is_read_alike(&text, &Consumer::ALL);
            }
        }
    }
}

#[test]
fn places_that_consumers_read_differently_become_parameters() {
    for text in [
        "postgresql://app:pw@%2Fvar%2Frun%2Fpostgresql/shop",
        "postgresql:///shop?host=/var/run/postgresql&user=app",
        "postgresql://app:pw@h1,h2/shop",
        "postgresql://app:pw@h1:5432,h2:5433/shop?target_session_attrs=read-write",
        "postgresql://app:pw@h/shop?host=h2",
        "postgresql://app:pw@[::1]:5432/shop",
        "postgresql://app:pw@h",
        "jdbc:postgresql://h/shop?user=app&password=pw",
        "postgresql:/app:pw@h/shop",
        "host=h1,h2 port=1,2 user='a b' password='p w@' dbname=shop",
        "postgis://app:p@ss@h/shop",
    ] {
        is_read_alike(text, &Consumer::ALL);
    }
}

#[test]
fn a_url_that_names_its_driver_keeps_it() {
    let text = "postgresql+psycopg2://app:p#s?s@%2Ftmp/shop";
    let releases = [Release::V14, Release::V20, Release::V21].map(Consumer::SqlAlchemy);
    is_read_alike(text, &releases);
}

#[test]
fn its_masked_form_holds_no_password() {
    for raw in ["", "@", "/", "?", "#", "%", " ", "&", "="] {
        for form in [
            "postgresql://app:{}@db/shop",
            "postgresql+psycopg2://app:{}@db/shop?sslmode=require",
            "app:{}@db/shop",
            "postgresql://db/shop?user=app&password={}",
            "postgresql://db/shop?user=app&sslpassword={}",
            "host=db password='{}'",
        ] {
            let text = form.replace("{}", &format!("{CANARY}{raw}{CANARY}"));
            let Some(intended) = intended::take_apart(text.as_bytes()) else {
                continue;
            };
            let masked = intended.spelling().masked;
            assert!(!masked.contains("Canary"), "{text}: {masked}");
        }
    }
}

#[test]
fn the_default_port_is_no_difference() {
    let read = |text: &str| Consumer::Libpq(Version::V17).read(text.as_bytes()).expect("libpq reads it");
    assert!(differences(&read("postgresql://DB/shop"), &read("postgresql://db:5432/shop")).is_empty());
    assert!(!differences(&read("postgresql://db/shop"), &read("postgresql://db:5433/shop")).is_empty());
}
