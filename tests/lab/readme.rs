//! The parts of the README that are made from the program: compared, and with `DBDOCTOR_UPDATE=1` written anew.

use std::fs;
use std::path::Path;

/// Compares the part of this name with what it has to be, after `same` has taken away what may differ.
pub fn has(name: &str, expected: &str, same: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README is there");
    let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
    let from = readme.find(&start).unwrap_or_else(|| panic!("the README has no part {name}")) + start.len();
    let to = from + readme[from..].find(end).expect("every part ends");
    let expected = format!("{}\n", expected.trim_end());
    if same(&readme[from..to]) == same(&expected) {
        return;
    }
    if std::env::var_os("DBDOCTOR_UPDATE").is_some() {
        fs::write(&path, format!("{}{expected}{}", &readme[..from], &readme[to..])).expect("the README can be written");
        return;
    }
    panic!("{name} of the README has to be (DBDOCTOR_UPDATE=1 writes it):\n{expected}");
}
