//! `--health-url`: the application itself is asked last. A real gunicorn with a real Flask and psycopg answers.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;

use serde_json::Value;

use crate::harness::{Doctor, Run};
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;
use crate::lab::skip::need;
use crate::lab::{canary, port};

const APPLICATION: &str = r#"
import os, time
import psycopg
from flask import Flask, Response, redirect

app = Flask(__name__)


@app.get("/")
def index():
    return "hello"


@app.get("/health")
def health():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return f"{connection.execute('select 41 + 1').fetchone()[0]} rows"


@app.get("/stale")
def stale():
    try:
        psycopg.connect(os.environ["DATABASE_URL"], password="not it")
    except psycopg.OperationalError as error:
        page = f"<html><style>p {{ color: red }}</style><h1>OperationalError</h1><p>{error}</p><p>{os.environ['DATABASE_URL']}</p>"
        return Response(page, 500)


@app.get("/login")
def login():
    return redirect("/")


@app.get("/streamed")
def streamed():
    return Response((part for part in ["a ", "b\x1b[31m", " c"]), 503)


@app.get("/slow")
def slow():
    time.sleep(20)
    return "late"
"#;

fn application() -> Result<&'static Gunicorn, String> {
    static SHARED: LazyLock<Result<Gunicorn, String>> = LazyLock::new(|| {
        let project = Project::empty();
        project.write("shop.py", APPLICATION);
        let dsn = String::from(Server::shared().dsn("app").sslmode("require"));
        Ok(Gunicorn::start(
            Venv::shared()?,
            &project.path,
            &[("DATABASE_URL", &dsn)],
            &["--threads", "4"],
        ))
    });
    SHARED.as_ref().map_err(Clone::clone)
}

fn check(url: &str) -> Doctor {
    Doctor::check()
        .dsn(Server::shared().dsn("app").sslmode("require"))
        .args(["--health-url", url])
}

fn row(run: &Run) -> Value {
    run.json()["application"].clone()
}

fn broken(run: &Run, code: &str) -> Value {
    let json = run.json();
    assert_eq!(
        (run.status, &json["verdict"], &json["failed_layer"]),
        (18, &"fail".into(), &"application".into()),
        "{}",
        run.stdout
    );
    assert_eq!(json["layers"].as_array().unwrap().len(), 8, "{}", run.stdout);
    let finding = row(run)["findings"][0].clone();
    assert_eq!(finding["code"], code, "{}", run.stdout);
    finding
}

#[test]
fn a_page_that_reads_the_database() {
    let port = need!(application()).port;
    let run = check(&format!("http://127.0.0.1:{port}/health")).in_format("json");
    assert_eq!((run.status, &row(&run)["verdict"]), (0, &Value::from("pass")), "{}", run.stdout);
    assert_eq!(
        (&row(&run)["facts"]["status"], &row(&run)["facts"]["excerpt"]),
        (&200.into(), &"42 rows".into()),
        "{}",
        run.stdout
    );
    let without = Doctor::check().dsn(Server::shared().dsn("app")).in_format("json");
    assert!(without.json().get("application").is_none(), "{}", without.stdout);
}

#[test]
fn a_page_that_fails_is_read_and_names_the_log() {
    let port = need!(application()).port;
    let call = check(&format!("http://127.0.0.1:{port}/stale?token=sesame-open"));
    let run = call.clone().in_format("json");
    let finding = broken(&run, "application/page-fails");
    run.exemplifies("application/page-fails");
    let evidence = finding["evidence"].to_string();
    assert!(
        evidence.contains("in its text: auth/password-rejected") && evidence.contains("OperationalError"),
        "{evidence}"
    );
    assert!(
        !run.stdout.contains("sesame") && !run.stdout.contains("color: red"),
        "{}",
        run.stdout
    );
    assert!(finding["remedy"].to_string().contains("log"), "{finding:#}");
    for format in ["human", "short", "junit", "github", "prometheus", "markdown"] {
        let run = call.clone().in_format(format);
        assert_eq!(run.status, 18, "{format}: {}", run.stdout);
        assert!(
            run.stdout.contains("application") && !run.stdout.contains("sesame"),
            "{format}: {}",
            run.stdout
        );
    }
    assert_eq!(call.in_format("nagios").status, 2);
}

