//! The fast search finds every text of the catalogue.

use dbdoctor::explain::catalogue;
use dbdoctor::explain::cover::{COVER, TRANSLATED};

#[test]
fn every_text_holds_a_literal_of_the_fast_search() {
    let missed: Vec<String> = catalogue::entries()
        .iter()
        .filter(|entry| {
            !entry
                .template
                .literals()
                .any(|literal| COVER.iter().any(|cover| literal.contains(cover)))
        })
        .map(|entry| entry.template.literals().collect::<Vec<_>>().join("…"))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn one_packed_searcher_takes_the_literals() {
    for (name, literals) in [("COVER", COVER), ("TRANSLATED", TRANSLATED)] {
        assert!(
            literals.len() <= 64,
            "{name} has {}: choose one that more texts share",
            literals.len()
        );
        assert!(literals.iter().all(|literal| (4..32).contains(&literal.len())), "{name}");
    }
}
