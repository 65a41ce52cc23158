//! Servers that let the role in, and then send what nobody asked for.

use super::{at, survived};
use crate::lab::attacker::{Act, listen, message, row, welcome};

/// How many small messages are sent at once.
const AT_ONCE: usize = 1_000;

fn many(number: usize, one: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    (number * AT_ONCE..(number + 1) * AT_ONCE).flat_map(one).collect()
}

/// Each with a name of its own.
fn parameters(number: usize) -> Vec<u8> {
    many(number, |n| message(b'S', format!("{n:x}\0\0").as_bytes()))
}

fn description(columns: u16) -> Vec<u8> {
    let column = [&b"\0"[..], &[0; 18]].concat();
    message(b'T', &[&columns.to_be_bytes()[..], &column.repeat(columns.into())].concat())
}

/// Every value NULL.
fn empty_row(columns: u16) -> Vec<u8> {
    message(b'D', &[&columns.to_be_bytes()[..], &[0xff; 4].repeat(columns.into())].concat())
}

#[test]
fn it_floods_the_session() {
    let big_row = row(&vec![b'z'; 60_000]);
    let declared = [&b"D"[..], &0x7fff_ffff_u32.to_be_bytes()].concat();
    let error = message(b'E', &[&b"SERROR\0C42P01\0M"[..], &[b'x'; 1000], b"\0\0"].concat());
    let long_error = [&b"SERROR\0C42P01\0M"[..], &vec![b'x'; 100_000_000], b"\0\0"].concat();
    let notice = message(b'N', &[&b"SNOTICE\0C00000\0M"[..], &[b'n'; 100], b"\0\0"].concat());
    let wide_rows = [description(i16::MAX.unsigned_abs()), empty_row(i16::MAX.unsigned_abs()).repeat(4)].concat();
    for (what, acts) in [
        ("rows", vec![Act::Flood(big_row)]),
        (
            "a row of two gigabytes",
            vec![Act::Send([&declared[..], &[0; 1000]].concat()), Act::Hold],
        ),
        (
            "a row of two gigabytes that comes",
            vec![Act::Send(declared), Act::Flood(vec![0; 65536])],
        ),
        (
            "small rows",
            vec![Act::Send(description(1)), Act::Flood(empty_row(1).repeat(AT_ONCE))],
        ),
        (
            "rows of nothing",
            vec![Act::Send(description(0)), Act::Flood(empty_row(0).repeat(AT_ONCE))],
        ),
        ("wide rows", vec![Act::Flood(wide_rows)]),
        ("descriptions", vec![Act::Flood(description(u16::MAX))]),
        ("notices", vec![Act::Flood(notice)]),
        (
            "notifications",
            vec![Act::Stream(|number| {
                many(number, |n| message(b'A', &[&[0; 4], format!("c{n}\0p\0").as_bytes()].concat()))
            })],
        ),
        ("parameters", vec![Act::Stream(parameters)]),
        ("errors", vec![Act::Flood(error)]),
        ("a long error", vec![Act::Send(message(b'E', &long_error)), Act::Hold]),
        ("ends", vec![Act::Flood(message(b'C', b"SELECT 0\0").repeat(AT_ONCE))]),
        ("readiness", vec![Act::Flood(message(b'Z', b"I").repeat(AT_ONCE))]),
        ("copies out", vec![Act::Flood(message(b'H', &[0; 3]))]),
        ("copies in", vec![Act::Flood(message(b'G', &[0; 3]))]),
        ("nonsense", vec![Act::Flood(message(b'?', &[0; 100]))]),
    ] {
        let script = [vec![Act::Read, Act::Send(welcome()), Act::Read], acts];
        survived(&at(listen(script.concat())).sslmode("disable"), what);
    }
}

/// Before it is asked anything.
#[test]
fn it_floods_who_has_just_come_in() {
    for (what, act) in [
        ("rows", Act::Flood(row(b"1"))),
        ("errors", Act::Flood(message(b'E', b"SERROR\0C42P01\0Mno\0\0"))),
        ("readiness", Act::Flood(message(b'Z', b"I").repeat(AT_ONCE))),
        ("parameters", Act::Stream(parameters)),
    ] {
        let script = vec![Act::Read, Act::Send(welcome()), act];
        survived(&at(listen(script)).sslmode("disable"), what);
    }
}

#[test]
fn rows_that_nobody_asked_for() {
    let unasked = [row(b"1"), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let port = listen(vec![Act::Read, Act::Send([welcome(), unasked].concat()), Act::Hold]);
    survived(&at(port).sslmode("disable"), "at once");
    let deep = b"[".repeat(50_000);
    let lists = [&b"["[..], &b"[],".repeat(1_000_000), b"[]]"].concat();
    let objects = [&b"["[..], &b"{},".repeat(1_000_000), b"{}]"].concat();
    for value in [&b"\xff\xfe\x1b"[..], b"", b"1", b"[1, {}]", &deep, &lists, &objects] {
        let answer = [row(value), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
        let port = listen(vec![Act::Read, Act::Send(welcome()), Act::Answer(answer)]);
        survived(&at(port).sslmode("disable"), &format!("{} bytes to every question", value.len()));
    }
}
