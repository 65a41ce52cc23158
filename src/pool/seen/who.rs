//! One session of the server.

use std::fmt;

use crate::foreign::Foreign;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// A session.
#[derive(Debug, Clone)]
pub struct Who {
    pub pid: i64,
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
}

impl Record for Who {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            pid: row.count()?,
            role: row.name()?,
            database: row.name()?,
            application: row.name()?,
        })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}, role \"{}\", database \"{}\"", self.pid, self.role, self.database)?;
        if !self.application.raw().is_empty() {
            write!(f, ", application \"{}\"", self.application)?;
        }
        Ok(())
    }
}
