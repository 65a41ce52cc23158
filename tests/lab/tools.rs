//! Where the programs are that the laboratory runs.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use super::install;

/// The directory with PostgreSQL's own programs: the newest of Debian's, else where `PATH` finds `initdb`.
pub fn postgres(program: &str) -> PathBuf {
    static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
        install::until_found("postgresql", postgres_directory)
            .unwrap_or_else(|reason| panic!("PostgreSQL's programs are missing: {reason}"))
    });
    DIRECTORY.join(program)
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

fn postgres_directory() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max_by_key(|bin| bin.parent().and_then(|version| version.file_name()?.to_str()?.parse::<u32>().ok()));
    newest.or_else(|| in_path("initdb")?.parent().map(PathBuf::from))
}
