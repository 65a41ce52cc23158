//! Every line of the collected texts, with the code it has to give: `texts/NAME.txt` and, line by line, `texts/NAME.codes`.

use std::fs;
use std::path::Path;

use crate::harness::codes;

/// What stands in the `.codes` file for a line that is nothing of ours.
const NOTHING: &str = "-";

#[test]
fn every_collected_line_gives_its_code() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/texts");
    let mut wrong = Vec::new();
    let mut lines = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let expected = fs::read_to_string(path.with_extension("codes")).unwrap_or_default();
        let expected: Vec<&str> = expected.lines().collect();
        let mut seen = String::new();
        for (index, line) in text.lines().enumerate() {
            let codes = match codes(line) {
                codes if codes.is_empty() => NOTHING.to_owned(),
                codes => codes.join(" "),
            };
            lines += 1;
            if expected.get(index).copied().unwrap_or(NOTHING) != codes {
                wrong.push(format!(
                    "{}:{}: {codes}\n    {line}",
                    path.file_name().unwrap().to_string_lossy(),
                    index + 1
                ));
            }
            seen += &(codes + "\n");
        }
        if let Some(directory) = std::env::var_os("DBDOCTOR_WRITE_CODES") {
            fs::write(Path::new(&directory).join(path.with_extension("codes").file_name().unwrap()), seen).unwrap();
        }
    }
    assert!(lines > 900, "only {lines} lines were read");
    assert!(wrong.is_empty(), "{} lines\n{}", wrong.len(), wrong.join("\n"));
}
