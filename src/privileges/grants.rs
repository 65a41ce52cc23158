//! The shortest GRANTs that give exactly what is missing, each with the REVOKE that takes exactly that back.

use std::collections::{BTreeMap, BTreeSet};

use super::privilege::{Privilege, keywords};
use super::seen::{Relation, RelationsSeen, Sequence, SequencesSeen};
use crate::foreign::Foreign;
use crate::quote;

/// Where a long list of names is broken.
const LINE: usize = 100;

/// Statements to run, and those that undo them.
#[derive(Debug, Default)]
pub struct Grants {
    pub run: Vec<String>,
    pub undo: Vec<String>,
    /// Who owns what is granted on.
    pub owners: BTreeSet<Foreign>,
}

impl Grants {
    fn add(&mut self, role: &Foreign, what: &str, on: &str) {
        let role = quote::sql_ident(role.raw());
        self.run.push(format!("GRANT {what} ON {on} TO {role};"));
        self.undo.push(format!("REVOKE {what} ON {on} FROM {role};"));
    }

    /// Who may run them.
    #[must_use]
    pub fn actor(&self) -> String {
        actor(&self.owners)
    }
}

/// The owner, where there is one, or a superuser.
#[must_use]
pub fn actor(owners: &BTreeSet<Foreign>) -> String {
    match owners.first() {
        Some(owner) if owners.len() == 1 => format!("the owner \"{owner}\" or a superuser"),
        _ => "superuser".to_owned(),
    }
}

/// Who may grant on a schema. `public` belongs to whoever owns the database, since version 15.
#[must_use]
pub fn schema_actor(owner: &Foreign) -> String {
    if owner.raw() == "pg_database_owner" {
        "the owner of the database or a superuser".to_owned()
    } else {
        format!("the owner \"{owner}\" or a superuser")
    }
}

/// A qualified name, quoted for SQL.
#[must_use]
pub fn qualified(schema: &Foreign, name: &Foreign) -> String {
    format!("{}.{}", quote::sql_ident(schema.raw()), quote::sql_ident(name.raw()))
}

/// Every name of a statement, broken into lines.
fn listed(names: &[String]) -> String {
    let mut out = String::new();
    let mut width = 0;
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push(',');
            if width + name.len() > LINE {
                out.push_str("\n    ");
                width = 0;
            } else {
                out.push(' ');
            }
        }
        out.push_str(name);
        width += name.len() + 2;
    }
    out
}

/// What `relations` lack, out of everything `seen`. `ON ALL TABLES IN SCHEMA` is used only where `relations` are all that the
/// schema holds, and each lacks the privilege: an extension's tables, views and partitions are not granted on in passing.
#[must_use]
pub fn on_relations(
    role: &Foreign,
    relations: &[&Relation],
    seen: &RelationsSeen,
    missing: fn(&Relation) -> &BTreeSet<Privilege>,
) -> Grants {
    let mut grants = Grants::default();
    let mut schemas: Vec<&Foreign> = Vec::new();
    for relation in relations {
        if !schemas.contains(&&relation.schema) {
            schemas.push(&relation.schema);
        }
        grants.owners.insert(relation.owner.clone());
    }
    for schema in schemas {
        let here: Vec<_> = relations.iter().filter(|relation| relation.schema == *schema).collect();
        let everything = seen
            .totals
            .iter()
            .find(|totals| totals.schema == *schema)
            .map_or(i64::MAX, |totals| totals.everything);
        let whole: BTreeSet<_> = Privilege::ALL
            .into_iter()
            .filter(|privilege| {
                let lacking = here.iter().filter(|relation| missing(relation).contains(privilege)).count();
                lacking > 1 && i64::try_from(lacking) == Ok(everything)
            })
            .collect();
        if !whole.is_empty() {
            let on = format!("ALL TABLES IN SCHEMA {}", quote::sql_ident(schema.raw()));
            grants.add(role, &keywords(&whole), &on);
        }
        let mut rest: BTreeMap<BTreeSet<Privilege>, Vec<String>> = BTreeMap::new();
        for relation in here {
            let left: BTreeSet<_> = missing(relation).difference(&whole).copied().collect();
            if !left.is_empty() {
                rest.entry(left).or_default().push(qualified(&relation.schema, &relation.name));
            }
        }
        for (privileges, names) in &rest {
            grants.add(role, &keywords(privileges), &listed(names));
        }
    }
    for relation in relations {
        restore_columns(role, relation, missing(relation), &mut grants);
    }
    grants
}

/// REVOKE on a table also takes away what was granted on its columns.
fn restore_columns(role: &Foreign, relation: &Relation, revoked: &BTreeSet<Privilege>, grants: &mut Grants) {
    let again: Vec<_> = revoked
        .iter()
        .filter_map(|privilege| {
            let columns = relation.columns.get(privilege.sql())?;
            let columns: Vec<_> = columns.iter().map(|column| quote::sql_ident(column)).collect();
            Some(format!("{} ({})", privilege.sql(), columns.join(", ")))
        })
        .collect();
    if !again.is_empty() {
        let name = qualified(&relation.schema, &relation.name);
        let role = quote::sql_ident(role.raw());
        grants.undo.push(format!("GRANT {} ON {name} TO {role};", again.join(", ")));
    }
}

/// USAGE on the sequences that lack it.
#[must_use]
pub fn on_sequences(role: &Foreign, seen: &SequencesSeen) -> Grants {
    let mut grants = Grants::default();
    let mut schemas: BTreeMap<&Foreign, Vec<&Sequence>> = BTreeMap::new();
    for sequence in &seen.lacking {
        schemas.entry(&sequence.schema).or_default().push(sequence);
        grants.owners.insert(sequence.owner.clone());
    }
    for (schema, sequences) in schemas {
        let everything = seen
            .totals
            .iter()
            .find(|totals| totals.schema == *schema)
            .map(|totals| totals.everything);
        let on = if sequences.len() > 1 && i64::try_from(sequences.len()).ok() == everything {
            format!("ALL SEQUENCES IN SCHEMA {}", quote::sql_ident(schema.raw()))
        } else {
            let names: Vec<_> = sequences
                .iter()
                .map(|sequence| qualified(&sequence.schema, &sequence.name))
                .collect();
            format!("SEQUENCE {}", listed(&names))
        };
        grants.add(role, "USAGE", &on);
    }
    grants
}
