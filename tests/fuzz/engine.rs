//! Makes texts out of others, and finds the one that breaks a reader.

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::random::Random;

/// What is spliced in: delimiters and digits of every language that is read here, bytes that are no text, long runs.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"'",
    b"\"",
    b"\"\"\"",
    b"\\",
    b"$",
    b"${A:-${B}}",
    b"%",
    b"%00",
    b"%i",
    b"@",
    b":",
    b"/",
    b"?",
    b"&",
    b"=",
    b"#",
    b",",
    b"[",
    b"]",
    b"{",
    b"}",
    b"(",
    b")",
    b"-1",
    b"0",
    b"65536",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"1e308",
    b"postgresql://",
    b"password=",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x04",
];

const LONGEST_RUN: usize = 20_000;

/// Gives the reader the corpus itself, and then so many texts made of it, or as many as `DBDOCTOR_FUZZ` says.
pub fn run(corpus: &str, texts: usize, reader: fn(&[u8], &mut Random)) {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let texts = number("DBDOCTOR_FUZZ").map_or(texts, |texts| usize::try_from(texts).expect("it fits"));
    let seed = number("DBDOCTOR_FUZZ_SEED").unwrap_or(0x5eed);
    let seeds = read_corpus(corpus);
    let mut random = Random(seed | 1);
    for text in &seeds {
        try_one(text, reader, &mut random);
    }
    for _ in 0..texts {
        try_one(&made_of(&seeds, &mut random), reader, &mut random);
    }
}

fn try_one(text: &[u8], reader: fn(&[u8], &mut Random), random: &mut Random) {
    let read = catch_unwind(AssertUnwindSafe(|| reader(text, random)));
    assert!(read.is_ok(), "it breaks on {} bytes: b\"{}\"", text.len(), text.escape_ascii());
}

fn read_corpus(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", directory.display());
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

fn made_of(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(40)).min(text.len());
        let piece = PIECES[random.below(PIECES.len())];
        match random.below(8) {
            0 => drop(text.splice(at..end, piece.iter().copied())),
            1 | 2 => drop(text.splice(at..at, piece.iter().copied())),
            3 => drop(text.drain(at..end)),
            4 if at < text.len() => text[at] ^= 1 << random.below(8),
            5 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                text.truncate(at);
                text.extend_from_slice(&other[from..]);
            }
            6 => {
                let again = text[at..end].to_vec();
                text.splice(at..at, again);
            }
            _ if random.below(20) == 0 => {
                let run = piece.repeat(random.below(LONGEST_RUN) / piece.len());
                text.splice(at..at, run);
            }
            _ => text.truncate(at),
        }
    }
    text
}
