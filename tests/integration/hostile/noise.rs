//! What is no talk at all, or a word that is a lie or far too long.

use super::{after_the_first, at, survived};
use crate::harness::Doctor;
use crate::lab::attacker::{Act, listen_with_tls, message, refusal, request};
use crate::lab::authority;

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
