use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::pool::seen::LimitsSeen;
use crate::pooler::{Console, DatabaseSeen, Pooler};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "pooler-exceeds-capacity",
    severity: Severity::Warn,
    title: "the pooler can open more connections than the server has",
};

/// All pools of the pooler, filled, against the server's slots.
#[must_use]
pub fn finding(console: &Console, database: &DatabaseSeen, most: Option<i64>, limits: &LimitsSeen) -> Finding {
    let usable = limits.capacity.usable();
    let mut pools = 0_i64;
    let most = most.map_or_else(|| "any number of".to_owned(), |most| most.to_string());
    let mut finding = KIND.found(format!(
        "{} can open {most} connections to {}, which has {usable} for role \"{}\"",
        console.pooler, database.server, limits.login
    ));
    for pool in &console.pools {
        let Some(of) = console
            .database(&pool.user, &pool.database)
            .filter(|of| of.server == database.server)
        else {
            continue;
        };
        pools += 1;
        finding = finding.evidence(format!(
            "pool of role \"{}\" in database \"{}\": {} connections now, up to {}{}",
            pool.user,
            pool.database,
            pool.servers,
            of.pool_size.map_or_else(|| "any number".to_owned(), |size| size.to_string()),
            if of.reserve > 0 {
                format!(" and a reserve of {}", of.reserve)
            } else {
                String::new()
            }
        ));
    }
    let fits = (usable / pools.max(1)).max(1);
    finding
        .detail(
            "The pooler has a pool for each role and database. While they are not all full nothing is wrong; when they are, the server refuses the pooler's logins, and its \
             clients wait until query_wait_timeout.",
        )
        .evidence(format!("usable: {}", limits.capacity.formula()))
        .remedy(Remedy::new(
            "bound the pools by what the server has",
            [
                Step::new(Place::Pooler, match console.pooler {
                    Pooler::PgCat | Pooler::Odyssey => {
                        format!("set pool_size of each of the {pools} pools to {fits} or less in its configuration, then RELOAD on the console")
                    }
                    _ => format!(
                        "set default_pool_size (or the database's pool_size) to {fits} or less for the {pools} pools, or max_db_connections to {usable} or less, then RELOAD on the console"
                    ),
                }),
            ],
        ))
}
