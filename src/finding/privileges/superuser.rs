use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "superuser",
    severity: Severity::Warn,
    title: "the application runs as a superuser",
};

/// `bootstrap`: the role that `initdb` made, which cannot lose the attribute.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, bootstrap: bool) -> Finding {
    let role_sql = sql_ident(role.raw());
    let own_role = Step::new(
        Place::Database,
        "make an ordinary role for the application, hand it the tables or grant it what it needs, and let this check name what is missing",
    );
    let steps = if bootstrap {
        vec![own_role]
    } else {
        vec![
            Step::new(
                Place::Database,
                "grant the role what it needs first: until now it needed no grant, so that what is missing shows only afterwards",
            ),
            Step::sql(
                database.raw(),
                "makes it an ordinary role",
                format!("ALTER ROLE {role_sql} NOSUPERUSER;"),
            )
            .undo(format!("ALTER ROLE {role_sql} SUPERUSER;"))
            .actor("superuser"),
        ]
    };
    KIND.found(format!("role \"{role}\" is a superuser"))
        .detail(
            "Every privilege check passes, so that this layer shows nothing about what an ordinary role would lack; and whoever gets into the \
             application gets the server.",
        )
        .evidence(format!("pg_roles.rolsuper is true for \"{role}\""))
        .remedy(Remedy::new("run the application as an ordinary role", steps))
}
