//! Where a setting of the session was made, and how it is taken back there.

use crate::foreign::Foreign;
use crate::quote::sql_ident;

/// Where a setting comes from.
#[derive(Debug, Clone)]
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

/// Two columns: whether the setting has this value, and if so where it comes from, as JSON.
#[must_use]
pub fn columns(name: &str, value: &str) -> String {
    format!(
        "current_setting('{name}') = '{value}', CASE WHEN current_setting('{name}') = '{value}' \
         THEN (SELECT json_build_array(s.source, s.sourcefile, s.sourceline::text) FROM pg_settings s WHERE s.name = '{name}') END"
    )
}

impl SetBy {
    /// What the second of those columns says.
    #[must_use]
    pub fn of([source, file, line]: [Option<String>; 3]) -> Self {
        Self {
            source: Foreign::from(source.unwrap_or_default()),
            line: file.zip(line).map(|(file, line)| (Foreign::from(file), Foreign::from(line))),
        }
    }

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
