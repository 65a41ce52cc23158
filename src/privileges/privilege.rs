//! The privileges on a table that an application may need.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::request::Need;

/// A privilege on a relation, in the order in which a GRANT names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
}

impl Privilege {
    pub const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    /// The keyword.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it can be granted on single columns.
    #[must_use]
    pub const fn has_columns(self) -> bool {
        !matches!(self, Self::Delete)
    }

    const fn need(self) -> Need {
        match self {
            Self::Select => Need::Select,
            Self::Insert => Need::Insert,
            Self::Update => Need::Update,
            Self::Delete => Need::Delete,
        }
    }

    /// Those that the application needs on a table.
    pub fn needed(needs: &BTreeSet<Need>) -> impl Iterator<Item = Self> + '_ {
        Self::ALL.into_iter().filter(|privilege| needs.contains(&privilege.need()))
    }
}

/// `SELECT, INSERT`
#[must_use]
pub fn keywords(privileges: &BTreeSet<Privilege>) -> String {
    let words: Vec<_> = privileges.iter().map(|privilege| privilege.sql()).collect();
    words.join(", ")
}

/// Whether the application writes.
#[must_use]
pub fn writes(needs: &BTreeSet<Need>) -> bool {
    needs.iter().any(|need| match need {
        Need::Usage | Need::Select => false,
        Need::Insert | Need::Update | Need::Delete | Need::Create | Need::Ddl => true,
    })
}
