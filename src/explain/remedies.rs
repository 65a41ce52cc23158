//! The way out of what a log shows: filled in with what the message names, else what the finding's page says.

use super::facts::Facts;
use crate::finding::Kind;
use crate::finding::page::Page;
use crate::finding::privileges::{extension_denied, object_access, schema_create, schema_usage, sequence_access, table_access};
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

/// The remedy for a kind that was recognised in a log.
#[must_use]
pub fn of(kind: &'static Kind, facts: &Facts) -> Remedy {
    let fixes = Page::of(kind).fixes();
    let summary = fixes.first().map_or_else(|| kind.title.to_owned(), |(_, text)| text.clone());
    let mut steps: Vec<Step> = grant(kind, facts).into_iter().collect();
    steps.extend(fixes.into_iter().map(|(place, text)| Step::new(place, text)));
    Remedy::new(summary, steps)
}

/// The statement that grants what is missing. The log rarely names the role: then the statement is a pattern, and a person fills it in.
fn grant(kind: &'static Kind, facts: &Facts) -> Option<Step> {
    let is = |other: &Kind| kind.is(other);
    let role = facts.get("role").map_or_else(|| "<role>".to_owned(), sql_ident);
    let name = |fact: &str| facts.get(fact).map(qualified);
    let statement = if is(&table_access::KIND) {
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {} TO {role};", name("table")?)
    } else if is(&sequence_access::KIND) {
        format!("GRANT USAGE, SELECT ON SEQUENCE {} TO {role};", name("sequence")?)
    } else if is(&schema_usage::KIND) {
        format!("GRANT USAGE ON SCHEMA {} TO {role};", name("schema")?)
    } else if is(&schema_create::KIND) {
        let schema = name("schema").unwrap_or_else(|| "public".to_owned());
        format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role};")
    } else if is(&object_access::KIND) && facts.get("object").is_none() {
        format!("GRANT CREATE ON DATABASE {} TO {role};", name("database")?)
    } else if is(&extension_denied::KIND) {
        format!("CREATE EXTENSION IF NOT EXISTS {};", name("extension")?)
    } else {
        return None;
    };
    let database = facts.get("database").unwrap_or("<database>");
    Some(Step::sql(database, "in the database of the application", statement).actor("the owner, or a superuser"))
}

fn qualified(name: &str) -> String {
    name.split('.').map(sql_ident).collect::<Vec<_>>().join(".")
}
