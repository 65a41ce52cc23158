//! `privileges/row-security`: row-level security keeps the rows away.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "row-security",
    severity: Severity::Fail,
    title: "row-level security refuses the statement",
    explanation: Explanation {
        meaning: "The table has row-level security, and the policies do not let this role write the row, or row_security is off and the role may not bypass the policies.",
        tell: "The message names row-level security and the table.",
        causes: &["the policy compares with a setting, such as a tenant, that this session did not set", "the role is new and no policy covers it", "pg_dump runs as a role that is subject to the policies"],
        fixes: &["set what the policy expects before the statement", "add a policy for the role, or use a role with BYPASSRLS for dumps"],
        mistaken_for: "Missing grants: the table privileges are there.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("new row violates row-level security policy"),
    Text::new("query would be affected by row-level security policy"),
];
