//! What `dbdoctor explain` recognises: every text that the drivers, frameworks and servers were seen to print, and what is not ours.

mod harness;
mod cover;
mod rows;
mod texts;
