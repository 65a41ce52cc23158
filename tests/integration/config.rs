//! Settings that are missing, or that cannot be read as a connection.

use dbdoctor::conninfo::validate;

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::project::Project;
use crate::lab::server::Server;

#[test]
fn nothing_says_where_the_database_is() {
    Doctor::check().run().fails("config/no-settings").exemplifies("config/no-settings");
}

#[test]
fn an_env_file_that_nobody_asked_for_is_pointed_to() {
    let project = Project::empty();
    project.write(".env", &format!("DATABASE_URL={}\n", Server::shared().dsn("app")));
    let run = Doctor::check().project(&project.path).run();
    run.fails("config/no-settings");
    let finding = run.finding("config/no-settings").to_string();
    let path = project.path.join(".env").display().to_string();
    assert!(finding.contains(&format!("dbdoctor check --env-file {path}")), "{finding}");
    Doctor::check().project(&project.path).args(["--env-file", &path]).run().sound();
}

#[test]
fn the_server_knows_the_same_encodings() {
    let server = Server::shared();
    let known = server.sql("postgres", "SELECT pg_encoding_to_char(i) FROM generate_series(0, 41) AS i");
    assert!(known.lines().count() > 40 && known.contains("UTF8"), "{known}");
    let others = [
        "utf-8",
        "Unicode",
        "iso_8859-1",
        "windows-1252",
        "win",
        "utf8mb4",
        "latin",
        "utf",
        "iso-8859-11",
        "ascii",
    ];
    for name in known.lines().chain(others) {
        let is_known = server.sql("postgres", &format!("SELECT pg_char_to_encoding('{name}') >= 0")).trim() == "t";
        assert_eq!(validate::encoding(name.as_bytes()).is_none(), is_known, "{name}");
    }
}

/// A misspelt directory would leave its layer out, and a check after a deploy would be sound without a look.
#[test]
fn a_directory_that_is_named_has_to_be_there() {
    let project = Project::empty();
    project.write("file", "");
    let file = project.path.join("file").display().to_string();
    for (option, what) in [("--project", "project"), ("--venv", "virtual environment"), ("--root", "root")] {
        for path in ["/nonexistent/shop", &file] {
            let call = match option {
                "--root" => Doctor::check().args(["--unit", "shop"]),
                _ => Doctor::check().dsn(Server::shared().dsn("app")),
            };
            let run = call.args([option, path]).in_format("json");
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{option}: {}", run.stderr);
            let said = format!("the {what} {path} cannot be opened");
            assert!(run.stderr.contains(&said), "{option}: {}", run.stderr);
        }
    }
    for command in ["env", "runbook"] {
        let call = Doctor::command(command).args(["--project", "/nonexistent/shop"]);
        let run = call
            .dsn(Server::shared().dsn("app"))
            .in_format(if command == "env" { "json" } else { "human" });
        assert_eq!(run.status, 3, "{command}: {}{}", run.stdout, run.stderr);
    }
}

/// One of many is told in its own row, and the others are looked at.
#[test]
fn a_directory_of_one_target_has_to_be_there() {
    let directory = crate::lab::workdir::fresh("targets");
    let dsn = Server::shared().dsn("app").to_string();
    let targets = format!("[targets.one]\ndsn = {dsn:?}\nproject = \"/nonexistent/shop\"\n[targets.two]\ndsn = {dsn:?}\nproject = \".\"\n");
    std::fs::write(directory.join("dbdoctor.toml"), targets).expect("the directory is ours");
    let run = Doctor::check().directory(&directory).arg("--all").in_format("json");
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    let targets = run.json()["targets"].clone();
    assert_eq!(targets[0]["verdict"], "error", "{targets}");
    assert!(
        targets[0]["layers"][0]["reason"].as_str().unwrap().contains("/nonexistent/shop"),
        "{targets}"
    );
    assert_ne!(targets[1]["verdict"], "error", "{targets}");
    let run = Doctor::check().directory(&directory).args(["--target", "one"]).in_format("json");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
}

#[test]
fn the_host_is_not_a_url() {
    let dsn = format!("postgresql://app:{}@[::1/shop", canary::of("app"));
    Doctor::check().dsn(dsn).run().fails("config/malformed-dsn");
}

#[test]
fn the_port_is_not_a_number() {
    let dsn = format!("postgresql://app:{}@localhost:port/shop", canary::of("app"));
    Doctor::check().dsn(dsn).run().fails("config/invalid-value");
}