#[test]
fn what_the_page_sends_reaches_no_terminal() {
    let port = need!(application()).port;
    let call = check(&format!("http://127.0.0.1:{port}/streamed"));
    broken(&call.clone().in_format("json"), "application/page-fails");
    let run = call.in_format("human");
    assert!(run.stdout.contains("a b\\u{1b}[31m c"), "{}", run.stdout);
}

#[test]
fn a_page_that_is_not_there_or_elsewhere() {
    let port = need!(application()).port;
    let run = check(&format!("http://127.0.0.1:{port}/nowhere")).in_format("json");
    broken(&run, "application/page-refused");
    run.exemplifies("application/page-refused");
    let run = check(&format!("http://127.0.0.1:{port}/login")).in_format("json");
    assert_eq!((run.status, &row(&run)["verdict"]), (0, &Value::from("warn")), "{}", run.stdout);
    assert_eq!(row(&run)["findings"][0]["code"], "application/page-redirects", "{}", run.stdout);
    run.exemplifies("application/page-redirects");
}

#[test]
fn an_application_that_does_not_answer() {
    let running = need!(application()).port;
    let silent = listen(Behaviour::Silent);
    for (url, said) in [
        (format!("http://127.0.0.1:{}/", port::free()), "cannot be reached"),
        (format!("http://127.0.0.1:{silent}/"), "does not answer within 1 s"),
        (format!("http://127.0.0.1:{running}/slow"), "does not answer within 1 s"),
        (format!("https://127.0.0.1:{running}/"), "TLS with"),
        (format!("http://127.0.0.1:{}/", listen(Behaviour::Ssh)), "does not speak HTTP"),
        (
            format!("http://127.0.0.1:{}/", listen(Behaviour::CloseAtOnce)),
            "breaks off without an answer",
        ),
    ] {
        let run = check(&url).args(["--timeout", "1s"]).in_format("json");
        let finding = broken(&run, "application/unreachable");
        assert!(finding["title"].as_str().unwrap().contains(said), "{said}: {finding:#}");
    }
    check(&format!("http://127.0.0.1:{}/", port::free())).exemplifies("application/unreachable");
}

#[test]
fn a_broken_database_comes_first() {
    let dsn = Server::shared().dsn("app").sslmode("require").password(&canary::wrong());
    let url = format!("http://127.0.0.1:{}/", port::free());
    let run = Doctor::check().dsn(dsn).args(["--health-url", &url]).in_format("json");
    assert_eq!((run.status, &row(&run)["verdict"]), (14, &Value::from("skip")), "{}", run.stdout);
    assert_eq!(row(&run)["reason"], "not reached: auth failed", "{}", run.stdout);
}

#[test]
fn an_application_on_its_way_up_is_waited_for() {
    let target = need!(application()).port;
    let late = port::free();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(2));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, late)).expect("the port was free");
        for client in listener.incoming().flatten() {
            let server = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, target)).expect("gunicorn runs");
            let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut up, &mut down));
            let _ = std::io::copy(&mut &server, &mut &client);
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    let run = check(&format!("http://127.0.0.1:{late}/health"))
        .args(["--wait", "60s"])
        .in_format("json");
    assert_eq!(
        (run.status, &row(&run)["facts"]["status"]),
        (0, &Value::from(200)),
        "{}",
        run.stdout
    );
}

#[test]
fn a_url_that_is_none_is_refused_without_its_password() {
    for url in [
        format!("ftp://me:{0}@x/", canary::of("app")),
        format!("http://me:{0}@[/", canary::of("app")),
    ] {
        let run = check(&url).in_format("json");
        assert_eq!(run.status, 2, "{}", run.stderr);
    }
}
