//! What a command line echoes holds no password.

use dbdoctor::conninfo::mask::{mask_argument, mask_dsn};

const CANARY: &str = "Zq7-Canary-9xW";

#[test]
fn passwords_are_masked_in_every_form() {
    let cases = [
        ("postgresql://app:{}@db:5432/shop", "postgresql://app:***@db:5432/shop"),
        ("see postgresql://app:{}@x{}@db/shop, or", "see postgresql://app:***@db/shop, or"),
        ("postgresql://app:{}/{}@db/shop", "postgresql://app:***@db/shop"),
        ("postgresql://app:{}", "postgresql://app:***"),
        ("postgresql://app:{} {}@db/shop", "postgresql://app:***@db/shop"),
        ("postgresql://app:{}@{} {}@db/shop", "postgresql://app:***@db/shop"),
        (
            "postgresql://db/shop?user=app&password={}&sslmode=require",
            "postgresql://db/shop?user=app&password=***&sslmode=require",
        ),
        ("postgresql://db/shop?password={}&{}", "postgresql://db/shop?password=***"),
        ("host=db password={} user=app", "host=db password=*** user=app"),
        (r"host=db password = '{} \'{}' user=app", "host=db password = *** user=app"),
        ("sslpassword={}", "sslpassword=***"),
        ("PGPASSWORD={} psql", "PGPASSWORD=*** psql"),
        (
            "\"postgresql+psycopg2://app:{}@[::1]:5432/shop\"",
            "\"postgresql+psycopg2://app:***@[::1]:5432/shop\"",
        ),
        (
            "jdbc:postgresql://db:5432/shop?user=app&password={}",
            "jdbc:postgresql://db:5432/shop?user=app&password=***",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(mask_dsn(&template.replace("{}", CANARY)), expected, "{template}");
    }
}

#[test]
fn text_without_a_password_stays_as_it_is() {
    for text in [
        "postgresql://db:5432/shop?sslmode=require",
        "postgresql://[::1]:5432/shop",
        "postgresql://app@db:5432/shop",
        "host=db port=5432 sslmode=require",
        "unexpected argument \"--fail\"",
        "a://b:1,c:2/d",
    ] {
        assert_eq!(mask_dsn(text), text);
    }
}

#[test]
fn no_character_of_a_password_opens_a_hole() {
    for raw in [
        " ", "@ ", "@/ ?", "@", "/", ":", "?", "#", "[", "]", "%", "&", "=", ",", "://", "@/", "/@", "?a=", "&b=", "+", ";", "{", "\\",
    ] {
        for form in [
            "postgresql://app:{}@db/shop",
            "postgresql+psycopg2://app:{}@db:5432/shop?sslmode=require",
            "mysql://app:{}@db/shop",
            "host=db password={} user=app",
            "host=db password='{}' user=app",
        ] {
            let password = format!("{CANARY}{raw}{CANARY}");
            let text = form.replace("{}", &password);
            let may_end_it = raw.contains(' ') && form.contains("={} ");
            for masked in [mask_dsn(&text), mask_argument(&text)] {
                assert!(may_end_it || !masked.contains("Canary"), "{form} with {raw:?}: {masked}");
            }
        }
    }
}

#[test]
fn an_argument_is_one_text() {
    for raw in ["\n", "@\n", "\n@", "://\n@"] {
        let text = format!("postgresql://app:{CANARY}{raw}{CANARY}@db/shop");
        let masked = mask_argument(&text);
        assert!(!masked.contains("Canary"), "{raw:?}: {masked}");
    }
}
