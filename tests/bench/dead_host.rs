//! A host with many addresses, at each of which packets vanish.

use super::call::Call;
use super::duel::Duel;
use super::scale::Scale;
use crate::lab::blackhole::Blackhole;
use crate::lab::tools;

/// libpq takes no less.
const SECONDS: &str = "2";

pub fn print(scale: &Scale) {
    let blackhole = Blackhole::open();
    let many = |one: &str| vec![one; scale.dead_addresses].join(",");
    let dsn = format!(
        "host={} port={} user=app dbname=shop sslmode=require",
        many("127.0.0.1"),
        many(&blackhole.port.to_string())
    );
    let ours = Call::new(&scale.binary)
        .args(["check", "--timeout", &format!("{SECONDS}s"), &dsn])
        .or_status(12);
    let theirs = Call::new(tools::postgres("psql"))
        .args(["-XAtc", "select 1", &format!("{dsn} connect_timeout={SECONDS}")])
        .or_status(2);
    println!("{} addresses, a limit of {SECONDS} s", scale.dead_addresses);
    Duel::fight(&ours, &theirs, 1).print("psql with connect_timeout");
}
