//! What the catalogue says about a role's privileges, and the GRANTs that are missing.
//!
//! One file per question: its SQL, and what its answer says. Everything is looked up by OID: the functions that take a name raise an
//! error where the role may not use the schema, and none of these waits for a lock that a migration holds.

pub mod defaults;
pub mod grants;
pub mod privilege;
pub mod relations;
pub mod schemas;
pub mod scope;
pub mod sequences;
pub mod session;
pub mod setting;
