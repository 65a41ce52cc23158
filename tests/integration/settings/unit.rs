//! `--unit`: what a unit's files give its service.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::harness::{Doctor, Run};
use crate::lab::canary;
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::service::Root;

fn check(root: &Root) -> Doctor {
    Doctor::check().args(["--unit", "shop", "--root"]).arg(&root.path)
}

/// Runs what the finding's first step has to be pasted.
fn mend(run: &Run, code: &str) {
    let step = run.finding(code)["remedy"]["steps"][0]["run"].as_str().unwrap().to_owned();
    let status = Command::new("sh").args(["-c", step.trim_start_matches("sudo ")]).status();
    assert!(status.unwrap().success(), "{step}");
}

#[test]
fn one_unit_is_enough_for_a_whole_check() {
    let root = Root::with_service(
        "WorkingDirectory=/srv/shop\nEnvironmentFile=/etc/shop.env\nExecStart=/srv/venv/bin/gunicorn -w 3 --threads=2 shop:app\n",
    );
    root.write(
        "etc/shop.env",
        format!("# settings\nDATABASE_URL=\"{}\"\n", Server::shared().dsn("app")),
    );
    let project = Project::shop();
    fs::create_dir_all(root.path.join("srv")).unwrap();
    symlink(&project.path, root.path.join("srv/shop")).unwrap();
    let run = check(&root).run();
    run.sound();
    let source = run.json()["target"]["source"].as_str().unwrap().to_owned();
    assert!(
        source.ends_with("etc/shop.env line 2 (EnvironmentFile of shop.service)"),
        "{source}"
    );
    let facts = run.row("config")["facts"].clone();
    assert_eq!(
        (&facts["workers"], &facts["threads"], &facts["server"]),
        (&3.into(), &2.into(), &"gunicorn".into())
    );
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
    // The project makes its engine with Flask-SQLAlchemy, which says nothing of its pool: 5 and 10 beyond.
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(
        facts["demand_formula"], "3 workers × (pool size 5 + overflow 10) = 45",
        "{}",
        run.stdout
    );
}

#[test]
fn a_percent_sign_in_environment_drops_the_variable() {
    let dsn = format!("postgresql://app:{}%40x@localhost/shop", canary::of("app"));
    let root = Root::with_service(&format!("Environment=DATABASE_URL={dsn}\nExecStart=/bin/true\n"));
    let run = check(&root).run();
    run.fails("config/percent-specifier").exemplifies("config/percent-specifier");
    let finding = run.finding("config/percent-specifier").to_string();
    assert!(finding.contains("shop.service:5") && finding.contains("Invalid slot"), "{finding}");
    mend(&run, "config/percent-specifier");
    let text = fs::read_to_string(root.path.join("etc/systemd/system/shop.service")).unwrap();
    assert!(text.contains("%%40x@localhost") && !text.contains("%%%"), "{text}");
    check(&root).args(["--until", "config"]).run().sound();
}

#[test]
fn a_known_specifier_takes_the_place_of_an_escape() {
    let root = Root::with_service("Environment=DATABASE_URL=postgresql://app:caf%C3%A9@localhost/shop\nExecStart=/bin/true\n");
    // %C is known, %A is only the manager's to fill in: whichever comes first, the value does not arrive as it was meant.
    let root2 = Root::with_service("Environment=DATABASE_URL=postgresql://app:caf%C3@localhost/shop\nExecStart=/bin/true\n");
    check(&root2).run().fails("config/percent-specifier");
    let run = check(&root).run();
    assert_eq!(run.status, 10, "{}", run.stdout);
}

#[test]
fn an_env_file_beats_environment_and_the_later_one_wins() {
    let root = Root::with_service(
        "Environment=DATABASE_URL=postgresql://a@one/x\nEnvironmentFile=/etc/shop/*.env\nEnvironmentFile=-/etc/none.env\nUnsetEnvironment=PGSSLMODE\n",
    );
    root.write("etc/shop/20.env", "DATABASE_URL=postgresql://a@three/x\nPGSSLMODE=require\n");
    root.write("etc/shop/10.env", "DATABASE_URL=postgresql://a@two/x\n");
    let run = check(&root).args(["--until", "config"]).run();
    run.sound();
    assert_eq!(run.json()["target"]["host"], "three");
    assert_eq!(run.json()["target"]["sslmode"], "prefer");
}

