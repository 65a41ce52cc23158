//! What `dbdoctor explain` recognises: every text that the drivers, frameworks and servers were seen to print, and what is not ours.

#![allow(clippy::unwrap_used)]

#[path = "../support/random.rs"]
mod random;

mod collectors;
mod counted;
mod cover;
mod harness;
mod logs;
mod messages;
mod not_ours;
mod pages;
mod pastes;
mod remembered;
mod rendered;
mod rows;
mod server_log;
mod texts;
mod translated;
