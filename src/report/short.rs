//! The report in one line.

use std::io::Write;

use super::{Out, Reporter};
use crate::diagnosis::Diagnosis;
use crate::finding::Finding;
use crate::foreign::escaped;
use crate::verdict::Verdict;

/// The report in one line.
pub struct Short(Out);

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Short")
    }
}

impl Short {
    /// Reports to `out`.
    #[must_use]
    pub fn new(out: Out) -> Self {
        Self(out)
    }
}

impl Reporter for Short {
    fn end(&mut self, diagnosis: &Diagnosis) {
        let line = escaped(&line(diagnosis)).replace('\n', " ");
        // A reader that has hung up wants no more.
        let _ = writeln!(self.0, "{line}");
    }
}

/// `fail auth/password-rejected: the server rejects the password of role "app"`
fn line(diagnosis: &Diagnosis) -> String {
    let gravest = diagnosis.findings().map(|finding| finding.severity).max();
    let first: Option<&Finding> = diagnosis.findings().find(|finding| Some(finding.severity) == gravest);
    let broken = diagnosis.layers.iter().find(|row| row.verdict == Verdict::Error);
    let verdict = diagnosis.verdict.name();
    match (diagnosis.verdict, first, broken) {
        (Verdict::Error, _, Some(row)) => format!("{verdict} {}: {}", row.layer, row.reason.as_deref().unwrap_or("unknown")),
        (Verdict::Fail | Verdict::Warn, Some(finding), _) => format!("{verdict} {}: {}", finding.kind.code(), finding.title),
        _ => {
            let passed = diagnosis.layers.iter().filter(|row| row.verdict == Verdict::Pass).count();
            let skipped = diagnosis.layers.iter().filter(|row| row.verdict == Verdict::Skip).count();
            format!("{verdict}: {passed} layers passed, {skipped} skipped")
        }
    }
}
