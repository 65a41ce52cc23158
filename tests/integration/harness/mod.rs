//! Runs the binary with a scrubbed environment and judges what came out.

mod doctor;
mod normalise;
mod proof;
mod remedy;
mod run;

pub use doctor::Doctor;
pub use proof::{Patient, shell};
pub use remedy::apply;
