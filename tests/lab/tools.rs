//! Where the programs are that the laboratory runs.

use std::env;
use std::path::PathBuf;

use super::install;
use super::release::Release;

/// One of PostgreSQL's client programs: those that are installed.
pub fn postgres(program: &str) -> PathBuf {
    Release::installed().program(program)
}

/// PgBouncer's program.
pub fn pgbouncer() -> PathBuf {
    install::until_found("pgbouncer", || in_path("pgbouncer")).unwrap_or_else(|reason| panic!("pgbouncer is missing: {reason}"))
}

/// A DNS server's program.
///
/// # Errors
/// Why there is none.
pub fn dnsmasq() -> Result<PathBuf, String> {
    install::until_found("dnsmasq-base", || in_path("dnsmasq"))
}

/// A program of the `PATH`, and of where administrators' programs are.
pub fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var("PATH").unwrap_or_default();
    let directories = path.split(':').chain(["/usr/local/sbin", "/usr/sbin", "/sbin"]);
    directories
        .map(|directory| PathBuf::from(directory).join(program))
        .find(|candidate| candidate.is_file())
}
