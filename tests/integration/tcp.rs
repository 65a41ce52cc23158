//! Addresses and sockets where nobody answers, or somebody else does.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::harness::Doctor;
use crate::lab::blackhole::Blackhole;
use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::network::Network;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{account, port, workdir};

fn dial(port: u16) -> Doctor {
    Doctor::check()
        .dsn(Dsn::new("app", port, "shop").host("127.0.0.1"))
        .args(["--timeout", "1s"])
}

#[test]
fn nobody_listens() {
    dial(port::free()).run().fails("tcp/refused");
}

#[test]
fn packets_vanish() {
    let blackhole = Blackhole::open();
    let started = Instant::now();
    let run = dial(blackhole.port).run();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    run.fails("tcp/timeout");
}

#[test]
fn dead_addresses_share_one_time_limit() {
    let blackhole = Blackhole::open();
    let hosts = ["127.0.0.1"; 4].join(",");
    let ports = [
        blackhole.port.to_string(),
        blackhole.port.to_string(),
        blackhole.port.to_string(),
        blackhole.port.to_string(),
    ]
    .join(",");
    let started = Instant::now();
    let dsn = format!("host={hosts} port={ports} user=app dbname=shop sslmode=require");
    let run = Doctor::check().dsn(dsn).args(["--timeout", "1s"]).run();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    run.fails("tcp/timeout");
}

#[test]
fn no_route_leads_there() {
    let network = need!(Network::isolated());
    for host in ["192.0.2.1", "198.51.100.1"] {
        let dsn = Dsn::new("app", 5432, "shop").host(host);
        Doctor::check()
            .dsn(dsn)
            .args(["--timeout", "2s"])
            .in_network(&network)
            .run()
            .fails("tcp/unreachable");
    }
}

#[test]
fn one_address_of_two_answers() {
    let network = need!(need!(Dns::shared()).network());
    let dsn = Server::shared().dsn("app").host("two.lab.test").sslmode("require");
    let run = Doctor::check().dsn(dsn).in_network(&network).run();
    run.sound().warns("tcp/partly-reachable");
}

#[test]
fn it_accepts_and_never_answers() {
    dial(listen(Behaviour::Silent))
        .run()
        .fails_in("tls", "tcp/silent")
        .exemplifies("tcp/silent");
}

#[test]
fn it_hangs_up() {
    dial(listen(Behaviour::CloseAtOnce)).run().fails_in("tls", "tcp/closed");
    dial(listen(Behaviour::Reset)).run().fails_in("tls", "tcp/reset");
}

#[test]
fn a_web_server_answers() {
    let run = dial(listen(Behaviour::Http)).run();
    run.fails_in("tls", "tcp/not-postgres");
    assert!(run.stdout.contains("HTTP"), "{}", run.stdout);
}

#[test]
fn an_ssh_server_answers() {
    let run = dial(listen(Behaviour::Ssh)).run();
    run.fails_in("tls", "tcp/not-postgres");
    assert!(run.stdout.contains("SSH"), "{}", run.stdout);
    // Its first letter is that of a message, too.
    let dsn = Dsn::new("app", listen(Behaviour::Ssh), "shop").host("127.0.0.1").sslmode("disable");
    Doctor::check().dsn(dsn).run().fails_in("auth", "tcp/not-postgres");
}

#[test]
fn mysql_answers() {
    let run = dial(listen(Behaviour::Mysql)).run();
    run.fails_in("tls", "tcp/not-postgres");
    assert!(run.stdout.contains("MySQL"), "{}", run.stdout);
}

#[test]
fn the_socket_is_not_there() {
    let dsn = Server::shared().socket_dsn("app").port(port::free());
    Doctor::check().dsn(dsn).run().fails("tcp/socket-missing");
}

#[test]
fn nobody_listens_on_the_socket() {
    let directory = workdir::fresh("socket");
    drop(UnixListener::bind(directory.join(".s.PGSQL.5432")).expect("the directory is ours"));
    let dsn = Server::shared().socket_dsn("app").host(&directory.display().to_string()).port(5432);
    Doctor::check()
        .dsn(dsn)
        .run()
        .fails("tcp/socket-refused")
        .exemplifies("tcp/socket-refused");
}

