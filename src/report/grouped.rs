//! The findings of many targets, each once.

use std::cmp::Reverse;

use crate::diagnosis::Diagnosis;
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;

/// How many targets are named.
const NAMED: usize = 12;

/// A finding, with the targets that have it.
pub struct Group<'a> {
    pub finding: &'a Finding,
    targets: Vec<String>,
}

impl Group<'_> {
    /// ` on web, jobs and 12 more targets`; nothing where there is only one target anyway.
    pub fn on(&self, outcome: &Outcome) -> String {
        if let Outcome::One(_) = outcome {
            return String::new();
        }
        let named = &self.targets[..self.targets.len().min(NAMED)];
        match self.targets.len() - named.len() {
            0 => format!(" on {}", named.join(", ")),
            more => format!(" on {} and {more} more targets", named.join(", ")),
        }
    }
}

/// The findings from this severity on: the gravest first, and the most frequent of those.
pub fn findings(diagnoses: &[Diagnosis], from: Severity) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for diagnosis in diagnoses {
        for finding in diagnosis.findings().filter(|finding| finding.severity >= from) {
            match groups.iter_mut().find(|group| is_same(group.finding, finding)) {
                Some(group) => group.targets.push(diagnosis.name()),
                None => groups.push(Group {
                    finding,
                    targets: vec![diagnosis.name()],
                }),
            }
        }
    }
    groups.sort_by_key(|group| (Reverse(group.finding.severity), Reverse(group.targets.len())));
    groups
}

/// Whether one text serves for both: measured times may differ, what is to be done may not.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let steps = |finding: &Finding| {
        let remedy = finding.remedy.as_ref();
        let steps = remedy.into_iter().flat_map(|remedy| remedy.steps.clone());
        steps.map(|step| (step.database, step.text, step.run)).collect::<Vec<_>>()
    };
    one.is(other.kind) && one.severity == other.severity && one.title == other.title && steps(one) == steps(other)
}
