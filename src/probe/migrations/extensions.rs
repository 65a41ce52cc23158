//! The extensions that pending migrations make: are they there, can they be had, and may the role make them?

use super::{Judged, Rows};
use crate::finding::migrations::object_missing;
use crate::finding::privileges::extension_denied::{self, Obstacle};
use crate::foreign::Foreign;
use crate::migrations::Trees;
use crate::quote;
use crate::server::answer::Columns;

/// Every extension that a file of these trees names.
pub fn names(trees: &Trees) -> Vec<String> {
    let alembic = trees.alembic.iter().flat_map(|tree| tree.graph.revisions());
    let django = trees
        .django
        .iter()
        .flat_map(|tree| tree.apps.iter().flat_map(|app| &app.migrations));
    let mut names: Vec<String> = alembic
        .flat_map(|revision| revision.extensions.iter().cloned())
        .chain(django.flat_map(|migration| migration.extensions.iter().cloned()))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The question: for each extension that the database has not, whether the server has it, and what it takes to make it. What the
/// server has is read from its disk, so it is asked only about those.
pub fn sql(names: &[String]) -> String {
    let rows: Vec<String> = names.iter().map(|name| format!("({})", quote::sql_literal(name))).collect();
    format!(
        "SELECT w.name, EXISTS (SELECT FROM pg_catalog.pg_available_extensions a WHERE a.name = w.name), \
         (SELECT v.superuser AND NOT coalesce((pg_catalog.to_jsonb(v) ->> 'trusted')::pg_catalog.bool, false) \
         FROM pg_catalog.pg_available_extension_versions v JOIN pg_catalog.pg_available_extensions a ON a.name = v.name AND a.default_version = v.version \
         WHERE v.name = w.name), \
         pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'), \
         (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) \
         FROM (VALUES {}) AS w (name) WHERE w.name NOT IN (SELECT e.extname FROM pg_catalog.pg_extension e) ORDER BY 1",
        rows.join(", ")
    )
}

/// What stands in the way of pending migrations, told of the tool that has them. `migrates`: the role is the one that changes the schema.
pub fn judge(role: &str, database: &str, migrates: bool, rows: &Rows, judged: &mut [Judged]) {
    let Ok(rows) = rows else { return };
    for one in judged {
        for row in rows {
            let mut row = Columns::of(row);
            let read = || -> Result<_, crate::verdict::Breakage> {
                Ok((row.name()?, row.flag()?, row.nullable()? == Some("t"), row.flag()?, row.flag()?))
            };
            let mut read = read;
            let Ok((name, available, takes_superuser, may_create, superuser)) = read() else {
                continue;
            };
            let files: Vec<&String> = one
                .makes_extensions
                .iter()
                .filter(|(extension, _)| extension == name.raw())
                .map(|(_, file)| file)
                .collect();
            let Some(file) = files.first() else { continue };
            let (role, database) = (Foreign::from(role), Foreign::from(database));
            if !available {
                one.findings.push(object_missing::extension(&name, &database, file));
            } else if !superuser && (takes_superuser || !may_create) {
                let obstacle = if takes_superuser {
                    Obstacle::TakesSuperuser
                } else {
                    Obstacle::LacksCreate
                };
                one.findings
                    .push(extension_denied::finding(&role, &database, &name, file, obstacle, migrates));
            }
        }
    }
}
