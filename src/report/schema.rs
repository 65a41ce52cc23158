//! The JSON Schema of every document that `--format json` prints.

use std::io::Write;

/// Kept true by the tests, which hold every output of every scenario against it.
const SCHEMA: &str = include_str!("schema.json");

/// Prints it.
pub fn write(out: &mut dyn Write) {
    // A reader that has hung up wants no more.
    let _ = out.write_all(SCHEMA.as_bytes());
}
