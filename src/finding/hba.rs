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

/// The line that lets this role into this database from this client, or `None` where the client's address is not known.
#[must_use]
pub fn line(error: &ServerError, scene: &Scene<'_>) -> Option<String> {
    let (database, user) = (quote::hba(scene.target.database.raw()), quote::hba(scene.target.user.raw()));
    if matches!(scene.route.address, Address::Unix(_)) {
        return Some(format!("local   {database} {user} scram-sha-256"));
    }
    let kind = if scene.encrypted { "hostssl" } else { "host" };
    let address = client_address(error)?;
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Some(format!("{kind} {database} {user} {address}/{prefix} scram-sha-256"))
}

/// The steps that add the line and make it count.
#[must_use]
pub fn steps(error: &ServerError, scene: &Scene<'_>) -> Vec<Step> {
    let add = Step::new(
        Place::DatabaseHost,
        "add this line to that file, above any line that matches the same client and says reject; its method has to fit the role's password",
    );
    vec![
        Step::sql("postgres", "see which file it is", "SHOW hba_file;").actor("superuser"),
        match line(error, scene) {
            Some(line) => add.run(line).undo("remove the line and reload"),
            None => add,
        },
        Step::sql(
            "postgres",
            "make it count, and see whether the file has errors",
            "SELECT pg_reload_conf(); SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL;",
        )
        .actor("superuser"),
    ]
}
