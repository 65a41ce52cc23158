//! The pooler in front of the server: asked what it is, and judged by what its console shows.

use std::time::Duration;

use crate::finding::pool::{pooler_exceeds_capacity, pooler_limit, pooler_waiting, transaction_pooling};
use crate::pool::demand::{Codes, Estimate};
use crate::pool::seen::LimitsSeen;
use crate::pooler::{COMMANDS, Console, DatabaseSeen, PoolSeen, Pooler};
use crate::probe::way::{Unopened, Way};
use crate::request::Request;
use crate::server::session::{NotLoggedIn, Session};
use crate::target::Target;
use crate::verdict::Notes;

/// A wait of this length is a queue, in seconds.
const WAIT_WARN: i64 = 1;

/// What is known of the pooler.
#[derive(Debug, Clone)]
pub struct Front {
    pub pooler: Pooler,
    /// Whether what refused the console is no PostgreSQL.
    pub gave_itself_away: bool,
    /// The error is why it cannot be seen.
    pub console: Result<Console, String>,
}

/// Asks for the console, with one login. PgBouncer refuses those who may not see it before it asks for a password. Odyssey, which says its
/// name when it is asked for PgBouncer's console, is asked for its own.
pub async fn look(target: &Target, way: &Way, session: Option<&Session>, limit: Duration) -> Front {
    if let Some(pooler) = Pooler::of_host(target) {
        return Front {
            pooler,
            gave_itself_away: true,
            console: Err(format!("{pooler} shows no console to its users")),
        };
    }
    let [usual, of_odyssey] = Pooler::CONSOLES;
    let mut front = console(target, way, usual, limit).await;
    if front.pooler == Pooler::Odyssey && front.console.is_err() {
        front.console = console(target, way, of_odyssey, limit).await.console;
    }
    if let (Pooler::Unknown, Some(session)) = (front.pooler, session) {
        // What a server refuses as no SQL, PgCat answers by itself.
        let [answer] = session.show([Pooler::COMMAND_OF_PGCAT], limit).await;
        if answer.is_ok_and(|table| !table.is_empty()) {
            front.pooler = Pooler::PgCat;
        }
    }
    front
}

async fn console(target: &Target, way: &Way, database: &str, limit: Duration) -> Front {
    let unseen = |why: &str| Front {
        pooler: Pooler::Unknown,
        gave_itself_away: false,
        console: Err(why.to_owned()),
    };
    let session = match way.again(target, Some(database), limit).await {
        Ok(session) => session,
        Err(Unopened::NoStream) => return unseen("a further connection was not accepted"),
        Err(Unopened::NotLoggedIn(failed)) => {
            return match &failed.why {
                NotLoggedIn::Refused(error) => Front {
                    pooler: Pooler::of_refusal(error),
                    gave_itself_away: error.is_of_a_pooler(),
                    ..unseen(&format!("the console was refused: {error}"))
                },
                _ => unseen("there is no console for this role"),
            };
        }
    };
    let answers = session.show(COMMANDS, limit).await;
    session.goodbye().await;
    match Console::read(answers) {
        Ok(console) => Front {
            pooler: console.pooler,
            gave_itself_away: true,
            console: Ok(console),
        },
        Err(_) => unseen("what answers as the console does not know its commands"),
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
    let pool = console.pool(&target.user, &target.database);
    let database = console.database(&target.user, &target.database);
    facts(notes, console, pool, database);
    if let Some(database) = database {
        let most = console.most_servers(database);
        if most.is_none_or(|most| most > limits.capacity.usable()) {
            notes.found(pooler_exceeds_capacity::finding(console, database, most, limits));
        }
    }
    let queued = console
        .pools
        .iter()
        .filter(|pool| pool.waiting() > 0 && pool.longest_wait >= WAIT_WARN);
    for pool in queued {
        if let Some(database) = console.database(&pool.user, &pool.database) {
            notes.found(pooler_waiting::live(pool, database));
        }
    }
    let estimate = Estimate::of(&request.demand, &request.services, codes).ok();
    let client_limits = console.client_limits(&target.user, &target.database);
    let met = client_limits
        .iter()
        .find_map(|limit| pooler_limit::live(console.pooler, estimate.as_ref(), limit));
    notes.findings.extend(met);
    let mode = pool.and_then(|pool| pool.mode.clone()).or_else(|| database?.mode.clone());
    if let Some(mode) = mode {
        notes.fact("pooler_mode", mode.to_string());
        if matches!(mode.raw(), "transaction" | "statement") {
            let habits = transaction_pooling::Habits::of(target, request, codes);
            notes.findings.extend(transaction_pooling::findings(console, &mode, &habits));
        }
    }
}

fn facts(notes: &mut Notes, console: &Console, pool: Option<&PoolSeen>, database: Option<&DatabaseSeen>) {
    // The session that asks is one of the clients.
    notes.fact("pooler_clients", (console.clients() - 1).max(0));
    if let Some(most) = console.setting("max_client_conn") {
        notes.fact("pooler_max_client_conn", most);
    }
    if let Some(pool) = pool {
        notes.fact("pooler_clients_active", pool.clients_active);
        if let Some(waiting) = pool.clients_waiting {
            notes.fact("pooler_clients_waiting", waiting);
        }
        notes.fact("pooler_servers", pool.servers);
        notes.fact("pooler_servers_active", pool.servers_active);
        notes.fact("pooler_longest_wait_s", pool.longest_wait);
    }
    if let Some(database) = database {
        if let Some(size) = database.pool_size {
            notes.fact("pooler_pool_size", size);
        }
        if let Some(most) = console.most_servers(database) {
            notes.fact("pooler_most_servers", most);
        }
    }
}
