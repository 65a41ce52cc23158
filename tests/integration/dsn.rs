//! `dbdoctor dsn`: who reads what.

use serde_json::Value;

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::project::Project;

fn consumer<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["consumers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|consumer| consumer["name"] == name)
        .unwrap_or_else(|| panic!("no {name}: {report:#}"))
}

fn codes(report: &Value) -> Vec<&str> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

#[test]
fn everybody_reads_a_plain_url_alike() {
    let dsn = format!("postgresql://app:{}@db.example.com:5432/shop?sslmode=require", canary::of("app"));
    let run = Doctor::command("dsn").dsn(dsn).run();
    let report = run.json();
    assert_eq!((run.status, &report["agree"]), (0, &Value::Bool(true)), "{report:#}");
    assert_eq!(report["consumers"].as_array().unwrap().len(), 8);
    let reading = &consumer(&report, "asyncpg 0.32")["reading"];
    assert_eq!(reading["hosts"][0]["host"], "db.example.com");
    assert_eq!(
        (&reading["user"], &reading["database"], &reading["password"]),
        (&"app".into(), &"shop".into(), &"***".into())
    );
    assert_eq!(report["encoded"], "postgresql://app:***@db.example.com:5432/shop?sslmode=require");
}

#[test]
fn a_raw_at_sign_is_named_with_its_position() {
    let dsn = format!("postgresql://app:{}@{}@db/shop", canary::of("app"), canary::of("app"));
    let at = dsn.find('@').unwrap() + 1;
    let run = Doctor::command("dsn").env("DATABASE_URL", &dsn).run();
    let report = run.json();
    assert_eq!(
        (run.status, codes(&report).as_slice()),
        (10, ["config/unencoded-password"].as_slice()),
        "{report:#}"
    );
    let raw = &report["raw_characters"][0];
    assert_eq!(
        (&raw["part"], &raw["character"], &raw["encoded"]),
        (&"password".into(), &"@".into(), &"%40".into())
    );
    assert_eq!(raw["byte"], at);
    assert_eq!(consumer(&report, "libpq 12 to 17")["reading"]["hosts"][0]["host"], "***@db");
    assert_eq!(consumer(&report, "dj-database-url 3")["reading"]["hosts"][0]["host"], "db");
    assert_eq!(report["encoded"], "postgresql://app:***%40***@db/shop");
}

#[test]
fn a_refusal_has_the_consumers_own_words() {
    let dsn = format!("postgresql://app:{}@h1:1,h2:2/shop", canary::of("app"));
    let report = Doctor::command("dsn").arg("-").input(format!("{dsn}\r\n")).run().json();
    let refusal = &consumer(&report, "SQLAlchemy 2.1")["refusal"];
    assert_eq!(refusal["class"], "ValueError", "{report:#}");
    assert_eq!(refusal["message"], "invalid literal for int() with base 10: ***");
    assert_eq!(consumer(&report, "dj-database-url 3")["refusal"]["class"], "ParseError");
    assert_eq!(consumer(&report, "asyncpg 0.32")["reading"]["hosts"][1]["port"], "2");
    assert_eq!(report["encoded"], "postgresql://app:***@/shop?host=h1,h2&port=1,2");
}

#[test]
fn the_table_has_a_row_for_each() {
    let dsn = format!("postgresql://app:{}@%2Fvar%2Frun%2Fpostgresql/shop", canary::of("app"));
    let run = Doctor::command("dsn").dsn(dsn).in_format("human");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let row = |name: &str| {
        run.stdout
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{}", run.stdout))
            .to_owned()
    };
    assert!(row("libpq 12 to 17").contains(" /var/run/postgresql "), "{}", run.stdout);
    assert!(row("SQLAlchemy 2.1").contains(" %2Fvar%2Frun%2Fpostgresql * "), "{}", run.stdout);
    assert!(run.stdout.contains("! warn  config/parsers-disagree"), "{}", run.stdout);
}

#[test]
fn the_password_is_shown_where_it_is_asked_for() {
    let run = Doctor::command("dsn")
        .dsn("postgresql://app:p@ss@db/shop")
        .arg("--show-password")
        .run();
    let report = run.json();
    assert_eq!(report["encoded"], "postgresql://app:p%40ss@db/shop");
    assert_eq!(consumer(&report, "libpq 18")["reading"]["hosts"][0]["host"], "ss@db");
    assert_eq!(consumer(&report, "libpq 18")["reading"]["password"], "p");
}

#[test]
fn a_variable_of_an_env_file() {
    let project = Project::empty();
    project.write("app.env", "OTHER=x\nSHOP_URL=postgresql://app@db/shop\n");
    let call = || Doctor::command("dsn").directory(&project.path).args(["--env-file", "app.env"]);
    let report = call().args(["--var", "SHOP_URL"]).run().json();
    assert_eq!(report["source"], "SHOP_URL in app.env line 2");
    let absent = call().run();
    assert_eq!((absent.status, absent.stdout.as_str()), (2, ""), "{}", absent.stderr);
}

#[test]
fn check_fails_where_the_driver_in_the_url_misreads_it() {
    let password = canary::of("app");
    let socket = format!("postgresql+psycopg2://app:{password}@%2Fvar%2Frun%2Fpostgresql/shop");
    Doctor::check()
        .dsn(socket)
        .run()
        .fails("config/parsers-disagree")
        .exemplifies("config/parsers-disagree");
    let asyncpg = format!("postgresql+asyncpg://app:{password}@%2Ftmp/shop?ssl=disable");
    Doctor::check().dsn(asyncpg).run().fails("config/parsers-disagree");
}

#[test]
fn check_warns_where_libraries_differ() {
    let password = canary::of("app");
    for tail in ["localhost:1/a%20b", "localhost:1/shop?host=127.0.0.1"] {
        let run = Doctor::check().dsn(format!("postgresql://app:{password}@{tail}")).run();
        run.warns("config/parsers-disagree");
        run.fails("tcp/refused");
    }
    let alike = Doctor::check()
        .dsn(format!("postgresql://app:{password}@localhost:1/shop?sslmode=disable"))
        .run();
    assert!(!alike.codes().contains(&"config/parsers-disagree".to_owned()), "{}", alike.stdout);
}
