//! The lists against each other: every finding has its file, its texts, its exit code in the README, and a scenario.

#![allow(clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dbdoctor::exit_code::ExitCode;
use dbdoctor::finding::page::{Block, HEADINGS, Page};
use dbdoctor::finding::{self, Kind};
use dbdoctor::layer::Layer;
use dbdoctor::remedy::Place;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file_of(kind: &Kind) -> PathBuf {
    let file = format!("src/finding/{}/{}.rs", kind.layer, kind.slug.replace('-', "_"));
    root().join(file)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn each_code_is_there_once_and_well_formed() {
    let mut seen = BTreeSet::new();
    for kind in finding::ALL {
        let code = kind.code().to_string();
        assert!(seen.insert(code.clone()), "{code} is there twice");
        let words: Vec<&str> = kind.slug.split('-').collect();
        let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert!(words.iter().all(is_word), "{code} is not in kebab case");
        assert_eq!(finding::by_code(&code).map(Kind::code), Some(kind.code()));
    }
}

#[test]
fn each_finding_is_in_the_file_of_its_name_and_each_file_in_the_list() {
    let mut listed = BTreeSet::new();
    for kind in finding::ALL {
        let file = file_of(kind);
        let text = read(&file);
        let layer = format!("layer: Layer::{:?},", kind.layer);
        assert!(
            text.contains(&layer) && text.contains(&format!("slug: \"{}\",", kind.slug)),
            "{}",
            file.display()
        );
        listed.insert(file);
    }
    for layer in Layer::ALL {
        let files = entries(&root().join(format!("src/finding/{layer}")));
        for file in files {
            assert!(
                listed.contains(&file.with_extension("rs")),
                "{} is not in the catalogue",
                file.display()
            );
        }
    }
}

#[test]
fn each_title_is_a_fragment_that_stands_alone() {
    for kind in finding::ALL {
        let first = kind.title.split(' ').next().unwrap_or_default();
        let acronym = first.chars().count() > 1 && first.chars().all(|c| !c.is_lowercase());
        let name = ["PostgreSQL", "PgBouncer", "Alembic", "Django"].contains(&first);
        let lowercase = first.starts_with(|c: char| !c.is_uppercase());
        assert!(lowercase || acronym || name, "{}: {}", kind.code(), kind.title);
        assert!(
            !kind.title.ends_with('.') && !kind.title.trim().is_empty(),
            "{}: {}",
            kind.code(),
            kind.title
        );
    }
}

#[test]
fn each_finding_has_its_page_with_the_same_sections() {
    for kind in finding::ALL {
        let code = kind.code().to_string();
        let page = Page::of(kind);
        let text = page.markdown();
        assert_eq!(text, read(file_of(kind).with_extension("md")), "{code}");
        assert!(text.starts_with(&format!("# {code}\n\n## ")), "{code}");
        let sections: Vec<_> = page.sections().collect();
        let headings: Vec<&str> = sections.iter().map(|section| section.heading).collect();
        assert_eq!(headings, HEADINGS, "{code}");
        for section in &sections {
            let numbers = section.blocks.iter().filter_map(|block| match block {
                Block::Item(mark, _) => mark.strip_suffix('.'),
                Block::Paragraph(_) | Block::Check(_) | Block::Code(_) => None,
            });
            let counted: Vec<String> = numbers.clone().zip(1..).map(|(_, number)| number.to_string()).collect();
            assert_eq!(numbers.collect::<Vec<_>>(), counted, "{code}: {}", section.heading);
            let is_right = |block: &Block| match section.heading {
                "Causes, most likely first" => matches!(block, Block::Item(mark, _) if *mark != "-") || matches!(block, Block::Check(_)),
                "The fix" => matches!(block, Block::Item("-", _) | Block::Code(_)),
                "Example" => matches!(block, Block::Paragraph(_) | Block::Code(_)),
                _ => matches!(block, Block::Paragraph(_)),
            };
            assert!(
                !section.blocks.is_empty() && section.blocks.iter().all(is_right),
                "{code}: {section:?}"
            );
        }
    }
}

#[test]
fn each_cause_has_its_check_and_each_way_out_its_place() {
    for kind in finding::ALL {
        let code = kind.code();
        let page = Page::of(kind);
        let blocks = |heading| {
            page.sections()
                .find(|section| section.heading == heading)
                .expect("the section")
                .blocks
        };
        for pair in blocks("Causes, most likely first").chunks(2) {
            assert!(matches!(pair, [Block::Item(..), Block::Check(_)]), "{code}: {pair:?}");
        }
        for block in blocks("The fix") {
            if let Block::Item(_, text) = block {
                assert!(Place::before(&text).is_some(), "{code}: {text}");
            }
        }
    }
}

#[test]
fn each_page_keeps_to_the_style_and_names_neighbours_that_exist() {
    for kind in finding::ALL {
        // What programs print keeps to a style of its own.
        let own = Page::of(kind).markdown().split("\n## Example\n").next().unwrap_or_default();
        let text = own.to_lowercase();
        for unwanted in ["please", "oops", "try again later"] {
            assert!(!text.contains(unwanted), "{}: {unwanted}", kind.code());
        }
        for word in text.split(|c: char| c.is_whitespace() || ",;:.()\"`".contains(c)) {
            let Some((layer, _)) = word.split_once('/') else { continue };
            if Layer::ALL.iter().any(|known| known.to_string() == layer) {
                assert!(finding::by_code(word).is_some(), "{} names {word}", kind.code());
            }
        }
    }
}

#[test]
fn each_layer_has_its_exit_code_in_the_readme() {
    let readme = read(root().join("README.md"));
    for (layer, number) in Layer::ALL.into_iter().zip(10..) {
        assert_eq!(ExitCode::Layer(layer).number(), number, "{layer}");
        let (start, end) = (format!("| `{layer}` | "), format!(" | {number} |"));
        let rows = readme.lines().filter(|line| line.starts_with(&start) && line.ends_with(&end));
        assert_eq!(rows.count(), 1, "{layer}");
    }
}

#[test]
fn each_finding_up_to_the_login_has_a_scenario() {
    let scenarios: String = entries(&root().join("tests/integration"))
        .into_iter()
        // Those of proofs lie deeper: a proof begins where the scenario ends.
        .filter(|path| path.is_file())
        .map(read)
        .collect();
    for kind in finding::ALL {
        if [Layer::Dns, Layer::Tcp, Layer::Tls, Layer::Auth].contains(&kind.layer) {
            assert!(
                scenarios.contains(&format!("\"{}\"", kind.code())),
                "{} has no scenario",
                kind.code()
            );
        }
    }
}

/// Seen on a real server, and long in coming: the numbers are replaced in `tests/grants/pool.rs`.
const SLOW: &[&str] = &["pool/connection-leak", "pool/long-transaction", "pool/prepared-transaction"];

/// What the code of a scenario says that it is the example of: a code, or the proof's own that stands above it.
fn exemplified(code: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (at, call) in code.match_indices("exemplifies(") {
        let argument = &code[at + call.len()..];
        if let Some(literal) = argument.strip_prefix('"') {
            codes.extend(literal.split('"').next().map(str::to_owned));
        } else {
            codes.extend(
                code[..at]
                    .split('"')
                    .rfind(|text| finding::by_code(text).is_some())
                    .map(str::to_owned),
            );
        }
    }
    codes
}

#[test]
fn each_example_that_is_a_report_is_played_by_a_scenario() {
    let mut played = BTreeSet::new();
    let mut directories = vec![root().join("tests/integration")];
    while let Some(directory) = directories.pop() {
        for path in entries(&directory) {
            if path.is_dir() {
                directories.push(path);
            } else {
                played.extend(exemplified(&read(path)));
            }
        }
    }
    for kind in finding::ALL {
        let code = kind.code().to_string();
        let example = Page::of(kind).sections().find(|section| section.heading == "Example");
        let is_report = match example.expect("each page has one").blocks.as_slice() {
            [Block::Code(lines)] => ["✗ FAIL  ", "! warn  ", "  info  "]
                .iter()
                .any(|mark| lines[0].strip_prefix(mark) == Some(&code)),
            [Block::Paragraph(source), Block::Code(_)] => {
                assert!(source.ends_with(':'), "{code} says of its example: {source}");
                false
            }
            blocks => panic!("{code}: {blocks:?}"),
        };
        assert_eq!(is_report, played.contains(&code) || SLOW.contains(&code.as_str()), "{code}");
    }
}
