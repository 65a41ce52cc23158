//! Where a setting of the session was made, and how it is taken back there.

use std::collections::BTreeMap;

use crate::foreign::Foreign;
use crate::quote::sql_ident;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// Where a setting comes from.
#[derive(Debug, Clone, Default)]
pub struct SetBy {
    /// `pg_settings.source`
    pub source: Foreign,
    /// File and line, where the role may see them.
    pub line: Option<(Foreign, Foreign)>,
}

/// What a statement can take a setting back on, and who may run it.
#[derive(Debug)]
pub struct Owner {
    pub sql: String,
    pub actor: &'static str,
}

/// The question where the two settings were made that can keep a session from its rows.
pub const SQL: &str = "SELECT s.name, s.source, s.sourcefile, s.sourceline FROM pg_settings s WHERE s.name IN ('default_transaction_read_only', 'row_security')";

/// The place, by the setting's name.
pub type Places = BTreeMap<String, SetBy>;

/// Reads the answer.
///
/// # Errors
/// When it does not have the form asked for.
pub fn read(rows: &[Row]) -> Result<Places, Breakage> {
    rows.iter()
        .map(|row| {
            let mut row = Columns::of(row);
            let name = row.text()?.to_owned();
            let source = row.name()?;
            let (file, line) = (row.nullable()?.map(Foreign::from), row.nullable()?.map(Foreign::from));
            Ok((
                name,
                SetBy {
                    source,
                    line: file.zip(line),
                },
            ))
        })
        .collect()
}

impl SetBy {
    /// Whether the connection itself asked for it.
    #[must_use]
    pub fn is_of_the_client(&self) -> bool {
        self.source.raw() == "client"
    }

    /// The role or database that it was set for; `None` where it was set for the whole server, or by the client.
    #[must_use]
    pub fn owner(&self, role: &Foreign, database: &Foreign) -> Option<Owner> {
        let (role, database) = (sql_ident(role.raw()), sql_ident(database.raw()));
        let (sql, actor) = match self.source.raw() {
            "database" => (format!("DATABASE {database}"), "the owner of the database or a superuser"),
            "global" => ("ROLE ALL".to_owned(), "superuser"),
            "user" => (format!("ROLE {role}"), "superuser"),
            "database user" => (format!("ROLE {role} IN DATABASE {database}"), "superuser"),
            _ => return None,
        };
        Some(Owner { sql, actor })
    }
}
