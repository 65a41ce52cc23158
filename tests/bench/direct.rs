//! TLS from the first byte (`sslnegotiation=direct`), which PostgreSQL has from 17 on.

use super::delay::Delay;
use super::delayed::ROUND_TRIP;
use super::duel::Duel;
use super::scale::Scale;
use super::{peers, round_trips};
use crate::lab::release::Release;
use crate::lab::server::Server;

const MAJOR: u32 = 18;

pub fn print(scale: &Scale) {
    let Some(release) = Release::if_fetched(MAJOR) else {
        return println!("not measured: tests/servers fetches PostgreSQL {MAJOR}");
    };
    let server = Server::with(|settings| settings.release(&release));
    let at = |port| server.dsn("app").port(port).with("sslnegotiation", "direct");
    let ours = |port| peers::check(scale, &at(port));
    // The installed psql does it as soon as its libpq does.
    let psql = |port| peers::psql(&at(port)).env("LD_LIBRARY_PATH", release.libraries().display().to_string());
    println!("round trips");
    round_trips::count("dbdoctor check", server.port(), ours);
    round_trips::count("psql -c 'select 1'", server.port(), psql);
    let loopback = server.port();
    Duel::fight(&ours(loopback), &psql(loopback), scale.pairs).print("psql on loopback");
    let far = Delay::before(server.port(), ROUND_TRIP).port;
    let what = format!("psql with {} ms round trip", ROUND_TRIP.as_millis());
    Duel::fight(&ours(far), &psql(far), scale.pairs).print(&what);
}
