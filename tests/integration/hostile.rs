//! Whatever answers: a finding or exit code 3 within the time limit, in little memory, and nothing of it raw on the screen.

use std::time::{Duration, Instant};

use crate::harness::{Doctor, Run};
use crate::lab::attacker::{Act, listen, listen_with_tls, message, refusal, request, row, stall_after, welcome};
use crate::lab::authority;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{self, Behaviour};
use crate::lab::network::Network;
use crate::lab::rogue_dns::Lie;
use crate::lab::server::Server;
use crate::lab::skip::need;

/// Some hundred MiB, the binary's own included: what a small container has.
const MEMORY: &str = "--data=300000000";

/// Far above any limit that the binary is given: a loaded machine is slow.
const LONGEST: Duration = Duration::from_mins(1);

/// The codes that a peer may get: of what answers, and of what the answers mean.
const NO_LAYER_ABOVE: [i32; 5] = [3, 11, 12, 13, 14];

#[track_caller]
fn survived(dsn: &Dsn, what: &str) -> Run {
    let began = Instant::now();
    let run = Doctor::check()
        .dsn(dsn)
        .args(["--timeout", "1s"])
        .under(&["prlimit", MEMORY, "--core=0"])
        .run();
    assert!(began.elapsed() < LONGEST, "{what}: {:?}", began.elapsed());
    assert!(
        NO_LAYER_ABOVE.contains(&run.status),
        "{what}: exit code {}\n{}{}",
        run.status,
        run.stdout,
        run.stderr
    );
    assert!(!run.stderr.contains("a fault of the doctor's own"), "{what}: {}", run.stderr);
    run.json();
    assert!(run.stdout.len() < 64 * 1024, "{what}: {} bytes", run.stdout.len());
    let raw = run
        .stdout
        .chars()
        .find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(raw, None, "{what}");
    run
}

fn at(port: u16) -> Dsn {
    Dsn::new("app", port, "shop").host("127.0.0.1")
}

/// A peer that has read the first message.
fn after_the_first(script: impl IntoIterator<Item = Act>) -> u16 {
    listen(std::iter::once(Act::Read).chain(script).collect())
}

#[test]
fn bytes_that_mean_nothing() {
    let noise: Vec<u8> = (0..=255).cycle().take(4096).map(|n: u8| n.wrapping_mul(167) ^ 0x5a).collect();
    let scripts: [(&str, Vec<Act>); 7] = [
        ("noise", vec![Act::Send(noise.clone()), Act::Hold]),
        ("noise for ever", vec![Act::Flood(noise)]),
        ("zeros for ever", vec![Act::Flood(vec![0; 65536])]),
        ("an answer of one byte a moment", vec![Act::Trickle(request(3, &[0; 100]))]),
        ("an error of one byte a moment", vec![Act::Trickle(refusal("28P01", &[b'x'; 100]))]),
        ("half an error", vec![Act::Send(refusal("28P01", b"hello")[..20].to_vec())]),
        ("consent for ever", vec![Act::Flood(b"S".repeat(4096))]),
    ];
    for (what, script) in scripts {
        for mode in ["disable", "require"] {
            survived(&at(after_the_first(script.clone())).sslmode(mode), what);
        }
    }
}

#[test]
fn lengths_that_are_lies() {
    for length in [0, 1, 3, 0x7fff_ffff, 0xffff_ffff_u32] {
        for tag in *b"RSKENZv" {
            let lie = [&[tag][..], &length.to_be_bytes(), b"abc"].concat();
            let run = survived(
                &at(after_the_first([Act::Send(lie), Act::Hold])).sslmode("disable"),
                &format!("{tag} {length}"),
            );
            assert_ne!(run.status, 0);
        }
    }
}

#[test]
fn an_error_message_of_a_hundred_megabytes() {
    let body = [&b"SFATAL\0C28P01\0M"[..], &vec![b'x'; 100_000_000], b"\0\0"].concat();
    let script = vec![Act::Send(message(b'E', &body)), Act::Hold];
    survived(&at(after_the_first(script.clone())).sslmode("disable"), "in the login");
    survived(
        &at(after_the_first(script.clone())).sslmode("require"),
        "in answer to the SSLRequest",
    );
    let mut all = vec![Act::Read];
    all.extend(script);
    let port = listen_with_tls(&authority::get().server, all);
    survived(&at(port).sslmode("require"), "behind TLS");
}

#[test]
fn an_error_message_that_plays_with_the_terminal() {
    let text = b"\xff\xfe\x1b]0;owned\x07\x1b[2J\x1b[31m \xc2\x9b31m \xe2\x80\xae gnp.exe \r\x08\x7f";
    let dsn = at(after_the_first([Act::Send(refusal("28P01", text)), Act::Hold])).sslmode("disable");
    survived(&dsn, "json");
    for format in ["human", "short", "markdown", "github", "junit", "prometheus", "nagios"] {
        let run = Doctor::check()
            .dsn(&dsn)
            .args(["-v", "--timeout", "1s", "--color", "never"])
            .in_format(format);
        let raw = run.stdout.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
        assert_eq!(raw, None, "{format}: {:?}", run.stdout);
        assert!(!run.stdout.contains('\u{202e}'), "{format}");
    }
}