#[track_caller]
fn socket_refused(directory: &Path, words: &str) {
    let dsn = Server::shared().socket_dsn("app").host(&directory.display().to_string()).port(5432);
    let run = Doctor::check().dsn(dsn).run();
    run.fails("tcp/socket-refused");
    let title = run.finding("tcp/socket-refused")["title"].as_str().unwrap_or_default().to_owned();
    assert!(title.contains(words), "{title}");
}

#[test]
fn what_has_the_sockets_name_is_no_server() {
    let directory = workdir::fresh("socket");
    fs::write(directory.join(".s.PGSQL.5432"), "").expect("the directory is ours");
    socket_refused(&directory, "is not a socket that a server listens on");
    let directory = workdir::fresh("socket");
    let _datagrams = UnixDatagram::bind(directory.join(".s.PGSQL.5432")).expect("the directory is ours");
    socket_refused(&directory, "is not a socket that a server listens on");
    let directory = workdir::fresh("socket");
    let link = directory.join(".s.PGSQL.5432");
    std::os::unix::fs::symlink(&link, &link).expect("the directory is ours");
    socket_refused(&directory, "cannot be connected to");
}

#[test]
fn the_servers_queue_is_full() {
    let server = Server::with(|settings| settings.set("max_connections", "5"));
    let socket = server.socket_directory().join(format!(".s.PGSQL.{}", server.port()));
    server.signal("STOP");
    let waiting: Vec<_> = (0..400)
        .map(|_| {
            let socket = socket.clone();
            std::thread::spawn(move || UnixStream::connect(socket))
        })
        .collect();
    let full = (0..250).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        waiting.iter().any(|thread| !thread.is_finished())
    });
    assert!(full, "the queue takes all of them");
    let run = Doctor::check().dsn(server.socket_dsn("app")).run();
    run.fails("tcp/socket-refused");
    assert!(run.stdout.contains("its queue is full"), "{}", run.stdout);
    // Stopped, it would not end either.
    server.signal("CONT");
}

#[test]
fn the_sockets_path_is_too_long() {
    let directory = format!("/tmp/{}", "long".repeat(30));
    let run = Doctor::check().dsn(Server::shared().socket_dsn("app").host(&directory)).run();
    run.fails("tcp/socket-refused");
    let title = run.finding("tcp/socket-refused")["title"].as_str().unwrap_or_default().to_owned();
    assert!(title.contains("too long") && title.contains("107"), "{title}");
}

#[test]
fn the_socket_is_not_for_this_user() {
    let directory = workdir::fresh("socket");
    let _listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).expect("the directory is ours");
    let mode = if account::is_root() { 0o700 } else { 0o000 };
    fs::set_permissions(&directory, Permissions::from_mode(mode)).expect("the directory is ours");
    let dsn = Server::shared().socket_dsn("app").host(&directory.display().to_string()).port(5432);
    Doctor::check().dsn(dsn).by_an_ordinary_user().run().fails("tcp/socket-denied");
    fs::set_permissions(&directory, Permissions::from_mode(0o700)).expect("the directory is ours");
}

#[test]
fn the_server_listens_on_one_family_alone() {
    let network = need!(need!(Dns::shared()).network());
    let server = Server::with(|settings| settings.set("listen_addresses", "127.0.0.1"));
    let run = Doctor::check()
        .dsn(server.dsn("app").host("both.lab.test").sslmode("require"))
        .args(["--until", "auth"])
        .in_network(&network)
        .run();
    run.sound().warns("tcp/partly-reachable").exemplifies("tcp/partly-reachable");
    let title = run.finding("tcp/partly-reachable")["title"].to_string();
    assert!(title.contains("IPv6 addresses do not accept, its IPv4 addresses do"), "{title}");
}

#[test]
fn a_connect_timeout_is_compared_with_what_connecting_takes() {
    let slow = listen(Behaviour::Slow(Server::shared().port(), Duration::from_millis(700)));
    let call = |seconds: &str| {
        let dsn = Server::shared().dsn("app").port(slow).with("connect_timeout", seconds);
        Doctor::check().dsn(dsn).args(["--until", "auth"]).run()
    };
    call("1")
        .sound()
        .warns("config/connect-timeout-short")
        .exemplifies("config/connect-timeout-short");
    assert!(call("60").sound().codes().is_empty());
}
