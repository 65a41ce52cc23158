//! Carries out a remedy, as whoever pastes it would.

use serde_json::Value;

use crate::lab::server::Server;

/// Runs the SQL of a finding's remedy as the superuser, each step in the database that it names.
///
/// # Panics
/// If there is none, or PostgreSQL refuses it.
pub fn apply(server: &Server, finding: &Value) {
    let steps = finding["remedy"]["steps"]
        .as_array()
        .unwrap_or_else(|| panic!("no remedy: {finding:#}"));
    let sql: Vec<(&str, &str)> = steps
        .iter()
        .filter(|step| step["where"] == "database")
        .filter_map(|step| Some((step["database"].as_str()?, step["run"].as_str()?)))
        .collect();
    assert!(!sql.is_empty(), "nothing to paste: {finding:#}");
    for (database, run) in sql {
        server.sql(database, run);
    }
}
