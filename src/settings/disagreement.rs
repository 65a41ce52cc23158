//! Compares the settings that win with the others of the same place.

use super::choice::{Bag, Chosen};
use super::source::Source;
use super::variables::{self, OTHER_ROADS};
use super::{dsn, parts};
use crate::conninfo::parameters::Parameters;
use crate::finding::Finding;
use crate::finding::config::sources_disagree::{self, Difference};
use crate::foreign::Foreign;
use crate::secret::Secret;

/// Findings for every other setting that leads elsewhere. Only what both sides say is compared.
#[must_use]
pub fn find(bag: &Bag, winner: &Source, parameters: &Parameters) -> Vec<Finding> {
    let mut found = Vec::new();
    let taken = |name: &str| winner.variables.iter().any(|(known, _)| known == name);
    for name in bag.urls().filter(|name| !taken(name) && !OTHER_ROADS.contains(name)) {
        let Some(text) = bag.environment.get(name) else { continue };
        let source = bag.source([name]);
        let other = dsn::judge(&source, text.reveal());
        if !other.broken() && other.certain {
            found.extend(compare(winner, parameters, &source, &other.parameters));
        }
    }
    for (set, values) in bag.sets() {
        // Without a host, POSTGRES_* are the settings of a server's container.
        if values.iter().any(|part| taken(&part.variable)) || !values.iter().any(|part| part.keyword == "host") {
            continue;
        }
        let source = bag.source(values.iter().map(|part| part.variable.as_str()));
        let other = parts::judge(bag, &source, set, &values);
        if !other.broken() {
            found.extend(compare(winner, parameters, &source, &other.parameters));
        }
    }
    found
}

/// Findings for earlier assignments of the winner's own variables that led elsewhere.
#[must_use]
pub fn overridden(bag: &Bag, winner: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for beaten in &bag.beaten {
        let Some(now) = bag.environment.get(&beaten.name) else { continue };
        if !winner.variables.iter().any(|(name, _)| *name == beaten.name) || *now == beaten.value {
            continue;
        }
        let earlier = Source {
            place: beaten.place.clone(),
            variables: vec![(beaten.name.clone(), beaten.line)],
        };
        let later = bag.source([beaten.name.as_str()]);
        let read = |source: &Source, text: &Secret| match variables::keyword_of(&beaten.name) {
            Some(keyword) => {
                let mut parameters = Parameters::default();
                parameters.set(keyword, text.clone());
                Some(parameters)
            }
            None => Some(dsn::judge(source, text.reveal()))
                .filter(|judged| !judged.broken() && judged.certain)
                .map(|judged| judged.parameters),
        };
        if let (Some(before), Some(now)) = (read(&earlier, &beaten.value), read(&later, now)) {
            let differences = differences(&now, &before);
            if !differences.is_empty() {
                found.push(sources_disagree::overridden(&later, &earlier, &differences));
            }
        }
    }
    found
}

/// The names of the settings in the bag that lead where these parameters lead.
#[must_use]
pub fn agreeing(bag: &Bag, parameters: &Parameters) -> Vec<String> {
    let mut names = Vec::new();
    for name in bag.urls() {
        let Some(text) = bag.environment.get(name) else { continue };
        let other = dsn::judge(&bag.source([name]), text.reveal());
        if !other.broken() && differences(parameters, &other.parameters).is_empty() {
            names.push(name.to_owned());
        }
    }
    let of_sets = bag.sets().flat_map(|(_, parts)| parts);
    let same = of_sets.filter(|part| parameters.get(part.keyword) == Some(part.value.reveal()));
    names.extend(same.map(|part| part.variable));
    names
}

/// Whether this shell's settings lead elsewhere than those of the service. The service is none the worse for it.
#[must_use]
pub fn with_shell(shell: &Bag, winner: &Source, parameters: &Parameters) -> Option<Finding> {
    let (source, judged) = match shell.choose(None) {
        Chosen::Dsn { source, text } => {
            let judged = dsn::judge(&source, text.reveal());
            (source, judged)
        }
        Chosen::Parts {
            source,
            set,
            parts: values,
        } => {
            let judged = parts::judge(shell, &source, set, &values);
            (source, judged)
        }
        Chosen::Libpq { .. } | Chosen::Empty { .. } | Chosen::Absent { .. } | Chosen::Nothing => return None,
    };
    if judged.broken() || !judged.certain {
        return None;
    }
    let differences = differences(parameters, &judged.parameters);
    (!differences.is_empty()).then(|| sources_disagree::shell(winner, &source, &differences))
}

fn compare(winner: &Source, left: &Parameters, other: &Source, right: &Parameters) -> Option<Finding> {
    let differences = differences(left, right);
    (!differences.is_empty()).then(|| sources_disagree::found(winner, other, &differences))
}

/// The parts that both say and that differ.
fn differences(left: &Parameters, right: &Parameters) -> Vec<Difference> {
    let both = |keyword| Some((left.get(keyword)?, right.get(keyword)?)).filter(|(left, right)| !left.is_empty() && !right.is_empty());
    let mut differences = Vec::new();
    for (keyword, part) in [("host", "host"), ("port", "port"), ("dbname", "database"), ("user", "user")] {
        let differing = both(keyword).filter(|(left, right)| !left.eq_ignore_ascii_case(right) || (keyword != "host" && left != right));
        if let Some((left, right)) = differing {
            let shown = |bytes| Foreign::from_bytes(bytes).to_string();
            differences.push(Difference {
                part,
                values: Some((shown(left), shown(right))),
            });
        }
    }
    if both("password").is_some_and(|(left, right)| left != right) {
        differences.push(Difference {
            part: "password",
            values: None,
        });
    }
    differences
}
