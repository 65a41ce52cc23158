//! Round trips, counted exactly: how often each program speaks and then waits, the opening of each connection included.

use super::call::Call;
use super::peers;
use super::sample::Sample;
use super::scale::Scale;
use crate::lab::flights::Flights;
use crate::lab::server::Server;

pub fn print(scale: &Scale) {
    let shop = |port| peers::shop().port(port);
    let count = |what: &str, call: &dyn Fn(u16) -> Call| count(what, Server::shared().port(), call);
    count("dbdoctor check", &|port| peers::check(scale, &shop(port)));
    count("the same without TLS", &|port| peers::check(scale, &shop(port).sslmode("disable")));
    count("psql -c 'select 1'", &|port| peers::psql(&shop(port)));
    count("pg_isready", &peers::pg_isready);
    count("by hand", &|port| peers::by_hand(&shop(port), port));
}

/// Prints how many it takes `call` to reach the server on this port.
pub fn count(what: &str, server: u16, call: impl Fn(u16) -> Call) {
    let proxy = Flights::before(server);
    Sample::of(&call(proxy.port));
    println!("{:3}  {what}", proxy.round_trips());
}
