//! `auth/preload-library-missing`: each session is to load a library that the server does not have.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "preload-library-missing",
    severity: Severity::Fail,
    title: "the session is to load a library that the server does not have",
};

/// The settings that load libraries at login; `shared_preload_libraries` keeps the server itself from starting.
const SETTINGS: [&str; 2] = ["session_preload_libraries", "local_preload_libraries"];

/// Where the server looks for what `local_preload_libraries` names: anybody may set it, so it may name nothing else.
const FREE_TO_ALL: &str = "$libdir/plugins/";

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.came_from("internal_load_library") || error.is("58P01") && error.says(&["could not access file"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let (role, database) = (&scene.target.user, &scene.target.database);
    let named = error.message.raw().split('"').nth(1);
    let library = named.map_or_else(|| "a library".to_owned(), |name| format!("\"{}\"", Foreign::new(name)));
    let [session, local] = SETTINGS;
    let setting = if named.is_some_and(|name| name.starts_with(FREE_TO_ALL)) {
        local
    } else {
        session
    };
    let finding = KIND
        .found(format!("sessions of \"{role}\" in \"{database}\" are to load {library}, which the server cannot load"))
        .detail(format!(
            "The role was let in, and then the session was to load what {setting} names. The refusal does not say where that was set: for the role, for the \
             database, or for all."
        ))
        .evidence(error.to_string());
    let options = scene.target.options.as_ref().map_or("", |options| options.raw());
    if SETTINGS.iter().any(|setting| options.contains(setting)) {
        return finding.remedy(Remedy::new(
            "take it out of the options of the connection settings",
            [Step::new(
                Place::AppConfig,
                format!("remove the setting from options ({})", scene.target.source),
            )],
        ));
    }
    let look = "SELECT d.datname, r.rolname, s.setconfig FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = \
                s.setrole WHERE array_to_string(s.setconfig, ' ') LIKE '%\\_preload\\_libraries=%';";
    finding
        .candidate("it was set for the role or for the database", "a superuser gets in, to another database at least: the query below shows it")
        .candidate("it was set for all", "nobody gets in any more: it stands in postgresql.conf or postgresql.auto.conf")
        .remedy(Remedy::new(
            "install the library, or take the setting back where it was made",
            [
                Step::sql("postgres", "shows what was set for roles and databases", look).actor("superuser"),
                Step::sql(
                    "postgres",
                    "where it was set for the role",
                    format!("ALTER ROLE {} RESET {setting};", sql_ident(role.raw())),
                )
                .actor("superuser"),
                Step::sql(
                    "postgres",
                    "where it was set for the database",
                    format!("ALTER DATABASE {} RESET {setting};", sql_ident(database.raw())),
                )
                .actor("superuser"),
                Step::new(
                    Place::DatabaseHost,
                    format!("where it was set for all: install the package that has {library}, or take it out of {setting} in postgresql.conf and reload"),
                ),
            ],
        ))
}
