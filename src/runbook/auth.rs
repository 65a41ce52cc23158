//! Whether the server lets the role in.

use super::connection::{address_apart, host_name};
use super::{PATIENCE, Section, Step};
use crate::finding::auth::{
    database_closed, database_missing, hba_rejected, login_not_permitted, no_hba_entry, password_missing, password_rejected, peer_mismatch,
    pooler_database_unknown, role_missing, server_starting, server_stopping,
};
use crate::finding::pool::{database_limit, reserved_slots_only, role_limit, slots_exhausted};
use crate::finding::privileges::connect_denied;
use crate::finding::tls::not_supported_by_server;
use crate::layer::Layer;
use crate::quote;
use crate::target::{Host, Target};

pub fn section(target: &Target) -> Section {
    let mut steps: Vec<Step> = target.hosts.iter().map(readiness).collect();
    steps.push(login());
    Section::layer(Layer::Auth, steps)
}

/// Asked of each host alone: with several, libpq stops at the first that is ready.
fn readiness(host: &Host) -> Step {
    let apart = match address_apart(host).as_str() {
        "" => String::new(),
        address => format!("PGHOSTADDR={address} "),
    };
    let run = format!(
        "{apart}pg_isready -h {} -p {} -t {PATIENCE}",
        quote::shell(&host_name(host)),
        host.port
    );
    Step::new("pg_isready", format!("Whether the server at {host} takes logins."), run)
        .good("\"accepting connections\"")
        .shows(
            "\"rejecting connections\": it is starting, stopping or recovering",
            &server_starting::KIND,
        )
        .good("\"no response\" means that tcp or tls above is what is broken")
}

fn login() -> Step {
    let run = r#"psql -X -w -c "SELECT current_user, current_database(), inet_server_addr(), version()""#;
    Step::new("psql", "The login itself, once.", run)
        .good("a row with the application's role and database")
        .says("password authentication failed", &password_rejected::KIND)
        .says("no password supplied", &password_missing::KIND)
        .says("no pg_hba.conf entry", &no_hba_entry::KIND)
        .says("pg_hba.conf rejects", &hba_rejected::KIND)
        .says("Peer authentication failed", &peer_mismatch::KIND)
        .shows("role \"…\" does not exist", &role_missing::KIND)
        .says("is not permitted to log in", &login_not_permitted::KIND)
        .shows("database \"…\" does not exist", &database_missing::KIND)
        .says("not currently accepting connections", &database_closed::KIND)
        .says("the database system is starting up", &server_starting::KIND)
        .says("the database system is shutting down", &server_stopping::KIND)
        .says("no such database", &pooler_database_unknown::KIND)
        .says("server does not support SSL", &not_supported_by_server::KIND)
        .says("User does not have CONNECT privilege", &connect_denied::KIND)
        .says("too many clients already", &slots_exhausted::KIND)
        .says("remaining connection slots are reserved", &reserved_slots_only::KIND)
        .says("too many connections for role", &role_limit::KIND)
        .says("too many connections for database", &database_limit::KIND)
}
