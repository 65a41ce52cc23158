//! Which consumers an application may use.

use dbdoctor::conninfo::scheme::classify;
use dbdoctor::consumers::Consumer;
use dbdoctor::consumers::choice::{Installed, consumers_for};
use dbdoctor::consumers::sqlalchemy::Release;

fn names(text: &str, installed: Option<&[(&str, &str)]>) -> Vec<&'static str> {
    let installed: Option<Installed> = installed.map(|list| {
        list.iter()
            .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
            .collect()
    });
    consumers_for(&classify(text.as_bytes()), installed.as_ref())
        .into_iter()
        .map(Consumer::name)
        .collect()
}

#[test]
fn the_scheme_tells() {
    assert_eq!(names("postgresql://h/db", None).len(), Consumer::ALL.len());
    assert_eq!(names("host=h dbname=db", None), ["libpq 12 to 17", "libpq 18"]);
    assert_eq!(names("postgis://h/db", None), ["dj-database-url 3", "django-environ 0.14"]);
    assert_eq!(
        names("postgresql+asyncpg://h/db", None),
        ["SQLAlchemy 1.4", "SQLAlchemy 2.0", "SQLAlchemy 2.1"]
    );
    assert!(names("mysql://h/db", None).is_empty());
}

#[test]
fn what_is_installed_narrows_it_down() {
    for (version, release) in [
        ("1.4.54", Release::V14),
        ("2.0.58", Release::V20),
        ("2.1.9", Release::V21),
        ("2.2.0b1", Release::V21),
    ] {
        let expected = Consumer::SqlAlchemy(release).name();
        assert_eq!(
            names("postgresql+psycopg2://h/db", Some(&[("sqlalchemy", version)])),
            [expected],
            "{version}"
        );
    }
    let django = [("django-environ", "0.14.0"), ("django", "5.2")];
    assert_eq!(names("postgresql://h/db", Some(&django)), ["django-environ 0.14"]);
    assert!(names("postgresql://h/db", Some(&[("flask", "3.1")])).is_empty());
}
