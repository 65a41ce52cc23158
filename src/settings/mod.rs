//! Where settings come from, and what they add up to.
//!
//! The order: a connection string given on the command line or on standard input; else a variable that holds a URL; else a
//! set of variables such as `DB_HOST` and `DB_NAME`; else libpq's own `PG…` variables. Variables come from one place: an env
//! file, a unit, a process or a container if one is named, else this process's environment. libpq's defaults (`PG…` variables, service file, `.pgpass`) fill
//! what the chosen source leaves out, as they would for the application. With an env file, only the `PG…` variables of that
//! file count, since the service does not have this shell's environment; its home directory and user are taken to be ours.

pub mod choice;
pub mod dialect;
pub mod disagreement;
pub mod driver;
pub mod dsn;
pub mod env_file;
pub mod environment;
pub mod gather;
pub mod hosts;
pub mod hygiene;
pub mod inventory;
pub mod kerberos;
pub mod merge;
pub mod parts;
pub mod passwords;
pub mod program;
pub mod repaired;
pub mod secret_files;
pub mod source;
pub mod stated;
pub mod target;
pub mod variables;