#[test]
fn a_missing_env_file_stops_the_service_unless_it_is_optional() {
    let root = Root::with_service("Environment=DATABASE_URL=postgresql://a@one/x\nEnvironmentFile=/etc/none.env\n");
    check(&root).run().fails("config/env-file-missing");
    let root = Root::with_service("Environment=DATABASE_URL=postgresql://a@one/x\nEnvironmentFile=-/etc/none.env\n");
    check(&root).args(["--until", "config"]).run().warns("config/env-file-missing");
}

#[test]
fn the_shell_has_what_the_unit_has_not() {
    let root = Root::with_service("ExecStart=/bin/true\n");
    let dsn = format!("postgresql://app:{}@localhost/shop", canary::of("app"));
    check(&root)
        .env("DATABASE_URL", dsn)
        .run()
        .fails("config/shell-only")
        .exemplifies("config/shell-only");
    check(&root).run().fails("config/no-settings");
}

#[test]
fn there_is_no_such_unit() {
    let root = Root::with_service("ExecStart=/bin/true\n");
    let run = Doctor::check().args(["--unit", "shpo", "--root"]).arg(&root.path).run();
    run.fails("config/unit-not-found").exemplifies("config/unit-not-found");
    assert!(run.finding("config/unit-not-found").to_string().contains("shop"), "{}", run.stdout);
    for name in ["../../etc/passwd", "a b", "*"] {
        Doctor::check()
            .args(["--unit", name, "--root"])
            .arg(&root.path)
            .run()
            .fails("config/unit-not-found");
    }
    let run = Doctor::check()
        .home_file(".config/systemd/user/own.service", "[Service]\nExecStart=/bin/true\n")
        .args(["--unit", "own", "--root"])
        .arg(&root.path)
        .run();
    run.fails("config/unit-not-found");
    assert!(
        run.finding("config/unit-not-found").to_string().contains("systemctl --user show"),
        "{}",
        run.stdout
    );
    symlink("/dev/null", root.path.join("etc/systemd/system/off.service")).unwrap();
    let run = Doctor::check().args(["--unit", "off", "--root"]).arg(&root.path).run();
    assert!(
        run.finding("config/unit-not-found").to_string().contains("masked"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_line_with_export_is_dropped() {
    let root = Root::with_service("EnvironmentFile=/etc/shop.env\n");
    root.write(
        "etc/shop.env",
        format!("export DATABASE_URL=postgresql://app:{}@localhost/shop\n", canary::of("app")),
    );
    let run = check(&root).run();
    // The cause is the line, and not that nothing is set.
    run.fails("config/assignment-dropped").exemplifies("config/assignment-dropped");
    assert!(!run.codes().contains(&"config/no-settings".to_owned()), "{}", run.stdout);
    mend(&run, "config/assignment-dropped");
    check(&root).args(["--until", "config"]).run().sound();
    assert!(
        run.finding("config/assignment-dropped").to_string().contains("line 1"),
        "{}",
        run.stdout
    );
}

#[test]
fn everybody_can_read_the_password() {
    let root = Root::with_service("EnvironmentFile=/etc/shop.env\n");
    let path = root.write(
        "etc/shop.env",
        format!("DATABASE_URL=postgresql://app:{}@localhost/shop\n", canary::of("app")),
    );
    let until = |run: Doctor| run.args(["--until", "config"]).run();
    until(check(&root)).sound();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    until(check(&root))
        .warns("config/env-file-exposed")
        .exemplifies("config/env-file-exposed");
}

#[test]
fn the_services_own_user_may_not_read_what_the_application_loads() {
    let root = Root::with_service("User=nobody\nWorkingDirectory=/srv/shop\nEnvironment=DATABASE_URL=postgresql://a@one/x\n");
    let path = root.write("srv/shop/.env", "SECRET_KEY=x\n");
    check(&root).args(["--until", "config"]).run().warns("config/env-file-unreadable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let run = check(&root).args(["--until", "config"]).run();
    assert!(!run.codes().contains(&"config/env-file-unreadable".to_owned()), "{}", run.stdout);
}

#[test]
fn what_only_the_manager_knows_is_not_missing() {
    let dsn = format!("postgresql://app:{}@localhost/shop", canary::of("app"));
    for (lines, words) in [
        ("PassEnvironment=LANG DATABASE_URL\n".to_owned(), "PassEnvironment= of shop.service"),
        (
            format!("Environment=DATABASE_URL={dsn}?application_name=%%s%s\n"),
            "shop.service line 5, with the specifier %s",
        ),
        // What comes later beats what the doctor could read.
        (
            format!("Environment=DATABASE_URL={dsn}\nEnvironment=DATABASE_URL={dsn}?application_name=%s\n"),
            "shop.service line 6",
        ),
        ("EnvironmentFile=/etc/shop/%s.env\n".to_owned(), "the env file that"),
        (
            "LoadCredential=url:/etc/shop.url\nEnvironment=DATABASE_URL_FILE=%d/url\n".to_owned(),
            "run/credentials/shop.service/url",
        ),
    ] {
        let root = Root::with_service(&lines);
        let run = check(&root).run();
        assert_eq!(
            (run.status, run.json()["verdict"].as_str()),
            (3, Some("error")),
            "{lines}{}",
            run.stdout
        );
        let reason = run.row("config")["reason"].to_string();
        assert!(reason.contains(words) && reason.contains("--pid"), "{lines}{reason}");
        // With something else to go by, it is named.
        let root = Root::with_service(&format!("{lines}Environment=DB_HOST=localhost DB_NAME=shop DB_USER=app\n"));
        let run = check(&root).args(["--until", "config"]).run();
        run.sound().warns("config/value-unknown");
        assert!(run.finding("config/value-unknown").to_string().contains(words), "{}", run.stdout);
    }
    let root = Root::with_service("PassEnvironment=DATABASE_URL\nEnvironment=DB_HOST=localhost DB_NAME=shop DB_USER=app\n");
    check(&root).args(["--until", "config"]).exemplifies("config/value-unknown");
    let root = Root::with_service("PassEnvironment=DATABASE_URL\nUnsetEnvironment=DATABASE_URL\n");
    check(&root).run().fails("config/no-settings");
}

#[test]
fn an_env_file_that_systemd_does_not_look_for() {
    for line in ["EnvironmentFile=shop.env", "EnvironmentFile=/etc/%4.env"] {
        let root = Root::with_service(&format!("{line}\nEnvironment=DATABASE_URL=postgresql://a@one/x\n"));
        let run = check(&root).args(["--until", "config"]).run();
        run.sound().warns("config/assignment-dropped");
        assert!(
            run.finding("config/assignment-dropped").to_string().contains("line 5"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_template_and_its_instance() {
    let root = Root::with_service("ExecStart=/bin/true\n");
    root.write(
        "etc/systemd/system/web@.service",
        "[Service]\nEnvironmentFile=/etc/web/%i.env\nExecStart=/bin/true\n",
    );
    root.write("etc/web/eu.env", "DATABASE_URL=postgresql://a@eu.internal/x\n");
    let unit = |name: &str| {
        Doctor::check()
            .args(["--until", "config", "--unit", name, "--root"])
            .arg(&root.path)
            .run()
    };
    let run = unit("web@eu");
    run.sound();
    assert_eq!(run.json()["target"]["host"], "eu.internal");
    // What is to be typed again names the unit.
    let missing = unit("web@us");
    missing.fails("config/env-file-missing");
    assert!(
        missing.finding("config/env-file-missing")["remedy"]["verify"]
            .as_str()
            .unwrap()
            .contains("--unit web@us"),
        "{}",
        missing.stdout
    );
    let template = unit("web@");
    template.fails("config/unit-not-found");
    assert!(template.stdout.contains("names no instance"), "{}", template.stdout);
}

#[test]
fn a_variable_that_is_set_twice() {
    let [old, new] = ["old.internal", "new.internal"].map(|host| format!("DATABASE_URL=postgresql://a@{host}/x\n"));
    let root = Root::with_service("EnvironmentFile=/etc/one.env\nEnvironmentFile=/etc/two.env\n");
    root.write("etc/one.env", &old);
    root.write("etc/two.env", format!("{old}{new}"));
    let run = check(&root).args(["--until", "config"]).run();
    run.sound();
    assert_eq!(run.json()["target"]["host"], "new.internal");
    let told: Vec<_> = run.row("config")["findings"].as_array().unwrap().clone();
    let severities: Vec<&str> = told
        .iter()
        .filter(|finding| finding["code"] == "config/sources-disagree")
        .map(|finding| finding["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities, ["info", "warn"], "{}", run.stdout);
    assert!(
        run.stdout.contains("etc/two.env line 1") && run.stdout.contains("old.internal"),
        "{}",
        run.stdout
    );
    root.write("etc/two.env", &old);
    let run = check(&root).args(["--until", "config"]).run();
    assert!(!run.codes().contains(&"config/sources-disagree".to_owned()), "{}", run.stdout);
}
