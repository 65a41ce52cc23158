//! What is asked, and what the server answered: at first what decides about a sound database, then what says more where it is called for.

use std::collections::BTreeSet;

use crate::foreign::Foreign;
use crate::privileges::defaults::{self, Defaults, Given};
use crate::privileges::holdings::{self, Holding};
use crate::privileges::relations::{self, RelationsSeen};
use crate::privileges::schemas::{self, Entry, SchemaSeen};
use crate::privileges::scope;
use crate::privileges::sequences::{self, SequencesSeen};
use crate::privileges::session::{self, SessionSeen};
use crate::privileges::setting::{self, Places, SetBy};
use crate::request::{Need, Request};
use crate::server::answer::{Answers, Record as _};
use crate::server::session::{Answer, Row};
use crate::verdict::Breakage;

/// The layer's questions, each a single SELECT. In a sound database they are all.
#[must_use]
pub fn questions(request: &Request) -> Vec<String> {
    vec![
        session::SQL.to_owned(),
        schemas::sql(request),
        holdings::sql(request),
        defaults::sql(request),
    ]
}

/// What to ask once the answers to [`questions`] are there.
#[must_use]
pub fn more_questions(request: &Request, answers: &[Answer]) -> Vec<String> {
    let Ok(first) = First::read(request, answers) else {
        return Vec::new();
    };
    let names = first.names(request);
    first
        .closer(request)
        .iter()
        .map(|closer| closer.sql(request, &first, &names))
        .collect()
}

/// The answers to [`questions`]; `None` where the server refused.
#[derive(Debug)]
struct First {
    session: Option<SessionSeen>,
    holdings: Option<Vec<Holding>>,
    schemas: Option<Vec<SchemaSeen>>,
    defaults: Option<Vec<Defaults>>,
    refusals: Vec<String>,
}

impl First {
    fn read(request: &Request, answers: &[Answer]) -> Result<Self, Breakage> {
        let mut answers = Answers::new(answers);
        let session = answers.next("the session", SessionSeen::read)?;
        let entries = answers.next("the schemas", Entry::all)?;
        let holdings = answers.next("the tables' privileges", Holding::all)?;
        let given = answers.next("the default privileges", Given::all)?;
        let schemas = match (&session, &entries, &holdings) {
            (Some(session), Some(entries), Some(holdings)) => Some(SchemaSeen::all(request, session, entries, holdings)),
            _ => None,
        };
        let defaults = match (&session, &schemas, &holdings, &given) {
            (Some(session), Some(schemas), Some(holdings), Some(given)) => Some(Defaults::all(session, schemas, holdings, given)),
            _ => None,
        };
        Ok(Self {
            session,
            holdings,
            schemas,
            defaults,
            refusals: answers.refusals,
        })
    }

    fn names(&self, request: &Request) -> Vec<Foreign> {
        let names = self.session.as_ref().map(|session| scope::names(request, session));
        names.unwrap_or_default()
    }

    fn sequences(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.iter().flatten().filter(|holding| holding.kind.is_none())
    }

    /// Whether whoever makes the tables has sequences, which the defaults do not cover.
    fn leaves_sequences_out(&self, defaults: &Defaults) -> bool {
        !defaults.sequences && self.sequences().any(|sequences| sequences.owner == defaults.maker)
    }

    /// What has to be looked at closely.
    fn closer(&self, request: &Request) -> Vec<Closer> {
        let schemas = self.schemas.as_deref().unwrap_or_default();
        let inserts = request.needs.contains(&Need::Insert);
        let sets = |session: &SessionSeen| session.read_only || session.refuses_filtered;
        let wanted = [
            (
                Closer::Relations,
                self.schemas.is_some() && SchemaSeen::call_for_a_closer_look(schemas, request),
            ),
            (Closer::Sequences, inserts && self.sequences().any(|sequences| !sequences.usable)),
            (Closer::Settings, self.session.as_ref().is_some_and(sets)),
            (Closer::Schemas, SchemaSeen::is_one_missed(schemas, request)),
            (Closer::Roles, schemas.iter().any(|schema| schema.exists() && !schema.usage)),
            (
                Closer::Makers,
                inserts && self.defaults.iter().flatten().any(|defaults| self.leaves_sequences_out(defaults)),
            ),
        ];
        wanted
            .into_iter()
            .filter(|(_, is_wanted)| *is_wanted)
            .map(|(closer, _)| closer)
            .collect()
    }
}

