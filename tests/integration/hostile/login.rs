//! Servers that make something else of the login.

use super::{after_the_first, at, survived};
use crate::lab::attacker::{Act, listen, message, request};
use crate::lab::hostile::{self, Behaviour};

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

/// All of them, one after the other, and never content.
#[test]
fn every_way_in_a_row() {
    let all: Vec<u8> = (2..=12)
        .flat_map(|kind| [request(kind, b"abcd"), request(kind, b"SCRAM-SHA-256\0\0")])
        .flatten()
        .collect();
    let of_each = |kind| [Act::Read, Act::Send(request(kind, b"abcd"))];
    for (what, script) in [
        ("at once", vec![Act::Read, Act::Flood(all.clone())]),
        ("after each answer", vec![Act::Read, Act::Send(request(3, b"")), Act::Answer(all)]),
        ("one by one", (0..20).flat_map(|_| 2..=12).flat_map(of_each).collect()),
        (
            "SASL without end",
            vec![
                Act::Read,
                Act::Send(request(10, b"SCRAM-SHA-256\0\0")),
                Act::Answer(request(10, b"SCRAM-SHA-256\0\0")),
            ],
        ),
        (
            "mechanisms without end",
            vec![Act::Read, Act::Flood(request(10, &b"SCRAM-SHA-257\0".repeat(70_000)))],
        ),
    ] {
        let run = survived(&at(listen(script)).sslmode("disable"), what);
        assert_ne!(run.status, 0, "{what}");
    }
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
    let options = message(b'v', &[&[0, 3, 0, 0, 0, 0, 0xff, 0xff][..], &b"_pq_.x\0".repeat(0xffff)].concat());
    let lying_options = message(b'v', &[0, 3, 0, 0, 0x7f, 0xff, 0xff, 0xff]);
    let key = message(b'K', &[0; 256]);
    for (what, flood) in [
        ("notices", Act::Flood(notice.clone())),
        ("small notices", Act::Flood(message(b'N', b"\0").repeat(1_000))),
        ("notifications", Act::Flood(message(b'A', b"\0\0\0\0c\0p\0").repeat(1_000))),
        (
            "parameters",
            Act::Stream(|n| message(b'S', &[format!("p{n}\0").as_bytes(), &[b'v'; 1000], b"\0"].concat())),
        ),
        ("small parameters", Act::Stream(|n| message(b'S', format!("{n:x}\0\0").as_bytes()))),
        ("options that it does not know", Act::Flood(options)),
        ("more options than it names", Act::Flood(lying_options)),
        ("keys", Act::Flood(key)),
        ("leave to come in", Act::Flood(request(0, b""))),
    ] {
        survived(&at(after_the_first([flood.clone()])).sslmode("disable"), what);
        let admitted = after_the_first([Act::Send(request(0, b"")), flood]);
        survived(&at(admitted).sslmode("disable"), &format!("{what}, once let in"));
    }
}
