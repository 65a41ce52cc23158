//! Applications that answer for their page as no web server does.

use super::{MEMORY, survives};
use crate::harness::Doctor;
use crate::lab::attacker::{Act, listen};
use crate::lab::server::Server;

const HEAD: &[u8] = b"HTTP/1.1 500 no\r\n";

#[test]
fn a_page_without_end() {
    let escapes = b"HTTP/1.1 500 \x1b]0;owned\x07\r\nServer: \x1b[2J\r\n\r\n\xff\xfe\x1b[31m<p>\xc2\x9b31m</p>\x07";
    for (what, acts) in [
        ("nothing", vec![Act::Hold]),
        ("no HTTP", vec![Act::Flood(vec![0xff; 4096])]),
        (
            "a status without end",
            vec![Act::Send(b"HTTP/1.1 500 ".to_vec()), Act::Flood(vec![b'x'; 4096])],
        ),
        (
            "headers without end",
            vec![Act::Send(HEAD.to_vec()), Act::Flood(b"X-More: x\r\n".repeat(100))],
        ),
        (
            "a body without end",
            vec![Act::Send([HEAD, b"\r\n"].concat()), Act::Flood(vec![b'x'; 4096])],
        ),
        (
            "a chunk that is a lie",
            vec![Act::Send(
                [HEAD, b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"].concat(),
            )],
        ),
        (
            "a length that is a lie",
            vec![Act::Send([HEAD, b"Content-Length: 99999999999999999999\r\n\r\nx"].concat())],
        ),
        ("one byte a moment", vec![Act::Trickle([HEAD, b"\r\n", &[b'x'; 100]].concat())]),
        ("escapes", vec![Act::Send(escapes.to_vec())]),
    ] {
        let port = listen([vec![Act::Read], acts].concat());
        let run = survives(what, || {
            let call = Doctor::check().dsn(Server::shared().dsn("app")).args(["--timeout", "2s"]);
            let call = call.arg("--health-url").arg(format!("http://127.0.0.1:{port}/"));
            call.under(&["prlimit", MEMORY, "--core=0"]).run()
        });
        assert_ne!(run.status, 0, "{what}: {}{}", run.stdout, run.stderr);
    }
}
