use crate::finding::{Finding, Kind, Severity, smaller_pools};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::{sql_ident, sql_literal};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "role-limit",
    severity: Severity::Fail,
    title: "the role has used up its own connection limit",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["too many connections for role"]) || error.is("53300") && error.came_from("InitializeSessionUserId")
}

/// The server refused the login. A limit of 0 lets nobody in.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    let (name, literal) = (sql_ident(role.raw()), sql_literal(role.raw()));
    KIND.found(format!("role \"{role}\" has used up its own connection limit"))
        .detail(format!(
            "The server accepted the credentials of \"{role}\" and then refused, because the role has as many sessions as its CONNECTION LIMIT allows. \
             How large the limit is cannot be seen from outside; whether database \"{database}\" exists and lets the role in is not known yet."
        ))
        .evidence(refusal.to_string())
        .remedy(Remedy::new(
            "compare the limit with the sessions, then bound the demand or raise the limit",
            [
                Step::sql(
                    "postgres",
                    "shows the limit, and how many sessions the role has from where",
                    format!(
                        "SELECT r.rolconnlimit, a.datname, a.application_name, a.client_addr, a.state, count(a.pid) FROM pg_roles r LEFT JOIN pg_stat_activity a ON \
                         a.usesysid = r.oid WHERE r.rolname = {literal} GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC;"
                    ),
                )
                .actor("superuser"),
                smaller_pools::below("the limit"),
                Step::new(
                    Place::Database,
                    format!("or raise the limit with ALTER ROLE {name} CONNECTION LIMIT and a number that the server has slots for; note the old one first"),
                )
                .actor("superuser"),
            ],
        ))
}
