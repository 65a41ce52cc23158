//! A migration tool holds its own lock.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::migrations::tools::Tool;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "locked",
    severity: Severity::Warn,
    title: "the migration tool's own lock is held",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Migration table is already locked"),
    Text::near_driver("Could not acquire change log lock."),
    Text::new("ActiveRecord::ConcurrentMigrationError"),
    Text::new("Cannot run migrations because another migration process is currently running"),
    Text::new("Timed out trying to acquire a postgres advisory lock"),
    Text::new("attempting to acquire PostgreSQL advisory lock"),
    Text::new("has locked this database (run yoyo break-lock to remove this lock)"),
    Text::new("Another migration is already running"),
    Text::new("Blocked by another instance of Sqitch working on"),
];

/// The lock of `tool`, in `table`; who holds it, where that stands there.
#[must_use]
pub fn found(tool: &Tool, table: &str, holder: Option<&str>) -> Finding {
    let release = match tool.name {
        "Liquibase" => Some("liquibase release-locks"),
        "Knex" => Some("npx knex migrate:unlock"),
        "yoyo" => Some("yoyo break-lock"),
        _ => None,
    };
    let text = match release {
        Some(command) => format!("Once it is certain that no migration runs: `{command}`."),
        None => "Once it is certain that no migration runs: release the lock with the tool's own command.".to_owned(),
    };
    let evidence = match holder {
        Some(holder) => format!("table {table}: held by \"{}\"", Foreign::new(holder)),
        None => format!("table {table}: held"),
    };
    KIND.found(format!("{} holds its migration lock", tool.name))
        .detail("A migration runs at this moment, or one that was killed left the lock behind. Until it is released no other can run.")
        .evidence(evidence)
        .candidate("a migration is running", "its process, or its session on the server, is there")
        .candidate("a migration was killed", "no such process and no such session")
        .remedy(Remedy::new(
            "wait for the migration, or release a lock that was left behind",
            [Step::new(Place::AppHost, text)],
        ))
}
