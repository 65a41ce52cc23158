//! A database of a scenario's own.

use std::sync::atomic::{AtomicU32, Ordering};

use super::dsn::Dsn;
use super::schema;
use super::server::Server;
use super::session::Session;

/// A copy of the shop, dropped with the value.
#[derive(Debug)]
pub struct Database<'a> {
    pub server: &'a Server,
    pub name: String,
}

impl<'a> Database<'a> {
    /// A copy of the shop: schema, rows and grants.
    pub fn copy(server: &'a Server) -> Self {
        Self::create(server, &format!("TEMPLATE {} OWNER owner", schema::BLUEPRINT))
    }

    /// A database without any table, owned by `owner`.
    pub fn empty(server: &'a Server) -> Self {
        Self::create(server, "OWNER owner")
    }

    fn create(server: &'a Server, options: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("shop_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        server.sql("postgres", &format!("CREATE DATABASE {name} {options}"));
        Self { server, name }
    }

    /// The role's connection to it.
    pub fn dsn(&self, role: &str) -> Dsn {
        self.server.dsn(role).database(&self.name)
    }

    /// Runs SQL in it as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        self.server.sql(&self.name, sql)
    }

    /// A session that locks the catalogue of schemas: until it is dropped, a check waits there.
    pub fn hold_up_checks(&self) -> Session {
        let mut holder = self.session("postgres");
        holder.run("BEGIN");
        holder.run("LOCK TABLE pg_namespace IN ACCESS EXCLUSIVE MODE");
        holder
    }

    /// A session in it that stays open until it is dropped.
    pub fn session(&self, role: &str) -> Session {
        self.server.session(role, &self.name)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // What is left over goes with the server.
        let _ = self
            .server
            .try_sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
