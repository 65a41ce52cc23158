//! A secret by each way in that is none of a connection string's own places for it.

use std::fs;
use std::process::{Command, Stdio};

use super::{FORMATS, talkative};
use crate::harness::Doctor;
use crate::lab::attacker::{Act, listen};
use crate::lab::dsn::Dsn;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{authority, canary, workdir};

/// Every command that reads settings, in every format that it has.
fn everywhere(call: impl Fn(Doctor) -> Doctor) {
    for format in FORMATS {
        talkative(call(Doctor::check()), format);
    }
    for (command, formats) in [
        ("env", ["human", "json"]),
        ("dsn", ["human", "json"]),
        ("runbook", ["human", "markdown"]),
    ] {
        for format in formats {
            call(Doctor::command(command)).in_format(format);
        }
    }
}

/// As an argument, in a variable and in a file.
fn by_every_place(dsn: &str) {
    let project = Project::empty();
    project.write("app.env", &format!("DATABASE_URL={dsn}\n"));
    everywhere(|call| call.dsn(dsn));
    everywhere(|call| call.env("DATABASE_URL", dsn));
    everywhere(|call| call.directory(&project.path).args(["--env-file", "app.env"]));
}

#[test]
fn in_another_place_of_the_same_settings() {
    let password = canary::of("app");
    for dsn in [
        format!("postgresql://app:{password}@{password}:1/shop"),
        format!("postgresql://{password}:{password}@localhost:1/shop"),
        format!("postgresql://app:{password}@localhost:1/{password}"),
        format!("postgresql://app:{password}@localhost:{password}/shop"),
        format!("host=localhost port=1 user=app password={password} dbname={password}"),
        format!("postgresql://app:{password}@localhost:1/shop?application_name={password}"),
        format!("postgresql://app:{password}@localhost:1/shop?hostaddr={password}"),
        format!("postgresql://app:{password}@localhost:1/shop?service={password}"),
        format!("postgresql://app:{password}@localhost:1/shop?sslmode={password}"),
        format!("postgresql://app:{password}@localhost:1/shop?sslrootcert=/nosuch/{password}&sslmode=verify-ca"),
    ] {
        by_every_place(&dsn);
    }
    for name in ["DB_HOST", "DB_NAME", "DB_USER", "DB_PORT"] {
        let usual = [("DB_HOST", "localhost"), ("DB_NAME", "shop"), ("DB_USER", "app"), ("DB_PORT", "1")];
        everywhere(|call| {
            let call = usual.iter().fold(call, |call, (name, value)| call.env(name, *value));
            call.env("DB_PASSWORD", &password).env(name, &password)
        });
    }
}

/// A setting of the application's own may hold anything.
#[test]
fn in_the_options_for_the_server() {
    let token = canary::of("a token");
    for name in ["app.jwt", "app.secret", "my.api-key"] {
        let options = format!("-c {name}={token}");
        by_every_place(&Dsn::new("app", 1, "shop").with("options", &options).to_string());
        by_every_place(&format!("host=localhost port=1 user=app options='{options} -c jit=off'"));
        let usual = [("PGHOST", "localhost"), ("PGPORT", "1"), ("PGUSER", "app")];
        everywhere(|call| {
            let call = usual.iter().fold(call, |call, (name, value)| call.env(name, *value));
            call.env("PGOPTIONS", &options)
        });
    }
    // The session has it all the same.
    let dsn = Server::shared().dsn("app").with("options", &format!("-c app.jwt={token}"));
    Doctor::check().dsn(dsn).run().sound();
}

#[test]
fn in_the_address_of_a_page() {
    let token = canary::of("a token");
    let said = format!("HTTP/1.1 500 {token}\r\nLocation: /{token}\r\nServer: {token}\r\n\r\nno {token} {token}");
    let port = listen(vec![Act::Read, Act::Send(said.into_bytes())]);
    for url in [
        format!("http://localhost:{port}/health/{token}"),
        format!("http://localhost:{port}/health?{token}"),
        format!("http://localhost:{port}/health?key={token}&x"),
        format!("http://localhost:{port}/health;token={token}"),
        format!("http://{token}@localhost:{port}/"),
        format!("http://me:{token}@localhost:{port}/"),
        format!("https://localhost:{port}/{token}"),
    ] {
        // Before the database is sound the page is not asked, and its address shown all the same.
        for dsn in [Server::shared().dsn("app"), Dsn::new("app", 1, "shop")] {
            for format in FORMATS {
                talkative(Doctor::check().dsn(&dsn).args(["--health-url", &url]), format);
            }
            talkative(Doctor::check().dsn(&dsn).arg(format!("--health-url={url}")), "json");
        }
    }
}

