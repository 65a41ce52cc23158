//! The line of `pg_hba.conf` that a refusal asks for.

use std::net::IpAddr;

use crate::net::socket::Address;
use crate::quote;
use crate::remedy::{Place, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// The client's address as the server saw it: the first address that the message quotes, in whatever language.
#[must_use]
pub fn client_address(error: &ServerError) -> Option<IpAddr> {
    let is_quote = |c: char| matches!(c, '"' | '«' | '»' | '„' | '“' | '”' | '‘' | '’' | '\'');
    error.message.raw().split(is_quote).find_map(|part| part.trim().parse().ok())
}

/// Whether the client came over a Unix socket, by the message where a log has no more: only there the method peer is, and an address is not.
#[must_use]
pub fn over_a_socket(error: &ServerError, scene: &Scene<'_>) -> bool {
    matches!(scene.route.address, Address::Unix(_)) || error.says_unquoted(&["peer"]) || error.says(&["[local]"])
}

/// The line that lets this role into this database from this client, or `None` where the client's address is not known.
#[must_use]
pub fn line(error: &ServerError, scene: &Scene<'_>) -> Option<String> {
    if over_a_socket(error, scene) {
        let (database, user) = names(scene);
        return Some(format!("local {database} {user} scram-sha-256"));
    }
    let address = client_address(error)?;
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Some(line_for(&format!("{address}/{prefix}"), scene))
}

/// The line for clients over TCP from these addresses.
fn line_for(addresses: &str, scene: &Scene<'_>) -> String {
    let kind = if scene.encrypted { "hostssl" } else { "host" };
    let (database, user) = names(scene);
    format!("{kind} {database} {user} {addresses} scram-sha-256")
}

fn names(scene: &Scene<'_>) -> (String, String) {
    (quote::hba(scene.target.database.raw()), quote::hba(scene.target.user.raw()))
}

/// The steps that add the line and make it count.
#[must_use]
pub fn steps(error: &ServerError, scene: &Scene<'_>) -> Vec<Step> {
    let add = |line: &str| {
        let text = format!(
            "put {line} into that file, above its first entry, since the first entry that matches decides; if the role's secret is md5, write md5 at its end"
        );
        Step::new(Place::DatabaseHost, text)
    };
    let role = quote::sql_literal(scene.target.user.raw());
    vec![
        Step::sql(
            "postgres",
            "see which file it is, and which method the role's secret allows",
            format!(
                "SELECT current_setting('hba_file') AS file, CASE WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256' WHEN rolpassword \
                 LIKE 'md5%' THEN 'md5' ELSE 'none: the role has no password' END AS method FROM pg_authid WHERE rolname = {role};"
            ),
        )
        .actor("superuser"),
        match line(error, scene) {
            Some(line) => add("this line").run(line).undo("remove the line, then run SELECT pg_reload_conf();"),
            None => add(&format!("the line \"{}\", with the client's address as the server's log shows it,", line_for("ADDRESS/32", scene))),
        },
        Step::sql(
            "postgres",
            "make it count, and see whether the file has errors",
            "SELECT pg_reload_conf(); SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL;",
        )
        .actor("superuser"),
    ]
}
