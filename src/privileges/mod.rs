//! What the catalogue says about a role's privileges, and the GRANTs that are missing.
//!
//! One file per question: its SQL, and what its answer says. Everything is looked up by OID: the functions that take a name raise an
//! error where the role may not use the schema, and none of these waits for a lock that a migration holds.
//!
//! What is asked of every database (the session, the schemas, what is held on their relations, the default privileges) is asked in few
//! words: a session that has just begun has nothing cached, so that each catalogue, view and operator that a question names costs more
//! than what it does with them. The answers are put together here. What says more is asked only where these answers call for it.

pub mod defaults;
pub mod grants;
pub mod holdings;
pub mod privilege;
pub mod relations;
pub mod schemas;
pub mod scope;
pub mod search_path;
pub mod sequences;
pub mod session;
pub mod setting;