#[test]
fn in_the_settings_of_django() {
    let venv = need!(Venv::of_applications());
    let (password, key) = (canary::of("app"), canary::of("a key"));
    let port = Server::shared().port();
    let settings = |more: &str| {
        let project = Project::empty();
        project.write("website/__init__.py", "");
        let text = format!(
            "SECRET_KEY = '{key}'\nAPI_TOKEN = '{key}'\nINSTALLED_APPS = []\n\
             DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'app', 'PASSWORD': '{password}', \
             'HOST': 'localhost', 'PORT': {port}, 'OPTIONS': {{'sslmode': 'require', 'sslpassword': '{key}', 'passfile': '/nosuch', \
             'options': '-c app.jwt={key}'}}}}}}\n{more}\n"
        );
        project.write("website/settings.py", &text);
        project
    };
    for more in [
        String::new(),
        "DATABASES['default']['PASSWORD'] = SECRET_KEY".to_owned(),
        "DATABASES['default']['HOST'] = DATABASES['default']['PASSWORD']".to_owned(),
        "DATABASES['default']['PORT'] = DATABASES['default']['PASSWORD']".to_owned(),
        "DATABASES['default']['OPTIONS']['nosuch'] = SECRET_KEY".to_owned(),
        "raise ValueError(DATABASES)".to_owned(),
        "raise ValueError('no ' + SECRET_KEY)".to_owned(),
        "import sys; sys.stderr.write(SECRET_KEY * 1000); sys.exit(SECRET_KEY)".to_owned(),
        format!("x = '{key}' +"),
    ] {
        let project = settings(&more);
        let asked = |call: Doctor| {
            let call = call.args(["--django", "website.settings", "--venv"]).arg(venv.path());
            call.project(&project.path)
        };
        for format in if more.is_empty() { &FORMATS[..] } else { &["human", "json"] } {
            talkative(asked(Doctor::check()), format);
        }
        asked(Doctor::command("env")).in_format("human");
        // And where the settings are read, not run.
        talkative(Doctor::check().project(&project.path), "json");
        Doctor::command("migrations").arg("--project").arg(&project.path).in_format("human");
    }
}

/// Files of another kind than they are taken for: their lines are no settings, and may hold some.
#[test]
fn in_a_file_of_another_kind() {
    let (password, token) = (canary::of("app"), canary::of("a token"));
    let project = Project::empty();
    let files = [
        (
            "compose.yaml",
            format!(
                "services:\n  web:\n    environment:\n      DATABASE_URL: postgresql://app:{password}@localhost:1/shop\n      - \
                 POSTGRES_PASSWORD={password}\n      API_KEY: \"{token}\n  db:\n    environment: [ \"POSTGRES_PASSWORD={password}\", \
                 {token} ]\n"
            ),
        ),
        (
            "settings.py",
            format!("PASSWORD = '{password}'\nTOKEN = \"\"\"{token}\n{{'PASSWORD': '{password}'}}\n"),
        ),
        (
            "dbdoctor.toml",
            format!("[targets.shop]\ndsn = \"postgresql://app:{password}@localhost\ntoken = {token}\n"),
        ),
        (
            "unknown.toml",
            format!("[targets.shop]\ndsn = \"postgresql://app:{password}@localhost\"\nnosuch = \"{password}\"\n"),
        ),
        (
            "typed.toml",
            format!("[targets.shop]\ndsn = [\"{password}\"]\nschemas = \"{token}\"\n"),
        ),
        (
            "pgpass",
            format!("localhost:1:*:app:{password}:{token}\n{password}\nlocalhost:{token}\n"),
        ),
        (
            "pg_service.conf",
            format!("[shop]\nhost=localhost\npassword={password}\nnosuch={token}\n{password}\n[{password}\n"),
        ),
        (
            "shop.service",
            format!("[Service]\nEnvironment=\"DB_PASSWORD={password}\nExecStart=/bin/shop --token {token}\n{password}\n"),
        ),
        (
            "alembic.ini",
            format!("[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://app:{password}@localhost:1/shop\n{password}\n"),
        ),
    ];
    for (name, text) in &files {
        project.write(name, text);
    }
    for (name, _) in &files {
        let path = project.path.join(name).display().to_string();
        for dialect in ["dotenv", "systemd", "docker", "compose"] {
            let call = Doctor::check().args(["--env-file", &path, "--dialect", dialect]);
            talkative(call, "human");
            Doctor::command("env")
                .args(["--env-file", &path, "--dialect", dialect])
                .in_format("json");
        }
        for format in ["human", "json"] {
            Doctor::check().args(["--config", &path, "--target", "shop"]).in_format(format);
            Doctor::check().args(["--config", &path, "--all"]).in_format(format);
            Doctor::command("env")
                .args(["--config", &path, "--target", "shop"])
                .in_format(format);
            let libpq = Doctor::check()
                .env("PGPASSFILE", &path)
                .env("PGSERVICEFILE", &path)
                .env("PGSERVICE", "shop");
            libpq.in_format(format);
            Doctor::check()
                .env("PGPASSFILE", &path)
                .dsn("postgresql://app@localhost:1/shop")
                .in_format(format);
            Doctor::check().env("DATABASE_URL_FILE", &path).in_format(format);
            Doctor::command("explain").arg(&path).in_format(format);
        }
        let dsn = Server::shared()
            .dsn("certified")
            .no_password()
            .with("sslkey", &path)
            .with("sslcert", &path);
        talkative(Doctor::check().dsn(dsn), "human");
    }
    talkative(Doctor::check().project(&project.path), "human");
    Doctor::command("migrations").arg("--project").arg(&project.path).in_format("json");
}

