//! No password in any output. Every call of the harness looks for all of them; here are the calls most likely to let one slip.

mod ways;

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

/// Tokens and keys, where a connection string or a log has them.
#[test]
fn tokens_and_keys_too() {
    let (token, key) = (canary::of("a token"), canary::of("a key").repeat(3));
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    let encoded = percent_encoding::utf8_percent_encode(&pem, percent_encoding::NON_ALPHANUMERIC).to_string();
    let url = format!("postgresql://app:{token}@localhost:1/shop");
    let texts = [
        format!("postgresql://app@localhost:1/shop?access_token={token}&api_key={token}"),
        format!("postgresql://app@localhost:1/shop?oauth_client_secret={token}"),
        format!("postgresql://app@localhost:1/shop?sslpassword={token}"),
        format!("postgresql://app@localhost:1/shop?sslkey={key}"),
        format!("postgresql://app@localhost:1/shop?sslkey={}", encoded.replace("%2D", "-")),
        format!("host=localhost port=1 user=app token={token}"),
        openssl::base64::encode_block(url.as_bytes()),
        url,
    ];
    for text in &texts {
        for call in [
            Doctor::check().dsn(text),
            Doctor::check().env("DATABASE_URL", text),
            Doctor::check().arg("-").input(text),
        ] {
            for format in FORMATS {
                talkative(call.clone(), format);
            }
        }
        for command in ["env", "dsn", "runbook"] {
            Doctor::command(command).env("DATABASE_URL", text).in_format("human");
        }
        let line =
            format!("psycopg2.OperationalError: connection to server at \"localhost\", port 1 failed: Connection refused ({text})\n");
        for format in ["human", "json"] {
            Doctor::command("explain").arg("-").input(&line).in_format(format);
        }
    }
    let project = crate::lab::project::Project::empty();
    project.write("bad.key", &pem);
    let path = project.path.join("bad.key").display().to_string();
    for dsn in [Server::shared().dsn("certified").no_password()] {
        let dsn = dsn.with("sslkey", &path).with("sslcert", &path);
        for format in FORMATS {
            talkative(Doctor::check().dsn(&dsn), format);
        }
    }
}

/// A connection string that an option got in place of a name, and an address that cannot be read.
#[test]
fn where_it_does_not_belong() {
    let password = canary::of("app");
    let dsn = format!("postgresql://app:{password}@localhost:1/shop");
    for option in [
        "--env-file",
        "--unit",
        "--pid",
        "--container",
        "--target",
        "--config",
        "--var",
        "--venv",
        "--project",
        "--django",
        "--flask",
        "--timeout",
        "--skip",
        "--needs",
        "--format",
        "--password",
    ] {
        for call in [Doctor::check().args([option, &dsn]), Doctor::check().arg(format!("{option}={dsn}"))] {
            let status = call.in_format("human").status;
            assert_eq!(status, 2, "{option}");
        }
    }
    for url in [
        format!("no address {password}"),
        format!("http://[::{password}/"),
        format!("ftp://u:{password}@localhost/"),
    ] {
        let calls = [
            Doctor::check().args(["--health-url", &url]),
            Doctor::check().arg(format!("--health-url={url}")),
        ];
        for call in calls {
            assert_eq!(call.dsn("postgresql://app@localhost:1/shop").in_format("human").status, 2, "{url}");
        }
    }
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
