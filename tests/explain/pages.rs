//! The examples of the findings' pages: each text gives the code of its page, and was collected from what programs print.

use std::fs;
use std::path::Path;

use dbdoctor::finding::page::{Block, Page};
use dbdoctor::finding::{self, Kind};

use crate::harness::groups;

/// Words of proxies that their providers alone run.
const PROVIDERS: &[&str] = &["auth/address-not-allowed", "auth/endpoint-missing", "auth/tenant-unknown"];

/// What the page quotes; reports of this program's own are played by scenarios.
fn quoted(kind: &Kind) -> Vec<String> {
    let sections = Page::of(kind).sections().filter(|section| section.heading == "Example");
    let texts = sections.flat_map(|section| section.blocks).filter_map(|block| match block {
        Block::Code(lines) => Some(lines),
        Block::Paragraph(_) | Block::Item(..) | Block::Check(_) => None,
    });
    let code = format!(" {}", kind.code());
    texts
        .filter(|lines| !lines[0].ends_with(&code))
        .map(|lines| lines.join("\n") + "\n")
        .collect()
}

#[test]
fn every_quoted_text_gives_the_code_of_its_page() {
    let mut texts = 0;
    let mut wrong = Vec::new();
    for kind in finding::ALL {
        let code = kind.code().to_string();
        for text in quoted(kind) {
            texts += 1;
            let seen: Vec<(String, String)> = groups(&text)
                .iter()
                .map(|group| (group.first.kind.code().to_string(), group.finding().title))
                .collect();
            let is_right = matches!(&seen[..], [(seen, title)] if *seen == code && !title.is_empty() && !title.contains('<'));
            if !is_right {
                wrong.push(format!("{code}: {seen:?}\n{text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(texts > 90, "only {texts} texts");
}

/// A line without its numbers and the width of its blanks.
fn words(line: &str) -> String {
    let pieces = line.split(|c: char| c.is_ascii_digit()).filter(|piece| !piece.is_empty());
    let line = pieces.collect::<Vec<_>>().join("#").replace("PORT", "#");
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_quoted_line_was_collected() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    let mut collected = String::new();
    for file in ["messages.txt", "rows.txt"] {
        collected += &fs::read_to_string(directory.join(file)).unwrap();
    }
    for entry in fs::read_dir(directory.join("texts")).unwrap() {
        collected += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let collected = collected
        .replace("apppw", "***")
        .replace("Error: '", "Error: ")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\'", "'")
        .replace(" | ", "\n");
    let collected: Vec<String> = collected.lines().map(words).collect();
    let missing: Vec<String> = finding::ALL
        .iter()
        .filter(|kind| !PROVIDERS.contains(&kind.code().to_string().as_str()))
        .flat_map(|kind| quoted(kind).into_iter().map(move |text| (kind.code(), text)))
        .flat_map(|(code, text)| text.lines().map(|line| format!("{code}: {line}")).collect::<Vec<_>>())
        .filter(|line| {
            let line = words(line.split_once(": ").unwrap().1);
            !collected.iter().any(|collected| collected.contains(&line))
        })
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_is_told_of_a_text_is_in_paragraphs_that_begin_as_sentences_do() {
    // The names of programs and settings keep their letters.
    const NAMES: [&str; 6] = ["libpq", "pg8000", "psycopg", "pg_hba.conf", "channel_binding", "statement_timeout"];
    for text in finding::ALL.iter().flat_map(|kind| quoted(kind)) {
        let detail = groups(&text)[0].finding().detail;
        for paragraph in detail.split("\n\n") {
            let is_name = NAMES.iter().any(|name| paragraph.starts_with(name));
            assert!(is_name || !paragraph.starts_with(|c: char| c.is_lowercase()), "{detail}");
        }
        assert!(detail.split("\n\n").count() > 1, "{detail}");
    }
}
