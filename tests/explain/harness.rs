//! Reads a text as `explain` does.

use dbdoctor::explain::group::Group;
use dbdoctor::explain::scan::Scanner;

/// What was recognised, the lowest layer first.
pub fn groups(log: impl AsRef<[u8]>) -> Vec<Group> {
    let mut scanner = Scanner::default();
    scanner.feed(log.as_ref());
    scanner.finish().groups
}

/// The codes of what was recognised, the lowest layer first.
pub fn codes(log: impl AsRef<[u8]>) -> Vec<String> {
    groups(log).iter().map(|group| group.first.kind.code().to_string()).collect()
}