#[test]
fn a_password_with_an_at_sign_is_not_encoded() {
    let server = Server::shared();
    let dsn = format!("postgresql://awkward:{}@localhost:{}/shop", canary::awkward(), server.port());
    let run = Doctor::check().env("DATABASE_URL", dsn).run();
    run.fails("config/unencoded-password");
}

#[test]
fn the_awkward_password_works_once_it_is_encoded() {
    let dsn = Server::shared().dsn("awkward").password(&canary::awkward());
    Doctor::check().dsn(dsn).project(&Project::shop().path).run().sound();
}

#[test]
fn a_percent_sign_begins_no_escape() {
    let password = canary::of("app");
    let in_password = format!("postgresql://app:{password}%zz@localhost/shop");
    Doctor::check().dsn(in_password).run().fails("config/unencoded-password");
    let in_database = format!("postgresql://app:{password}@localhost/shop%zz");
    Doctor::check().dsn(in_database).run().fails("config/bad-percent-encoding");
}

#[test]
fn another_database_system() {
    let dsn = format!("mysql+pymysql://app:{}@localhost/shop", canary::of("app"));
    Doctor::check()
        .env("DATABASE_URL", dsn)
        .run()
        .fails("config/not-postgres")
        .exemplifies("config/not-postgres");
}

#[test]
fn sqlite_is_what_is_left_when_a_setting_is_missing() {
    Doctor::check()
        .env("DATABASE_URL", "sqlite:///app.db")
        .run()
        .fails("config/sqlite-fallback")
        .exemplifies("config/sqlite-fallback");
}

#[test]
fn a_variable_was_never_expanded() {
    let dsn = "postgresql://app:${DB_PASSWORD}@localhost/shop";
    Doctor::check()
        .env("DATABASE_URL", dsn)
        .run()
        .fails("config/unexpanded-variable")
        .exemplifies("config/unexpanded-variable");
}

#[test]
fn sslmode_has_no_such_value() {
    let dsn = Server::shared().dsn("app").sslmode("verify-fully");
    Doctor::check().dsn(dsn).run().fails("config/invalid-value");
}

#[test]
fn an_env_file_is_not_there() {
    Doctor::check()
        .args(["--env-file", "/nonexistent/app.env"])
        .run()
        .fails("config/env-file-missing")
        .exemplifies("config/env-file-missing");
}

#[test]
fn an_env_file_says_it_all() {
    let project = Project::shop();
    let dsn = Server::shared().dsn("app");
    project.write("app.env", &format!("# the shop's\nDATABASE_URL={dsn}\n"));
    let run = Doctor::check().directory(&project.path).args(["--env-file", "app.env"]).run();
    run.sound();
    assert!(
        run.json()["target"]["source"].as_str().unwrap().contains("app.env"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_env_file_of_roots_needs_sudo() {
    let project = Project::empty();
    project.write("app.env", &format!("DATABASE_URL={}\n", Server::shared().dsn("app")));
    let path = project.path.join("app.env");
    close(&path);
    let run = Doctor::check().by_an_ordinary_user().arg("--env-file").arg(&path).run();
    run.fails("config/env-file-unreadable").exemplifies("config/env-file-unreadable");
    assert!(
        run.finding("config/env-file-unreadable")["remedy"].to_string().contains("sudo"),
        "{}",
        run.stdout
    );
}

/// Nobody but root can read it then; an ordinary owner cannot either.
fn close(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).expect("the file is ours");
}

#[test]
fn single_variables_make_a_connection() {
    let server = Server::shared();
    let run = Doctor::check()
        .env("PGHOST", "localhost")
        .env("PGPORT", server.port().to_string())
        .env("PGUSER", "app")
        .env("PGPASSWORD", canary::of("app"))
        .env("PGDATABASE", "shop")
        .env("PGSSLMODE", "require")
        .project(&Project::shop().path)
        .run();
    run.sound();
    assert_eq!(run.json()["target"]["user"], "app");
}

#[test]
fn the_connection_string_comes_from_standard_input() {
    Doctor::check().arg("-").input(Server::shared().dsn("app")).run();
    let run = Doctor::check().arg("-").input(format!("{}\n", Server::shared().dsn("app"))).run();
    run.sound();
}

#[test]
fn sqlalchemys_scheme_is_understood() {
    let dsn = Server::shared()
        .dsn("app")
        .to_string()
        .replacen("postgresql:", "postgresql+psycopg2:", 1);
    Doctor::check().env("SQLALCHEMY_DATABASE_URI", dsn).run().sound();
}

#[test]
fn the_command_line_is_wrong() {
    let run = Doctor::check().arg("--no-such-option").in_format("json");
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
}
