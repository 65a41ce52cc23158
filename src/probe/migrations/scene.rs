//! What the judges of all tools share.

use super::Trees;
use super::catalog::{Catalog, StateTable, Surroundings};
use crate::finding::Finding;
use crate::finding::migrations::{foreign_database, never_applied, unreadable, version_table_hidden};
use crate::server::error::ServerError;

// PostgreSQL's appendix A.
const UNDEFINED_TABLE: &str = "42P01";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// The trees, the connection, and what the catalog says.
pub struct Scene<'a> {
    pub trees: &'a Trees,
    pub role: &'a str,
    pub database: &'a str,
    /// `None` where the server refused the question.
    pub catalog: Option<Catalog>,
    /// `None` where it did not matter, or the server refused the question.
    pub surroundings: Option<Surroundings>,
}

impl<'a> Scene<'a> {
    /// The tools that the project has, as their state tables name them.
    fn own_tools(&self) -> Vec<&'static str> {
        let mut tools = Vec::new();
        if !self.trees.alembic.is_empty() {
            tools.push("Alembic");
        }
        if !self.trees.django.is_empty() {
            tools.push("Django");
        }
        tools
    }

    /// The finding that another tool's state is there, where it is.
    pub fn foreign(&self, ours: &str, catalog: &Catalog) -> Option<Finding> {
        let others = catalog.of_others(&self.own_tools());
        if others.is_empty() {
            return None;
        }
        let mut tools: Vec<&str> = others.iter().map(|(_, tool)| *tool).collect();
        tools.dedup();
        let evidence: Vec<String> = others
            .iter()
            .map(|(table, tool)| format!("state table of {tool}: {}", table.shown()))
            .collect();
        Some(foreign_database::found(self.database, ours, &evidence, &tools))
    }

    pub fn hidden(&'a self, table: &'a StateTable, catalog: &'a Catalog) -> version_table_hidden::Seen<'a> {
        version_table_hidden::Seen {
            table: &table.name,
            schema: &table.schema,
            usage: table.usage,
            path: &catalog.path,
            role: self.role,
            database: self.database,
        }
    }

    pub fn surroundings(&self, record_is_empty: bool) -> never_applied::Surroundings<'_> {
        let seen = self.surroundings.as_ref();
        never_applied::Surroundings {
            database: self.database,
            record_is_empty,
            tables: seen.map(|seen| seen.visible),
            examples: seen.map(|seen| seen.examples.as_slice()).unwrap_or_default(),
        }
    }

    /// How the role stands to a state table that it may not read.
    pub fn denied(&self, table: &'a StateTable) -> unreadable::Denied<'a> {
        unreadable::Denied {
            table: &table.name,
            schema: Some(&table.schema),
            usage: table.usage,
            role: self.role,
            database: self.database,
        }
    }

    /// The finding that the server would not read a state table that is there.
    pub fn refused(&self, table: &str, schema: Option<&str>, error: &ServerError) -> Finding {
        if error.sqlstate.raw() == INSUFFICIENT_PRIVILEGE {
            let mut tables = self.catalog.iter().flat_map(|catalog| &catalog.state);
            let is_meant = |state: &&StateTable| state.name == table && schema.map_or(state.visible, |schema| state.schema == schema);
            let denied = match tables.find(is_meant) {
                Some(state) => self.denied(state),
                None => unreadable::Denied {
                    table,
                    schema,
                    usage: true,
                    role: self.role,
                    database: self.database,
                },
            };
            unreadable::denied(&denied, error.to_string())
        } else {
            unreadable::refused(table, error)
        }
    }
}

/// Whether the server says that the table, or its schema, is not there.
pub fn is_missing(error: &ServerError) -> bool {
    error.sqlstate.raw() == UNDEFINED_TABLE
}
