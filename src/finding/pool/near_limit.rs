use crate::finding::pool::{database_limit, role_limit};
use crate::finding::{Finding, Kind, Severity, smaller_pools};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::{Holder, LimitsSeen};
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "near-limit",
    severity: Severity::Warn,
    title: "the connections are nearly used up",
};

/// Shows who holds the slots.
pub const HOLDERS: &str = "SELECT usename, datname, application_name, client_addr, state, count(*), max(now() - state_change) AS longest FROM pg_stat_activity \
                           WHERE backend_type = 'client backend' GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC;";

/// A limit, and how much of it is used.
#[derive(Debug)]
pub enum Limit {
    /// The slots that the role may use.
    Slots,
    /// The role's CONNECTION LIMIT.
    Role(i64),
    /// The database's CONNECTION LIMIT.
    Database(i64),
}

impl Limit {
    /// Connections allowed and used.
    #[must_use]
    pub fn numbers(&self, seen: &LimitsSeen) -> (i64, i64) {
        match self {
            Self::Slots => (seen.capacity.usable(), seen.used),
            Self::Role(limit) => (*limit, seen.used_by_role),
            Self::Database(limit) => (*limit, seen.used_in_database),
        }
    }

    /// Whether four fifths are used. Of a limit below 5, the last connection has to be the one that is left.
    #[must_use]
    pub fn is_near(&self, seen: &LimitsSeen) -> bool {
        let (allowed, used) = self.numbers(seen);
        used > 0 && used * 5 >= allowed * 4
    }

    fn words(&self, seen: &LimitsSeen) -> String {
        match self {
            Self::Slots => format!("connections that role \"{}\" could have", seen.login),
            Self::Role(_) => format!("connections that role \"{}\" is limited to", seen.login),
            Self::Database(_) => format!("connections that database \"{}\" is limited to", seen.database),
        }
    }
}

/// One limit that is near; a role's or a database's that is used up is a finding of its own kind.
#[must_use]
pub fn finding(limit: &Limit, seen: &LimitsSeen, holders: &[Holder]) -> Finding {
    let (allowed, used) = limit.numbers(seen);
    let about = if seen.sees_all || !matches!(limit, Limit::Slots) { "" } else { "about " };
    let formula = match limit {
        Limit::Slots => seen.capacity.formula(),
        Limit::Role(limit) => format!("CONNECTION LIMIT of role \"{}\" = {limit}", seen.login),
        Limit::Database(limit) => format!("CONNECTION LIMIT of database \"{}\" = {limit}", seen.database),
    };
    let kind = match limit {
        Limit::Role(_) if used >= allowed => &role_limit::KIND,
        Limit::Database(_) if used >= allowed => &database_limit::KIND,
        Limit::Slots | Limit::Role(_) | Limit::Database(_) => &KIND,
    };
    let mut finding = kind
        .found(format!("{about}{used} of {allowed} {} are in use", limit.words(seen)))
        .detail(format!(
            "{formula}; in use, without this check: {about}{used}; left: {}. Beyond that, logins are refused with 53300.",
            (allowed - used).max(0)
        ));
    for holder in holders {
        finding = finding.evidence(holder.to_string());
    }
    let mut steps = vec![
        Step::sql("postgres", "shows who holds the connections, and for how long", HOLDERS).actor("superuser"),
        smaller_pools::below(allowed),
    ];
    steps.extend(raise(limit, seen));
    if !seen.sees_all && matches!(limit, Limit::Slots) {
        steps.push(grant_monitor(&seen.role));
    }
    finding.remedy(Remedy::new("see who holds the connections, and make the pools fit the limit", steps))
}

/// Doubles a role's or a database's limit where the server has the slots.
fn raise(limit: &Limit, seen: &LimitsSeen) -> Option<Step> {
    let (what, old, actor) = match limit {
        Limit::Slots => return None,
        Limit::Role(old) => (format!("ROLE {}", sql_ident(seen.login.raw())), *old, "superuser"),
        Limit::Database(old) => (
            format!("DATABASE {}", sql_ident(seen.database.raw())),
            *old,
            "the owner of the database or a superuser",
        ),
    };
    let new = (old * 2).min(seen.capacity.usable());
    (new > old).then(|| {
        Step::sql("postgres", format!("or raises the limit from {old} to {new}"), format!("ALTER {what} CONNECTION LIMIT {new};"))
            .undo(format!("ALTER {what} CONNECTION LIMIT {old};"))
            .actor(actor)
    })
}

/// Makes the counts exact.
#[must_use]
pub fn grant_monitor(role: &Foreign) -> Step {
    let role = sql_ident(role.raw());
    Step::sql("postgres", "optional: lets this check see every session, so that it counts exactly", format!("GRANT pg_monitor TO {role};"))
        .undo(format!("REVOKE pg_monitor FROM {role};"))
        .actor("superuser")
}
