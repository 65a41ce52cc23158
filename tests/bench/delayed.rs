//! The same 50 ms away.

use std::time::Duration;

use super::delay::Delay;
use super::duel::Duel;
use super::peers;
use super::scale::Scale;
use crate::lab::server::Server;

pub const ROUND_TRIP: Duration = Duration::from_millis(50);

pub fn print(scale: &Scale) {
    let proxy = Delay::before(Server::shared().port(), ROUND_TRIP);
    let dsn = peers::shop().port(proxy.port);
    let ours = peers::check(scale, &dsn);
    println!("{} ms round trip", ROUND_TRIP.as_millis());
    Duel::fight(&ours, &peers::psql(&dsn), scale.pairs).print("psql -c 'select 1'");
    Duel::fight(&ours, &peers::by_hand(&dsn, proxy.port), scale.pairs).print("the same by hand");
}