#[test]
fn every_way_to_ask_who_is_there() {
    for kind in (0..16).chain([99, u32::MAX]) {
        for more in [
            &b""[..],
            b"ab",
            b"abcd",
            b"SCRAM-SHA-256\0\0",
            b"SCRAM-SHA-256",
            b"OAUTHBEARER\0\0",
            b"\0\0\0",
        ] {
            let script = [Act::Send(request(kind, more)), Act::Read];
            let run = survived(&at(after_the_first(script)).sslmode("disable"), &format!("{kind} {more:?}"));
            let answered = run.codes();
            assert!(
                !answered.contains(&"auth/server-unproven".to_owned()),
                "{kind} {more:?}: {answered:?}"
            );
        }
    }
    let again_and_again = listen(vec![vec![Act::Read, Act::Send(request(3, b""))]; 50].concat());
    survived(&at(again_and_again).sslmode("disable"), "a password again and again");
}

#[test]
fn more_rounds_of_scram_than_anybody_waits_for() {
    for count in ["100001", "2147483647", "4294967295"] {
        let dsn = at(hostile::listen(Behaviour::Iterations(count))).sslmode("disable");
        let run = survived(&dsn, count);
        assert_eq!(run.status, 3, "{count}: {}", run.stdout);
        assert!(run.stdout.contains("scram_iterations"), "{count}: {}", run.stdout);
    }
    for count in ["0", "-1", "4294967296", "99999999999999999999999", "", "x"] {
        survived(&at(hostile::listen(Behaviour::Iterations(count))).sslmode("disable"), count);
    }
}

#[test]
fn it_closes_after_each_message() {
    let words = [
        request(0, b""),
        message(b'S', b"server_version\x0015.4\0"),
        message(b'K', &[0; 8]),
        message(b'Z', b"I"),
    ];
    for count in 0..=words.len() {
        let script = words[..count].iter().cloned().map(Act::Send);
        survived(&at(after_the_first(script)).sslmode("disable"), &format!("after {count}"));
    }
}

#[test]
fn it_floods_the_login() {
    let notice = message(b'N', &[&b"SNOTICE\0C00000\0M"[..], &[b'n'; 1000], b"\0\0"].concat());
    let parameters: Vec<u8> = (0..500)
        .flat_map(|n| message(b'S', &[format!("p{n}\0").as_bytes(), &[b'v'; 1000], b"\0"].concat()))
        .collect();
    survived(&at(after_the_first([Act::Flood(notice)])).sslmode("disable"), "notices");
    survived(
        &at(after_the_first([Act::Send(request(0, b"")), Act::Flood(parameters)])).sslmode("disable"),
        "parameters",
    );
}

#[test]
fn it_floods_the_session() {
    let admitted = |act: Act| listen(vec![Act::Read, Act::Send(welcome()), Act::Read, act, Act::Hold]);
    let rows = row(&vec![b'z'; 60_000]);
    survived(&at(admitted(Act::Flood(rows))).sslmode("disable"), "rows");
    let declared = [&b"D"[..], &0x7fff_ffff_u32.to_be_bytes(), &[0; 1000]].concat();
    survived(&at(admitted(Act::Repeat(declared, 1))).sslmode("disable"), "a row of two gigabytes");
    let zeros = [&b"D"[..], &0x7fff_ffff_u32.to_be_bytes()].concat();
    let port = listen(vec![
        Act::Read,
        Act::Send(welcome()),
        Act::Read,
        Act::Send(zeros),
        Act::Flood(vec![0; 65536]),
    ]);
    survived(&at(port).sslmode("disable"), "a row of two gigabytes that comes");
}

#[test]
fn rows_that_nobody_asked_for() {
    let unasked = [row(b"1"), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let port = listen(vec![Act::Read, Act::Send([welcome(), unasked].concat()), Act::Hold]);
    survived(&at(port).sslmode("disable"), "at once");
    let deep = b"[".repeat(50_000);
    for value in [&b"\xff\xfe\x1b"[..], b"", b"1", b"[1, {}]", &deep] {
        let answer = [row(value), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
        let port = listen(vec![Act::Read, Act::Send(welcome()), Act::Answer(answer)]);
        survived(&at(port).sslmode("disable"), &format!("{} bytes to every question", value.len()));
    }
}

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

#[test]
fn a_name_with_a_thousand_addresses() {
    let hosts: Vec<String> = (0..1_000)
        .map(|n| format!("127.9.{}.{} many.lab.test\n", n / 250, n % 250 + 1))
        .collect();
    let network = need!(Network::isolated_with_hosts(&hosts.concat()));
    for format in ["json", "human", "short", "markdown"] {
        let call = Doctor::check().dsn(Dsn::new("app", 5432, "shop").host("many.lab.test"));
        let run = call.args(["--timeout", "5s", "-v"]).in_network(&network).in_format(format);
        assert!([3, 12].contains(&run.status), "{format}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.len() < 16 * 1024, "{format}: {} bytes", run.stdout.len());
    }
}

#[test]
fn name_servers_that_lie() {
    for lie in Lie::ALL {
        let network = need!(lie.network());
        let began = Instant::now();
        let run = Doctor::check()
            .dsn(Dsn::new("app", 5432, "shop").host("db.lab.test"))
            .args(["--timeout", "2s"])
            .in_network(&network)
            .run();
        assert!(began.elapsed() < LONGEST, "{lie:?}: {:?}", began.elapsed());
        assert!([3, 11].contains(&run.status), "{lie:?}: {}", run.stdout);
        assert!(run.stderr.is_empty(), "{lie:?}: {}", run.stderr);
    }
}
