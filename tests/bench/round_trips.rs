//! Round trips, counted exactly: how often each program speaks and then waits, the opening of each connection included.

use super::call::Call;
use super::peers;
use super::sample::Sample;
use super::scale::Scale;
use crate::lab::dsn::Dsn;
use crate::lab::flights::Flights;
use crate::lab::server::Server;

pub fn print(scale: &Scale) {
    let count = |what: &str, call: fn(&Scale, &Dsn, u16) -> Call| {
        let proxy = Flights::before(Server::shared().port());
        let dsn = peers::shop().port(proxy.port);
        Sample::of(&call(scale, &dsn, proxy.port));
        println!("{:3}  {what}", proxy.round_trips());
    };
    count("dbdoctor check", |scale, dsn, _| peers::check(scale, dsn));
    count("the same without TLS", |scale, dsn, _| {
        peers::check(scale, &dsn.clone().sslmode("disable"))
    });
    count("psql -c 'select 1'", |_, dsn, _| peers::psql(dsn));
    count("pg_isready", |_, _, port| peers::pg_isready(port));
    count("by hand", |_, dsn, port| peers::by_hand(dsn, port));
}
