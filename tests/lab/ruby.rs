//! Rails' own migrations: Active Record, as Debian packages it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::install;

/// What `rails db:migrate` does, up to a version.
const MIGRATE: &str = "require 'active_record'
directory, port, database, version = ARGV
ActiveRecord::Migration.verbose = false
ActiveRecord::Base.establish_connection(adapter: 'postgresql', host: directory, port: port, database: database, username: 'postgres')
context = ActiveRecord::MigrationContext.new('db/migrate', ActiveRecord::SchemaMigration)
context.up(version && version.to_i)
puts context.needs_migration? ? 'pending' : 'up to date'
";

/// Makes sure that Active Record and its driver are there.
///
/// # Errors
/// Why they cannot be had.
pub fn active_record() -> Result<(), String> {
    let loads = |library: &str| {
        let ruby = Command::new("ruby")
            .args(["-e", &format!("require '{library}'")])
            .stderr(Stdio::null())
            .status();
        ruby.is_ok_and(|status| status.success()).then_some(())
    };
    install::until_found("ruby-activerecord", || loads("active_record"))?;
    install::until_found("ruby-pg", || loads("pg"))
}

/// Applies the migrations of `db/migrate` up to `version`, all of them without one: whether any is pending then, by Rails' word.
pub fn migrate(directory: &Path, socket: &Path, port: u16, database: &str, version: Option<&str>) -> bool {
    let output = Command::new("ruby")
        .args(["-e", MIGRATE])
        .arg(socket)
        .args([&port.to_string(), database])
        .args(version)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("ruby can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.starts_with(b"pending")
}