/// libpq reads no such file, and some drivers do.
#[test]
fn of_a_file_with_certificate_and_key() {
    let directory = workdir::fresh("pkcs12");
    let password = canary::of("the client's key");
    let (certificate, key) = authority::get().client.write(&directory, "client");
    let file = directory.join("client.p12");
    let made = Command::new("openssl")
        .args(["pkcs12", "-export", "-passout", "stdin", "-in"])
        .arg(&certificate)
        .arg("-inkey")
        .arg(&key)
        .arg("-out")
        .arg(&file)
        .stdin(Stdio::piped())
        .spawn()
        .and_then(|mut openssl| {
            use std::io::Write as _;
            openssl.stdin.take().expect("piped").write_all(format!("{password}\n").as_bytes())?;
            openssl.wait()
        });
    need!(made.map_err(|error| format!("openssl: {error}")));
    let path = file.display().to_string();
    assert!(fs::metadata(&file).is_ok_and(|file| file.len() > 0), "openssl wrote {path}");
    let dsn = Server::shared().dsn("certified").no_password().with("sslpassword", &password);
    for dsn in [
        dsn.clone().with("sslcert", &path).with("sslkey", &path),
        dsn.with("sslcert", &certificate.display().to_string()).with("sslkey", &path),
    ] {
        for format in FORMATS {
            let status = talkative(Doctor::check().dsn(&dsn), format);
            assert!(status == 13 || format == "nagios", "{format}: {status}");
        }
    }
}

#[test]
fn in_the_file_that_is_written() {
    let directory = workdir::fresh("written");
    let password = canary::of("app");
    for format in FORMATS {
        for dsn in [
            Server::shared().dsn("app"),
            Server::shared().dsn("app").password(&canary::wrong()),
            Dsn::new("app", 1, "shop").host(&password),
        ] {
            let call = Doctor::check().dsn(dsn).directory(&directory).args(["-v", "--output", "report"]);
            let run = call.in_format(format);
            assert!(run.stdout.is_empty(), "{}", run.stdout);
            let written = fs::read_to_string(directory.join("report")).expect("it was written");
            assert!(!written.is_empty(), "{format}");
            assert_eq!(canary::found_in(&written), None, "{format}: {written}");
        }
    }
}

/// What a shell is offered comes from the targets' names alone.
#[test]
fn in_what_a_shell_is_offered() {
    let directory = workdir::fresh("offered");
    let password = canary::of("app");
    let text = format!("[targets.shop]\ndsn = \"postgresql://app:{password}@localhost/shop\"\n");
    fs::write(directory.join("dbdoctor.toml"), text).expect("the directory is ours");
    let binary = env!("CARGO_BIN_EXE_dbdoctor");
    let script = r#"source <("$1" completions bash); COMP_WORDS=(dbdoctor check --target ""); COMP_CWORD=3 COMP_TYPE=9
        PATH=${1%/*}:$PATH; _clap_complete_dbdoctor dbdoctor "" --target; printf '%s\n' "${COMPREPLY[@]}""#;
    let output = Command::new("bash")
        .args(["--norc", "-c", script, "bash", binary])
        .current_dir(&directory)
        .output()
        .expect("bash");
    let offered = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(offered.contains("shop"), "{offered}");
    assert_eq!(canary::found_in(&offered), None, "{offered}");
}
