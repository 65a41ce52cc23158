//! Which settings the application runs with.

use std::collections::BTreeMap;

use super::env_file::Assignment;
use super::environment::Environment;
use super::source::{Place, Source};
use super::variables::{self, Set};
use crate::secret::Secret;

/// The variables of one place.
#[derive(Debug, Clone)]
pub struct Bag {
    pub place: Place,
    /// What libpq would find in the application's environment.
    pub environment: Environment,
    /// The facts about each variable of an env file; the last assignment of a name wins.
    pub assignments: BTreeMap<String, Assignment>,
    /// Where single variables come from, where that is not the place itself.
    pub places: BTreeMap<String, Place>,
    /// Values that a later assignment of the same name beat.
    pub beaten: Vec<Beaten>,
    /// Variables that are set to what the doctor cannot know.
    pub unknown: Vec<Unknown>,
}

/// A variable's value that is set and does not count.
#[derive(Debug, Clone)]
pub struct Beaten {
    pub name: String,
    pub value: Secret,
    pub place: Place,
    /// In a file.
    pub line: Option<usize>,
}

/// A variable that is set, its value out of the doctor's sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// `None` for any of a file whose name is not known.
    pub name: Option<String>,
    /// Where it comes from: `PassEnvironment= of shop.service, from the service manager's own environment`.
    pub from: String,
}

/// One value of a set.
#[derive(Debug, Clone)]
pub struct Part {
    pub variable: String,
    /// libpq's keyword.
    pub keyword: &'static str,
    pub value: Secret,
}

/// The settings that win.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// A connection string.
    Dsn {
        source: Source,
        text: Secret,
    },
    /// A set such as `DB_HOST`, `DB_NAME`.
    Parts {
        source: Source,
        set: &'static Set,
        parts: Vec<Part>,
    },
    /// libpq's own variables alone.
    Libpq {
        source: Source,
    },
    /// A variable of this name is set and empty, and nothing else is there.
    Empty {
        source: Source,
    },
    /// The variable that was asked for is not there.
    Absent {
        variable: String,
    },
    Nothing,
}

impl Bag {
    /// This process's variables.
    #[must_use]
    pub fn of_environment(environment: &Environment) -> Self {
        Self::of_place(Place::Environment, environment.clone())
    }

    /// An env file's variables; home directory and user are those of `process`.
    #[must_use]
    pub fn of_file(path: &std::path::Path, assignments: Vec<Assignment>, process: &Environment) -> Self {
        let variables = assignments.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
        let mut bag = Self::of_place(Place::EnvFile(path.to_owned()), process.with_variables(variables));
        for assignment in assignments {
            if let Some(beaten) = bag.assignments.insert(assignment.name.clone(), assignment)
                && variables::is_relevant(&beaten.name)
            {
                bag.beaten.push(Beaten {
                    name: beaten.name,
                    value: beaten.value,
                    place: bag.place.clone(),
                    line: Some(beaten.line),
                });
            }
        }
        bag
    }

    /// The variables of this place.
    #[must_use]
    pub fn of_place(place: Place, environment: Environment) -> Self {
        Self {
            place,
            environment,
            assignments: BTreeMap::new(),
            places: BTreeMap::new(),
            beaten: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// The names that matter here: of URLs, of sets, and libpq's own.
    pub fn relevant(&self) -> impl Iterator<Item = &str> {
        self.environment.names().filter(|name| variables::is_relevant(name))
    }

    /// The source of these variables.
    #[must_use]
    pub fn source<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Source {
        let names: Vec<&str> = names.into_iter().collect();
        let place_of = |name: &str| self.places.get(name).unwrap_or(&self.place);
        let first = names.first().map_or(&self.place, |name| place_of(name));
        let together = names.iter().all(|name| place_of(name) == first);
        let line = |name: &str| self.assignments.get(name).map(|assignment| assignment.line).filter(|_| together);
        Source {
            place: if together { first } else { &self.place }.clone(),
            variables: names.iter().map(|name| ((*name).to_owned(), line(name))).collect(),
        }
    }

    /// The settings that win here; `variable` is the one that the user names.
    #[must_use]
    pub fn choose(&self, variable: Option<&str>) -> Chosen {
        if let Some(name) = variable {
            return match self.environment.get(name) {
                Some(text) => self.dsn(name, text),
                None => Chosen::Absent { variable: name.to_owned() },
            };
        }
        let set_urls = || self.urls().filter_map(|name| Some((name, self.environment.get(name)?)));
        if let Some((name, text)) = set_urls().find(|(_, text)| !text.is_empty()) {
            return self.dsn(name, text);
        }
        if let Some((set, parts)) = self.sets().next() {
            let source = self.source(parts.iter().map(|part| part.variable.as_str()));
            return Chosen::Parts { source, set, parts };
        }
        let libpq: Vec<&str> = variables::LIBPQ
            .iter()
            .copied()
            .filter(|name| self.environment.get(name).is_some())
            .collect();
        if libpq.iter().any(|name| *name != "PGPASSWORD" && *name != "PGPORT") {
            return Chosen::Libpq {
                source: self.source(libpq),
            };
        }
        match set_urls().next() {
            Some((name, _)) => Chosen::Empty {
                source: self.source([name]),
            },
            None => Chosen::Nothing,
        }
    }

    /// Of the variables whose values cannot be seen, the one that may be what is missing.
    #[must_use]
    pub fn unseen(&self, chosen: &Chosen) -> Option<&Unknown> {
        match chosen {
            Chosen::Dsn { .. } | Chosen::Parts { .. } | Chosen::Libpq { .. } => None,
            Chosen::Empty { .. } | Chosen::Nothing => self.unknown.first(),
            Chosen::Absent { variable } => self
                .unknown
                .iter()
                .find(|unknown| unknown.name.as_ref().is_none_or(|name| name == variable)),
        }
    }

    /// The names under which URLs are looked for, the most trusted first.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        let named = variables::URLS.iter().copied();
        let heroku = self
            .environment
            .names()
            .filter(|name| name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL"));
        let azure = self.environment.names().filter(|name| name.starts_with("POSTGRESQLCONNSTR_"));
        named.chain(heroku).chain(azure)
    }

    /// The sets that say where to connect: with a host or a database name.
    pub fn sets(&self) -> impl Iterator<Item = (&'static Set, Vec<Part>)> {
        variables::SETS.iter().filter_map(|set| {
            let mut parts: Vec<Part> = Vec::new();
            for (suffix, keyword) in set.parts {
                let variable = format!("{}{suffix}", set.prefix);
                let taken = parts.iter().any(|part| part.keyword == *keyword);
                if let Some(value) = self.environment.get(&variable).filter(|_| !taken) {
                    parts.push(Part {
                        variable,
                        keyword,
                        value: value.clone(),
                    });
                }
            }
            let says = |keyword| parts.iter().any(|part| part.keyword == keyword && !part.value.is_empty());
            (says("host") || says("dbname")).then_some((set, parts))
        })
    }

    fn dsn(&self, name: &str, text: &Secret) -> Chosen {
        let source = self.source([name]);
        if text.is_empty() {
            Chosen::Empty { source }
        } else {
            Chosen::Dsn {
                source,
                text: text.clone(),
            }
        }
    }
}
