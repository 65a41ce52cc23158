//! The pooler in front of the server: asked what it is, and judged by what its console shows.

use std::time::Duration;

use crate::finding::pool::{pooler_exceeds_capacity, pooler_limit, pooler_waiting, transaction_pooling};
use crate::pool::demand::{Codes, Estimate};
use crate::pool::seen::LimitsSeen;
use crate::pooler::{COMMANDS, Console, DATABASE, Pooler};
use crate::probe::way::{Unopened, Way};
use crate::request::Request;
use crate::server::session::NotLoggedIn;
use crate::target::Target;
use crate::verdict::Notes;

/// A wait of this length is a queue, in seconds.
const WAIT_WARN: i64 = 1;

/// What is known of the pooler.
#[derive(Debug, Clone)]
pub struct Front {
    pub pooler: Pooler,
    /// The error is why it cannot be seen.
    pub console: Result<Console, String>,
}

/// Asks for the console, with one login. PgBouncer refuses those who may not see it before it asks for a password.
pub async fn look(target: &Target, way: &Way, limit: Duration) -> Front {
    if let Some(pooler) = Pooler::of_host(target) {
        return Front {
            pooler,
            console: Err(format!("{pooler} shows no console to its users")),
        };
    }
    let unseen = |pooler, why: &str| Front {
        pooler,
        console: Err(why.to_owned()),
    };
    let session = match way.again(target, Some(DATABASE), limit).await {
        Ok(session) => session,
        Err(Unopened::NoStream) => return unseen(Pooler::Unknown, "a further connection was not accepted"),
        Err(Unopened::NotLoggedIn(failed)) => {
            return match &failed.why {
                NotLoggedIn::Refused(error) => unseen(Pooler::of_refusal(error), &format!("the console was refused: {error}")),
                _ => unseen(Pooler::Unknown, "there is no console for this role"),
            };
        }
    };
    let answers = session.show(COMMANDS, limit).await;
    session.goodbye().await;
    match answers {
        Ok(tables) => {
            let console = Console::read(tables);
            Front {
                pooler: console.pooler,
                console: Ok(console),
            }
        }
        Err(_) => unseen(Pooler::Unknown, "what answers as the console does not know its commands"),
    }
}

/// What the console says of the application's pool.
pub fn judge(notes: &mut Notes, front: &Front, request: &Request, target: &Target, codes: &Codes, limits: &LimitsSeen) {
    notes.fact("pooler", front.pooler.to_string());
    let console = match &front.console {
        Ok(console) => console,
        Err(why) => {
            notes.fact("pooler_console", why.clone());
            return;
        }
    };
    notes.fact("pooler_version", console.version.to_string());
    // The session that asks is one of the clients.
    let clients = (console.clients() - 1).max(0);
    notes.fact("pooler_clients", clients);
    let most_clients = console.setting("max_client_conn");
    if let Some(most) = most_clients {
        notes.fact("pooler_max_client_conn", most);
    }
    let database = console.database(&target.database);
    let pool = console.pool(&target.user, &target.database);
    if let Some(pool) = pool {
        notes.fact("pooler_clients_active", pool.clients_active);
        notes.fact("pooler_clients_waiting", pool.clients_waiting);
        notes.fact("pooler_servers", pool.servers);
        notes.fact("pooler_servers_active", pool.servers_active);
        notes.fact("pooler_longest_wait_s", pool.longest_wait);
    }
    if let Some(database) = database {
        notes.fact("pooler_pool_size", database.pool_size);
        let most = console.most_servers(database);
        notes.fact("pooler_most_servers", most);
        if most > limits.capacity.usable() {
            notes.found(pooler_exceeds_capacity::finding(console, database, most, limits));
        }
    }
    let queued = console
        .pools
        .iter()
        .filter(|pool| pool.clients_waiting > 0 && pool.longest_wait >= WAIT_WARN);
    for pool in queued {
        if let Some(database) = console.database(&pool.database) {
            notes.found(pooler_waiting::live(pool, database));
        }
    }
    if let Some(most) = most_clients {
        let total = Estimate::of(&request.demand, &request.services, codes).ok();
        let own = pool.map_or(0, |pool| pool.clients_active + pool.clients_waiting - 1).max(0);
        notes.findings.extend(pooler_limit::live(total.as_ref(), most, clients, own));
    }
    let mode = pool.and_then(|pool| pool.mode.clone()).or_else(|| database?.mode.clone());
    if let Some(mode) = mode {
        notes.fact("pooler_mode", mode.to_string());
        if matches!(mode.raw(), "transaction" | "statement") {
            let habits = transaction_pooling::Habits::of(target, request, codes);
            notes.findings.extend(transaction_pooling::findings(console, &mode, &habits));
        }
    }
}
