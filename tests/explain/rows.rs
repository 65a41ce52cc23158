//! One line per fault of the catalogue of faults: `code ~ text`, as the programs print it.

use crate::harness::all_give_their_codes;

#[test]
fn every_fault_gives_its_code() {
    all_give_their_codes(include_str!("rows.txt"), 140);
}
