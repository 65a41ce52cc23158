use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::pool::code::{CodePool, Keeping};
use crate::pool::seen::LimitsSeen;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};
use crate::target::{Endpoint, Target};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "idle-timeout",
    severity: Severity::Warn,
    title: "idle connections end before the application stops using them",
};

/// The shortest silence after which a load balancer of a large provider drops a connection, in seconds.
const SHORTEST_BALANCER: i64 = 240;

/// How the application's pools and what ends idle connections stand to each other; `None` where nothing is wrong, or nothing known.
#[must_use]
pub fn finding(limits: &LimitsSeen, target: &Target, pools: &[&CodePool]) -> Option<Finding> {
    let timeout = limits.idle_session_ms;
    if timeout > 0 {
        return by_server(limits, timeout, pools);
    }
    let remote = target.hosts.iter().any(|host| match &host.endpoint {
        Endpoint::Name(name) => name.raw() != "localhost",
        Endpoint::Address { address, .. } => !address.is_loopback(),
        Endpoint::Socket(_) => false,
    });
    let kept = pools.iter().find(|pool| outlives(pool, SHORTEST_BALANCER))?;
    if !remote || limits.keepalives_idle.is_none_or(|idle| idle < SHORTEST_BALANCER) {
        return None;
    }
    let keepalives = limits.keepalives_idle.unwrap_or_default();
    Some(
        KIND.found("what lies on the way to the server may drop connections that the pool still keeps".to_owned())
            .severity(Severity::Info)
            .detail(format!(
                "{} The server's keepalives come after {keepalives} s of silence. Load balancers and NAT drop a silent connection earlier (Azure after 240 s, AWS NLB after 350 s, \
                 Google Cloud after 600 s), and the next use of it fails or hangs. Whether there is one on the way cannot be seen from here.",
                described(kept)
            ))
            .remedy(Remedy::new(
                "try connections before use, replace them in time, and keep them talking",
                in_the_application(SHORTEST_BALANCER),
            )),
    )
}

/// `idle_session_timeout` ends what the pool keeps.
fn by_server(limits: &LimitsSeen, timeout: i64, pools: &[&CodePool]) -> Option<Finding> {
    let seconds = timeout / 1_000;
    let shown = if timeout % 1_000 == 0 { format!("{seconds} s") } else { format!("{timeout} ms") };
    let (severity, detail, kept) = match pools.iter().find(|pool| outlives(pool, seconds)) {
        Some(pool) => (Severity::Warn, described(pool), true),
        None if pools.is_empty() => (
            Severity::Info,
            "How long the application's pool keeps a connection, and whether it tries it before use, is not known here.".to_owned(),
            false,
        ),
        None => return None,
    };
    let title = if kept {
        format!("the server ends sessions that are idle for {shown}, and the pool keeps them for longer")
    } else {
        format!("the server ends sessions that are idle for {shown}")
    };
    let place = format!(
        "ROLE {} IN DATABASE {}",
        sql_ident(limits.login.raw()),
        sql_ident(limits.database.raw())
    );
    let mut steps = in_the_application(seconds);
    steps.push(
        Step::sql(
            limits.database.raw(),
            "or lets idle sessions of the application be: for new sessions of the role in this database",
            format!("ALTER {place} SET idle_session_timeout = 0;"),
        )
        .undo(format!("ALTER {place} RESET idle_session_timeout;"))
        .actor("superuser"),
    );
    Some(
        KIND.found(title)
            .severity(severity)
            .detail(format!(
                "{detail} The first use of a connection that the server has ended fails with \"terminating connection due to idle-session timeout\" (57P05)."
            ))
            .evidence(format!("idle_session_timeout = {timeout} ms for role \"{}\"", limits.login))
            .remedy(Remedy::new("try connections before use, and replace them before the server ends them", steps)),
    )
}

/// Whether a connection of the pool may be used again, untried, after so many seconds of silence.
fn outlives(pool: &CodePool, seconds: i64) -> bool {
    match &pool.keeping {
        Keeping::Known { longest, checked } => !checked && longest.is_none_or(|longest| longest >= seconds && longest > 0),
        Keeping::Untold => false,
    }
}

fn described(pool: &CodePool) -> String {
    let longest = match &pool.keeping {
        Keeping::Known { longest: Some(longest), .. } => format!("for up to {longest} s"),
        Keeping::Known { longest: None, .. } | Keeping::Untold => "for as long as the process lives".to_owned(),
    };
    format!("{} in {} keeps connections {longest}, and does not try them before use.", pool.library, pool.place)
}

fn in_the_application(seconds: i64) -> Vec<Step> {
    let earlier = (seconds * 3 / 4).max(1);
    vec![Step::new(
        Place::AppConfig,
        format!(
            "SQLAlchemy: pool_pre_ping=True and pool_recycle={earlier}; Django: CONN_HEALTH_CHECKS = True and CONN_MAX_AGE below {seconds}; psycopg_pool: \
             check=ConnectionPool.check_connection; asyncpg: max_inactive_connection_lifetime={earlier}"
        ),
    )]
}
