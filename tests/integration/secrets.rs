//! No password in any output. Every call of the harness looks for all of them; here are the calls most likely to let one slip.

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::dsn::Dsn;
use crate::lab::port;
use crate::lab::server::Server;

const FORMATS: [&str; 8] = ["human", "short", "json", "junit", "github", "prometheus", "nagios", "markdown"];

#[test]
fn however_the_connection_string_is_broken() {
    let password = canary::of("app");
    let awkward = canary::awkward();
    let broken = [
        format!("postgresql://app:{password}@[::1/shop"),
        format!("postgresql://app:{password}@localhost:port/shop"),
        format!("postgresql://app:{password}@local host/shop"),
        format!("postgresql://app:{password}%zz@localhost/shop"),
        format!("postgresql:/app:{password}@localhost/shop"),
        format!("postgresql//app:{password}@localhost/shop"),
        format!("postgres//app:{password}"),
        format!("app:{password}@localhost/shop"),
        format!("host=localhost password={password}' user=app"),
        format!("host=localhost password='{password} user=app"),
        format!("host=localhost passwort={password} user=app"),
        format!("postgresql://app:{awkward}@localhost/shop"),
        format!("postgresql://localhost/shop?user=app&password={password}&nosuch={password}"),
        format!("mysql://app:{password}@localhost/shop"),
        format!("DATABASE_URL=postgresql://app:{password}@localhost/shop"),
        format!("\"postgresql://app:{password}@localhost/shop\""),
    ];
    for dsn in &broken {
        for format in FORMATS {
            let calls = [
                Doctor::check().dsn(dsn),
                Doctor::check().env("DATABASE_URL", dsn),
                Doctor::check().arg("-").input(dsn),
            ];
            for call in calls {
                let status = talkative(call, format);
                assert_ne!(status, 0, "{dsn}");
            }
            if format == "human" || format == "json" {
                Doctor::command("dsn").dsn(dsn).in_format(format);
            }
        }
    }
}

/// Makes it say all that it has to say; the exit code.
fn talkative(call: Doctor, format: &str) -> i32 {
    let run = call.args(["-v", "--timeout", "1s"]).in_format(format);
    assert!(!run.stdout.is_empty(), "{format}: {}", run.stderr);
    run.status
}

#[test]
fn wherever_the_chain_ends() {
    let server = Server::shared();
    let app = server.dsn("app");
    let ends = [
        app.clone(),
        app.clone().port(port::free()),
        app.clone().database("nosuch"),
        app.clone().password(&canary::wrong()),
        app.clone().with("sslrootcert", "/nonexistent/root.crt"),
        app.clone().with("sslpassword", &canary::of("the client's key")),
        app.host("/nonexistent"),
        server.dsn("no_insert"),
        server.dsn("limited"),
        Dsn::new("tlsonly", server.port(), "shop").sslmode("disable"),
    ];
    for dsn in &ends {
        for format in FORMATS {
            talkative(Doctor::check().dsn(dsn), format);
        }
    }
}

#[test]
fn in_an_env_file() {
    let project = crate::lab::project::Project::empty();
    let password = canary::of("app");
    project.write(
        "app.env",
        &format!("DATABASE_URL='postgresql://app:{password}@localhost:1/shop\nDB_PASSWORD={password}\nnot a line {password}\n"),
    );
    for format in FORMATS {
        talkative(Doctor::check().directory(&project.path).args(["--env-file", "app.env"]), format);
    }
}
