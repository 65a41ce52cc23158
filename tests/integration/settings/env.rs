//! `dbdoctor env`: every place, what it says, which one wins.

use serde_json::Value;

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::service::Root;

/// What a connection uses for this keyword.
fn parameter<'a>(json: &'a Value, keyword: &str) -> &'a Value {
    let parameters = json["parameters"].as_array().unwrap();
    parameters.iter().find(|parameter| parameter["keyword"] == keyword).unwrap()
}

#[test]
fn every_place_and_the_winner() {
    let root = Root::with_service("Environment=DATABASE_URL=postgresql://a@one/x\nEnvironmentFile=/etc/shop.env\n");
    let dsn = |role: &str, host: &str| format!("postgresql://{role}:{}@{host}/shop", canary::of(role));
    root.write(
        "etc/shop.env",
        format!("DB_HOST=z\nDB_PASSWORD={}\nDATABASE_URL={}\n", canary::of("set"), dsn("app", "two")),
    );
    let doctor = Doctor::command("env")
        .args(["--unit", "shop", "--root"])
        .arg(&root.path)
        .env("DATABASE_URL", dsn("me", "three"))
        .env("PGPASSWORD", canary::of("libpq"));
    let human = doctor.clone().in_format("human");
    assert!(
        human.stdout.contains("* DATABASE_URL=postgresql://app:***@two/shop (line 3, wins)"),
        "{}",
        human.stdout
    );
    let run = doctor.run();
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let json = run.json();
    assert!(
        json["winner"]
            .as_str()
            .unwrap()
            .contains("shop.env line 3 (EnvironmentFile of shop.service)"),
        "{json:#}"
    );
    let settings: Vec<Value> = json["places"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|place| place["settings"].as_array().unwrap().clone())
        .collect();
    let of = |name: &str, part: &str| {
        let found = settings.iter().filter(|setting| setting["name"] == name);
        found.map(|setting| setting[part].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("DATABASE_URL", "standing"), ["wins", "beaten", "beaten"]);
    assert_eq!(of("DB_PASSWORD", "value"), ["***"]);
    assert_eq!(of("PGPASSWORD", "value"), ["***"]);
    let host = parameter(&json, "host");
    assert_eq!(host["value"], "two");
    let codes: Vec<&str> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes.iter().filter(|code| **code == "config/sources-disagree").count(),
        // The set beside the URL, this shell, and the unit's own file, which the env file beats.
        3,
        "{json:#}"
    );
}

#[test]
fn libpqs_files_are_places_too() {
    let run = Doctor::command("env")
        .home_file(".pg_service.conf", "[shop]\nhost=db\ndbname=shop\nuser=app\n")
        .env("PGSERVICE", "shop")
        .run();
    let json = run.json();
    let host = parameter(&json, "host");
    assert!(host["source"].as_str().unwrap().contains(".pg_service.conf"), "{json:#}");
}

#[test]
fn nothing_and_nonsense() {
    assert_eq!(Doctor::command("env").run().status, 10);
    let broken = format!("postgresql://app:{}@[::1/shop", canary::of("app"));
    let run = Doctor::command("env").env("DATABASE_URL", broken).run();
    assert_eq!(run.status, 10, "{}", run.stdout);
    assert_eq!(Doctor::command("env").arg("--no-such-option").in_format("json").status, 2);
}