/// A part of the catalogue that is looked at where the first answers call for it.
#[derive(Debug, Clone, Copy)]
enum Closer {
    /// Which relations lack what.
    Relations,
    /// Which sequences do.
    Sequences,
    /// Where settings were made.
    Settings,
    /// Which schemas there are.
    Schemas,
    /// Which roles may use those that this one may not.
    Roles,
    /// Which owners' tables take defaults from sequences.
    Makers,
}

impl Closer {
    fn sql(self, request: &Request, first: &First, names: &[Foreign]) -> String {
        match self {
            Self::Relations => relations::sql(request, names),
            Self::Sequences => sequences::sql(names),
            Self::Settings => setting::SQL.to_owned(),
            Self::Schemas => schemas::ALL.to_owned(),
            Self::Roles => {
                let closed = first.schemas.iter().flatten().filter(|schema| schema.exists() && !schema.usage);
                schemas::roles_sql(&closed.map(|schema| schema.name.clone()).collect::<Vec<_>>())
            }
            Self::Makers => defaults::sequences_sql(names),
        }
    }
}

/// All answers; `None` where the server refused.
#[derive(Debug)]
pub struct Seen {
    pub session: Option<SessionSeen>,
    pub schemas: Option<Vec<SchemaSeen>>,
    pub defaults: Option<Vec<Defaults>>,
    pub relations: Option<RelationsSeen>,
    /// How many sequences the database has.
    pub sequences: i64,
    pub lacking_sequences: Option<SequencesSeen>,
    /// Where settings were made that are not as usual.
    pub places: Places,
    /// The database's schemas, where one was not found.
    pub all_schemas: Vec<Foreign>,
    /// The schema and the owner of sequences that defaults draw from, where it matters.
    pub drawn_from: BTreeSet<(Foreign, Foreign)>,
    pub refusals: Vec<String>,
}

impl Seen {
    /// Reads the answers to [`questions`] and [`more_questions`], in their order.
    ///
    /// # Errors
    /// When one does not have the form asked for, or the connection was lost.
    pub fn read(request: &Request, answers: &[Answer], more: &[Answer]) -> Result<Self, Breakage> {
        let first = First::read(request, answers)?;
        let closer = first.closer(request);
        let mut seen = Self {
            sequences: first.sequences().map(|sequences| sequences.number).sum(),
            session: first.session,
            schemas: first.schemas,
            defaults: first.defaults,
            relations: Some(RelationsSeen::default()),
            lacking_sequences: Some(SequencesSeen::default()),
            places: Places::new(),
            all_schemas: Vec::new(),
            drawn_from: BTreeSet::new(),
            refusals: first.refusals,
        };
        let mut more = Answers::new(more);
        for closer in closer {
            match closer {
                Closer::Relations => seen.relations = more.next("the tables", RelationsSeen::read)?,
                Closer::Sequences => seen.lacking_sequences = more.next("the sequences", SequencesSeen::read)?,
                Closer::Settings => seen.places = more.next("the settings' places", setting::read)?.unwrap_or_default(),
                Closer::Schemas => seen.all_schemas = more.next("the names of the schemas", Foreign::all)?.unwrap_or_default(),
                Closer::Roles => seen.add_roles(more.next("the schemas' roles", pairs)?.unwrap_or_default()),
                Closer::Makers => seen.drawn_from = more.next("the sequences' owners", pairs)?.unwrap_or_default(),
            }
        }
        seen.refusals.append(&mut more.refusals);
        Ok(seen)
    }

    fn add_roles(&mut self, roles: BTreeSet<(Foreign, Foreign)>) {
        for (name, role) in roles {
            if let Some(schema) = self.schemas.iter_mut().flatten().find(|schema| schema.name == name) {
                schema.roles.push(role);
            }
        }
    }

    /// Where the setting was made, as far as that is known.
    #[must_use]
    pub fn place(&self, setting: &str) -> SetBy {
        self.places.get(setting).cloned().unwrap_or_default()
    }

    /// How many tables and views of these schemas were judged.
    #[must_use]
    pub fn looked_at(&self, schemas: &BTreeSet<Foreign>) -> i64 {
        let seen = self.schemas.iter().flatten().filter(|schema| schemas.contains(&schema.name));
        seen.map(|schema| schema.looked_at).sum()
    }
}

/// Rows of a schema and a role.
fn pairs(rows: &[Row]) -> Result<BTreeSet<(Foreign, Foreign)>, Breakage> {
    <(Foreign, Foreign)>::all(rows).map(BTreeSet::from_iter)
}
