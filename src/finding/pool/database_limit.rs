use crate::finding::{Finding, Kind, Severity, smaller_pools};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::{sql_ident, sql_literal};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "database-limit",
    severity: Severity::Fail,
    title: "the database has used up its own connection limit",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["too many connections for database"]) || error.is("53300") && error.came_from("CheckMyDatabase")
}

/// The server refused the login.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    let (name, literal) = (sql_ident(database.raw()), sql_literal(database.raw()));
    KIND.found(format!("database \"{database}\" has used up its own connection limit"))
        .detail(format!(
            "The server accepted \"{role}\" and its privilege on the database, and then refused, because the database has as many sessions as its CONNECTION LIMIT \
             allows. How large the limit is cannot be seen from outside."
        ))
        .evidence(refusal.to_string())
        .remedy(Remedy::new(
            "compare the limit with the sessions, then bound the demand or raise the limit",
            [
                Step::sql(
                    "postgres",
                    "shows the limit, and who has sessions in the database",
                    format!(
                        "SELECT d.datconnlimit, a.usename, a.application_name, a.client_addr, a.state, count(a.pid) FROM pg_database d LEFT JOIN pg_stat_activity a ON \
                         a.datid = d.oid WHERE d.datname = {literal} GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC;"
                    ),
                )
                .actor("superuser"),
                smaller_pools::below("the limit"),
                Step::new(
                    Place::Database,
                    format!(
                        "or raise the limit with ALTER DATABASE {name} CONNECTION LIMIT and a number that the server has slots for; note the old one first"
                    ),
                )
                .actor("the owner of the database or a superuser"),
            ],
        ))
}
