//! Names that do not resolve, in every way, through a real name server.

use crate::harness::Doctor;
use crate::lab::dns::Dns;
use crate::lab::network::Network;
use crate::lab::server::Server;
use crate::lab::skip::need;

/// The application's connection to a name, judged by a name server of the laboratory.
fn look_up(name: &str, network: &Network) -> Doctor {
    Doctor::check()
        .dsn(Server::shared().dsn("app").host(name).sslmode("require"))
        .args(["--timeout", "3s"])
        .in_network(network)
}

#[test]
fn a_name_resolves() {
    let network = need!(need!(Dns::shared()).network());
    let run = look_up("db.lab.test", &network).run();
    run.sound();
    assert_eq!(run.row("dns")["verdict"], "pass");
    assert!(run.row("dns")["facts"].to_string().contains("127.0.0.1"), "{}", run.stdout);
}

#[test]
fn an_alias_shows_its_canonical_name() {
    let network = need!(need!(Dns::shared()).network());
    let run = look_up("alias.lab.test", &network).run();
    run.sound();
    assert!(run.row("dns")["facts"].to_string().contains("db.lab.test"), "{}", run.stdout);
}

#[test]
fn the_name_does_not_exist() {
    let network = need!(need!(Dns::shared()).network());
    look_up("nosuch.lab.test", &network).run().fails("dns/name-not-found");
}

#[test]
fn the_name_has_no_address() {
    let network = need!(need!(Dns::shared()).network());
    look_up("text.lab.test", &network)
        .run()
        .fails("dns/no-address")
        .exemplifies("dns/no-address");
}

#[test]
fn the_name_server_fails() {
    let network = need!(need!(Dns::shared()).network());
    look_up("db.broken.test", &network)
        .run()
        .fails("dns/server-failure")
        .exemplifies("dns/server-failure");
}

#[test]
fn the_name_server_takes_too_long() {
    let network = need!(need!(Dns::shared()).silent_network());
    look_up("db.lab.test", &network)
        .run()
        .fails("dns/timeout")
        .exemplifies("dns/timeout");
}

#[test]
fn nobody_listens_where_the_name_server_should_be() {
    let network = need!(need!(Dns::shared()).dead_network());
    look_up("db.lab.test", &network)
        .run()
        .fails("dns/resolver-unreachable")
        .exemplifies("dns/resolver-unreachable");
}

#[test]
fn the_hosts_file_says_something_else() {
    let network = need!(need!(Dns::shared()).network_with_hosts("127.0.0.3 db.lab.test"));
    let run = look_up("db.lab.test", &network).run();
    let finding = run.finding("dns/hosts-override");
    run.exemplifies("dns/hosts-override");
    let shown = finding.to_string();
    assert!(shown.contains("127.0.0.3") && shown.contains("127.0.0.1"), "{finding:#}");
}

#[test]
fn a_rest_of_the_password_is_taken_for_the_host() {
    let network = need!(need!(Dns::shared()).network());
    look_up("ss-word-db.lab.test", &network).run().fails("dns/name-not-found");
}

#[test]
fn only_ipv6_and_no_way_there() {
    let network = need!(Network::isolated_with_hosts("2001:db8::7 far.lab.test"));
    look_up("far.lab.test", &network)
        .run()
        .fails("dns/family-mismatch")
        .exemplifies("dns/family-mismatch");
}

#[test]
fn a_search_domain_makes_another_name_of_it() {
    let network = need!(need!(Dns::shared()).network()).resolving_with("search test\noptions ndots:5");
    let run = look_up("db.lab", &network).run();
    run.sound().warns("dns/unexpected-address");
    assert_eq!(run.row("dns")["facts"]["looked_up_as"], "db.lab.test", "{}", run.stdout);
    // A bare name is meant to be completed.
    let network = need!(need!(Dns::shared()).network()).resolving_with("search lab.test");
    let run = look_up("db", &network).run();
    run.sound();
    assert_eq!(run.row("dns")["facts"]["looked_up_as"], "db.lab.test", "{}", run.stdout);
    assert!(run.row("dns")["findings"].as_array().unwrap().is_empty(), "{}", run.stdout);
}

#[test]
fn a_blocked_name_has_no_servers_address() {
    let network = need!(need!(Dns::shared()).network_with_hosts("0.0.0.0 blocked.lab.test"));
    look_up("blocked.lab.test", &network)
        .run()
        .warns("dns/unexpected-address")
        .exemplifies("dns/unexpected-address");
}
