//! Runs the binary with a scrubbed environment and judges what came out.

mod doctor;
mod normalise;
mod page;
mod proof;
pub mod reader;
mod remedy;
mod run;

pub use doctor::Doctor;
pub use proof::Patient;
pub use remedy::apply;
pub use run::Run;
