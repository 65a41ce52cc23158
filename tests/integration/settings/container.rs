//! `--container`, with docker's own program in front of a small imitation of its service.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::Doctor;
use crate::lab::skip::{need, note};
use crate::lab::{account, canary, install, tools, workdir};

/// Answers as docker's service does: to a ping, and about one container.
fn service(env: String) -> PathBuf {
    let path = workdir::fresh("docker").join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                let request = std::mem::take(&mut line);
                let mut header = String::new();
                while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
                    header.clear();
                }
                let (status, body) = if request.contains("/_ping") {
                    ("200 OK", "OK".to_owned())
                } else if request.contains("/containers/shop/json") {
                    (
                        "200 OK",
                        format!(
                            "{{\"Id\":\"1\",\"Name\":\"/shop\",\"Config\":{{\"Env\":[\"PATH=/bin\",\"{env}\"],\"WorkingDir\":\"/app\"}}}}"
                        ),
                    )
                } else {
                    ("404 Not Found", "{\"message\":\"No such container: none\"}".to_owned())
                };
                let body = if request.starts_with("HEAD") { String::new() } else { body };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nApi-Version: 1.45\r\nOstype: linux\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(answer.as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    path
}

fn check(name: &str, socket: &std::path::Path, docker: &std::path::Path) -> Doctor {
    Doctor::check()
        .args(["--container", name, "--until", "config"])
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .env("PATH", format!("{}:/usr/bin:/bin", docker.parent().unwrap().display()))
}

#[test]
fn docker_tells_a_containers_environment() {
    let docker = need!(tools::in_path("docker").ok_or("docker's program is not installed"));
    let dsn = format!("DATABASE_URL=postgresql://app:{}@db/shop", canary::of("app"));
    let socket = service(dsn);
    let run = check("shop", &socket, &docker).run();
    run.sound();
    assert_eq!(run.json()["target"]["host"], "db");
    assert!(
        run.json()["target"]["source"].as_str().unwrap().contains("container \"shop\""),
        "{}",
        run.stdout
    );
    check("none", &socket, &docker).run().fails("config/process-not-found");
}

/// A real container of podman's, made and not started, from a directory instead of an image.
#[test]
fn podman_tells_a_containers_environment() {
    if !account::is_root() {
        return note("podman without root takes ids of its own for the user");
    }
    let podman = need!(install::until_found("podman", || tools::in_path("podman")));
    let directory = workdir::fresh("podman");
    let storage = directory.join("storage.conf");
    let [root, run] = ["root", "run"].map(|name| directory.join(name));
    fs::write(
        &storage,
        format!(
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
            root.display(),
            run.display()
        ),
    )
    .unwrap();
    fs::create_dir_all(directory.join("files/app")).unwrap();
    let dsn = format!("DATABASE_URL=postgresql://app:{}@db/shop", canary::of("app"));
    let made = Command::new(&podman)
        .env("CONTAINERS_STORAGE_CONF", &storage)
        .args([
            "create",
            "--network",
            "none",
            "--name",
            "dbdoctor-shop",
            "--workdir",
            "/app",
            "--env",
            &dsn,
            "--rootfs",
        ])
        .arg(directory.join("files"))
        .arg("/bin/true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    need!(
        made.status
            .success()
            .then_some(())
            .ok_or(format!("podman makes no container here: {said}"))
    );
    let check = |name: &str| {
        Doctor::check()
            .args(["--until", "config", "--container", name])
            .env("CONTAINERS_STORAGE_CONF", storage.display().to_string())
            .env("DOCKER_HOST", "unix:///nonexistent/socket")
            .run()
    };
    let run = check("dbdoctor-shop");
    run.sound();
    assert_eq!(run.json()["target"]["host"], "db");
    assert_eq!(run.row("config")["facts"]["container_directory"], "/app", "{}", run.stdout);
    let none = check("dbdoctor-none");
    assert!(
        none.codes().contains(&"config/process-not-found".to_owned()) || none.status == 3,
        "{}",
        none.stdout
    );
}

#[test]
fn a_service_that_does_not_answer_is_no_verdict() {
    let docker = need!(tools::in_path("docker").ok_or("docker's program is not installed"));
    let run = check("shop", std::path::Path::new("/nonexistent/socket"), &docker).run();
    assert_eq!((run.status, run.json()["verdict"].as_str()), (3, Some("error")), "{}", run.stdout);
}
