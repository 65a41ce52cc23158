//! The binary.

use std::fs;

use super::scale::Scale;

pub fn print(scale: &Scale) {
    let bytes = fs::metadata(&scale.binary).expect("the binary is there").len();
    println!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
}
