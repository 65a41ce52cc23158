//! `privileges/set-role`: the role may not become another role.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "set-role",
    severity: Severity::Fail,
    title: "the role may not switch to another role",
    explanation: Explanation {
        meaning: "SET ROLE, or assume_role in the options of Django, asks for a role that the session's role is no member of; from PostgreSQL 16 on, membership has to come with the SET option.",
        tell: "permission denied to set role. The login itself succeeded.",
        causes: &["the role was never granted to the login role", "PostgreSQL 16 or later, and the membership was granted WITH SET FALSE"],
        fixes: &["as an administrator: GRANT the role TO the login role; from 16 on WITH SET TRUE", "remove assume_role or SET ROLE if the application does not need it"],
        mistaken_for: "A role that does not exist: that message says so.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied to set role \"{role}\""),
    Text::new("permission denied to set session authorization"),
];
