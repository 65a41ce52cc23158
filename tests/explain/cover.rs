//! The fast search finds every text of the catalogue.

use dbdoctor::explain::catalogue;
use dbdoctor::explain::cover::TRANSLATED;
use dbdoctor::explain::finder::{Places, Sign};

#[test]
fn every_text_is_found_wherever_it_stands() {
    let missed: Vec<String> = catalogue::entries()
        .iter()
        .map(|entry| entry.template.literals().collect::<Vec<_>>().join("a value"))
        .filter(|text| {
            (0..16).any(|before| {
                let line = format!("{}{text}", &"ordinary words: "[before..]);
                let mut places = Places::of(line.as_bytes());
                let mut signs = std::iter::from_fn(|| places.next(0)).map(|place| place.sign);
                !signs.any(|sign| matches!(sign, Sign::Certain | Sign::Vague))
            })
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn one_packed_searcher_takes_the_literals_of_other_languages() {
    let count = TRANSLATED.len();
    assert!(count <= 64, "there are {count}: choose one that more texts share");
    assert!(TRANSLATED.iter().all(|literal| (4..32).contains(&literal.len())));
}
