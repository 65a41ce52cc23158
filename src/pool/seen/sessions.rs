//! Who holds the slots: sessions grouped by what they have in common.

use std::collections::BTreeMap;
use std::fmt;

use super::{Session, Who};
use crate::foreign::Foreign;

/// Longer than this without a word is quiet, in seconds.
const QUIET: i64 = 600;

/// So many groups are looked at.
const MOST: usize = 500;

/// Sessions that are alike.
#[derive(Debug, Clone)]
pub struct Group {
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
    /// `None` where it cannot be seen.
    pub state: Option<Foreign>,
    /// The client's address, or `local socket`; `None` where it cannot be seen.
    pub client: Option<Foreign>,
    pub count: i64,
    /// Those of them that have been idle for ten minutes.
    pub quiet: i64,
}

/// What is alike in them.
type Alike<'a> = (&'a Foreign, &'a Foreign, &'a Foreign, Option<&'a Foreign>, Option<&'a Foreign>);

/// The groups, the largest first.
#[must_use]
pub fn groups(sessions: &[Session]) -> Vec<Group> {
    let mut alike: BTreeMap<Alike<'_>, (i64, i64)> = BTreeMap::new();
    for session in sessions.iter().filter(|session| session.may_be_of_a_client()) {
        let Who {
            role,
            database,
            application,
            ..
        } = &session.who;
        let counts = alike
            .entry((role, database, application, session.state.as_ref(), session.client.as_ref()))
            .or_default();
        let is_idle = session.state.as_ref().is_some_and(|state| state.raw() == "idle");
        counts.0 += 1;
        counts.1 += i64::from(is_idle && session.in_state.is_some_and(|seconds| seconds > QUIET));
    }
    let mut groups: Vec<Group> = alike
        .into_iter()
        .map(|((role, database, application, state, client), (count, quiet))| Group {
            role: role.clone(),
            database: database.clone(),
            application: application.clone(),
            state: state.cloned(),
            client: client.cloned(),
            count,
            quiet,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups.truncate(MOST);
    groups
}

/// Sessions of one role, database and application.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
    pub count: i64,
    /// How many are in which state, as far as that can be seen.
    pub states: BTreeMap<Foreign, i64>,
}

/// The holders, the largest first.
#[must_use]
pub fn holders(groups: &[Group]) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for group in groups {
        let same =
            |holder: &Holder| holder.role == group.role && holder.database == group.database && holder.application == group.application;
        let index = holders.iter().position(same).unwrap_or_else(|| {
            holders.push(Holder {
                role: group.role.clone(),
                database: group.database.clone(),
                application: group.application.clone(),
                ..Holder::default()
            });
            holders.len() - 1
        });
        holders[index].count += group.count;
        if let Some(state) = &group.state {
            *holders[index].states.entry(state.clone()).or_default() += group.count;
        }
    }
    holders.sort_by_key(|holder| std::cmp::Reverse(holder.count));
    holders
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} held by role \"{}\" in database \"{}\"", self.count, self.role, self.database)?;
        if !self.application.raw().is_empty() {
            write!(f, ", application \"{}\"", self.application)?;
        }
        let states: Vec<String> = self.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        if states.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", states.join(", "))
        }
    }
}

/// Sessions of one client host and application, of one role in one database.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: Foreign,
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
    pub count: i64,
    pub quiet: i64,
}

/// The clients that can be seen, the largest first.
#[must_use]
pub fn clients(groups: &[Group]) -> Vec<Client> {
    let mut clients: Vec<Client> = Vec::new();
    for group in groups {
        let Some(address) = &group.client else { continue };
        let same = |client: &Client| {
            client.address == *address
                && client.role == group.role
                && client.database == group.database
                && client.application == group.application
        };
        match clients.iter_mut().find(|client| same(client)) {
            Some(client) => {
                client.count += group.count;
                client.quiet += group.quiet;
            }
            None => clients.push(Client {
                address: address.clone(),
                role: group.role.clone(),
                database: group.database.clone(),
                application: group.application.clone(),
                count: group.count,
                quiet: group.quiet,
            }),
        }
    }
    clients.sort_by_key(|client| std::cmp::Reverse(client.count));
    clients
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} from {}, role \"{}\" in database \"{}\"",
            self.count, self.address, self.role, self.database
        )?;
        if !self.application.raw().is_empty() {
            write!(f, ", application \"{}\"", self.application)?;
        }
        write!(f, "; {} of them idle for more than ten minutes", self.quiet)
    }
}
