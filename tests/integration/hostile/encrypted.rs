//! TLS that stalls, never ends, or brings more than anybody needs.

use super::{after_the_first, at, survived};
use crate::harness::Doctor;
use crate::lab::attacker::{Act, listen_with_tls, request, stall_after, welcome};
use crate::lab::authority;
use crate::lab::forged_tls::{self, Flood};
use crate::lab::server::Server;

#[test]
fn tls_that_stalls_at_every_step() {
    for bytes in [0, 1, 2, 6, 60, 128, 1000, 2000] {
        let port = stall_after(Server::shared().port(), bytes);
        survived(&Server::shared().dsn("app").port(port), &format!("after {bytes} bytes"));
    }
}

#[test]
fn tls_records_without_end() {
    let consent = Act::Send(b"S".to_vec());
    for (what, record) in [
        ("warnings", b"\x15\x03\x03\x00\x02\x01\x5a".repeat(100)),
        ("nothing", b"\x16\x03\x03\x00\x00".repeat(100)),
        (
            "a message of 16 megabytes",
            [&b"\x16\x03\x03\x40\x00\x02\xff\xff\xff"[..], &[0; 16380]].concat(),
        ),
    ] {
        let port = after_the_first([consent.clone(), Act::Read, Act::Flood(record)]);
        survived(&at(port).sslmode("require"), what);
    }
}

/// In the login, and once the role is let in.
#[test]
fn another_handshake_without_end() {
    for flood in Flood::ALL {
        for first in [request(3, b""), welcome()] {
            let port = forged_tls::listen(&authority::get().server, first, flood);
            let run = survived(&Server::shared().dsn("app").port(port), &format!("{flood:?}"));
            // The forgery is good.
            assert!(!run.stdout.contains("bad record mac"), "{}", run.stdout);
        }
    }
}

#[test]
fn a_chain_of_thousands() {
    let authority = authority::get();
    for length in [20, 3000] {
        let root = std::fs::read(&authority.root).expect("the authority wrote it");
        let identity = authority.server.followed_by(&root, length);
        let port = listen_with_tls(&identity, vec![Act::Read, Act::Hold]);
        survived(&Server::shared().dsn("app").port(port), &format!("{length} certificates"));
    }
}

#[test]
fn a_certificate_with_thousands_of_names() {
    let script = vec![Act::Read, Act::Send(welcome()), Act::Hold];
    let port = listen_with_tls(&authority::get().crowded, script);
    let dsn = Server::shared().dsn("app").port(port);
    let run = survived(&dsn, "the wrong names");
    run.fails("tls/host-mismatch");
    assert!(run.stdout.contains("1990 more"), "{}", run.stdout);
    let call = Doctor::check().dsn(dsn.sslmode("verify-ca")).args(["-v", "--timeout", "1s"]);
    let run = call.in_format("human");
    assert!(run.stdout.len() < 16 * 1024, "{} bytes", run.stdout.len());
}
