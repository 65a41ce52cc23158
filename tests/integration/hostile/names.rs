//! Name servers that lie, and names with more addresses than anybody tries.

use std::time::Instant;

use super::{LONGEST, MEMORY};
use crate::harness::{Doctor, Run};
use crate::lab::attacker::{Act, listen};
use crate::lab::blackhole::Blackhole;
use crate::lab::dsn::Dsn;
use crate::lab::network::Network;
use crate::lab::rogue_dns::{Lie, Plenty};
use crate::lab::server::Server;
use crate::lab::skip::need;

#[test]
fn a_name_with_a_thousand_addresses() {
    let hosts: Vec<String> = (0..1_000)
        .map(|n| format!("127.9.{}.{} many.lab.test\n", n / 250, n % 250 + 1))
        .collect();
    let network = need!(Network::isolated_with_hosts(&hosts.concat()));
    for format in ["json", "human", "short", "markdown"] {
        let call = Doctor::check().dsn(Dsn::new("app", 5432, "shop").host("many.lab.test"));
        let run = call.args(["--timeout", "5s", "-v"]).in_network(&network).in_format(format);
        assert!([3, 12].contains(&run.status), "{format}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.len() < 16 * 1024, "{format}: {} bytes", run.stdout.len());
    }
}

/// `--timeout` is the limit of all of them together.
#[test]
fn a_thousand_addresses_of_which_none_answers() {
    const ADDRESSES: usize = 1_000;
    let blackhole = Blackhole::open();
    let many = |one: &str| vec![one; ADDRESSES].join(",");
    let dsn = format!(
        "host={} port={} user=app dbname=shop",
        many("127.0.0.1"),
        many(&blackhole.port.to_string())
    );
    let call = Doctor::check().dsn(&dsn).args(["--timeout", "1s"]);
    let run = call.under(&["prlimit", "--nofile=4096", MEMORY]).run();
    assert_eq!(run.codes(), ["tcp/timeout"], "{}", run.stdout);
    assert!(run.stdout.len() < 5 * dsn.len(), "{} bytes", run.stdout.len());
    let took = run.row("tcp")["duration_ms"].as_f64().expect("a number");
    // One after the other they would take a quarter of an hour.
    assert!(took < LONGEST.as_secs_f64() * 1000.0, "{took} ms");
}

/// libpq goes on to the next of them where `connect_timeout` passes.
#[test]
fn a_hundred_addresses_that_accept_and_never_speak() {
    const ADDRESSES: usize = 100;
    let port = listen(vec![Act::Hold]).to_string();
    let many = |one: &str| vec![one; ADDRESSES].join(",");
    for mode in ["disable", "require"] {
        let dsn = format!(
            "host={} port={} user=app dbname=shop connect_timeout=2 sslmode={mode}",
            many("127.0.0.1"),
            many(&port)
        );
        let began = Instant::now();
        let run = Doctor::check().dsn(&dsn).args(["--timeout", "1s"]).run();
        assert_eq!(run.status, 12, "{}", run.stdout);
        assert!(run.stdout.contains("were not tried"), "{}", run.stdout);
        assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    }
}

fn asked(dsn: Dsn, network: &Network) -> Run {
    let call = Doctor::check().dsn(dsn).args(["--timeout", "2s"]).in_network(network);
    call.under(&["prlimit", MEMORY, "--core=0"]).run()
}

#[test]
fn name_servers_that_lie() {
    for lie in Lie::ALL {
        let network = need!(lie.network());
        let began = Instant::now();
        let run = asked(Dsn::new("app", 5432, "shop").host("db.lab.test"), &network);
        assert!(began.elapsed() < LONGEST, "{lie:?}: {:?}", began.elapsed());
        assert!([3, 11].contains(&run.status), "{lie:?}: {}", run.stdout);
        assert!(run.stderr.is_empty(), "{lie:?}: {}", run.stderr);
        assert!(run.stdout.len() < 16 * 1024, "{lie:?}: {} bytes", run.stdout.len());
    }
}

#[test]
fn a_chain_of_a_hundred_aliases() {
    let network = need!(Plenty::Aliases(100).network());
    let run = asked(Server::shared().dsn("app").host("db.lab.test").sslmode("require"), &network);
    assert_eq!(run.status, 0, "{}", run.stdout);
}

/// As many as an answer can hold.
#[test]
fn four_thousand_addresses() {
    let network = need!(Plenty::Addresses(4_000).network());
    let run = asked(Dsn::new("app", 1, "shop").host("db.lab.test"), &network);
    assert!([3, 12].contains(&run.status), "{}", run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert!(run.stdout.len() < 16 * 1024, "{} bytes", run.stdout.len());
}
