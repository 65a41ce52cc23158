//! The shortest GRANTs that give exactly what is missing, each with the REVOKE that takes exactly that back.

use std::collections::{BTreeMap, BTreeSet};

use super::privilege::{Privilege, keywords};
use super::relations::{Relation, RelationKind, RelationsSeen};
use super::sequences::{Other, Sequence, SequencesSeen};
use crate::foreign::Foreign;
use crate::quote;

/// Where a long list of names is broken.
const LINE: usize = 100;

/// Up to here names are listed, unless everything in the schema lacks the same.
const LISTED: usize = 20;

/// Whether one statement for the whole schema is better than a list: there is nothing else in it, or so little that the rest of the
/// statements is short.
const fn is_shorter(lacking: usize, others: usize, touched: usize) -> bool {
    lacking > 1 && (others == 0 || (lacking > LISTED && 2 * touched < lacking))
}

/// Statements to run, and those that undo them.
#[derive(Debug, Default)]
pub struct Grants {
    run: Vec<String>,
    undo: Vec<String>,
    /// Who owns what is granted on.
    pub owners: BTreeSet<Foreign>,
    /// Some of what is granted is taken back at once.
    takes_back: bool,
}

impl Grants {
    fn add(&mut self, role: &Foreign, what: &str, on: &str) {
        let role = quote::sql_ident(role.raw());
        self.run.push(format!("GRANT {what} ON {on} TO {role};"));
        self.undo.push(format!("REVOKE {what} ON {on} FROM {role};"));
    }

    /// Exactly what to paste. What is granted for a moment nobody sees.
    #[must_use]
    pub fn run(&self) -> String {
        let statements = self.run.join("\n");
        if self.takes_back {
            format!("BEGIN;\n{statements}\nCOMMIT;")
        } else {
            statements
        }
    }

    /// What takes exactly that back.
    #[must_use]
    pub fn undo(&self) -> String {
        self.undo.join("\n")
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

/// What `relations` lack, out of everything `seen`.
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
        let here: Vec<_> = relations.iter().copied().filter(|relation| relation.schema == *schema).collect();
        let bystanders = bystanders(schema, seen);
        let whole: BTreeMap<Privilege, Spared<'_>> = Privilege::ALL
            .into_iter()
            .filter_map(|privilege| {
                let lacking: BTreeSet<&Foreign> = here
                    .iter()
                    .filter(|relation| missing(relation).contains(&privilege))
                    .map(|relation| &relation.name)
                    .collect();
                Some((privilege, spared(privilege, &lacking, bystanders.as_deref()?)?))
            })
            .collect();
        if !whole.is_empty() {
            on_whole_schema(role, schema, &whole, &mut grants);
        }
        let mut rest: BTreeMap<BTreeSet<Privilege>, Vec<String>> = BTreeMap::new();
        for relation in here {
            let left: BTreeSet<_> = missing(relation)
                .iter()
                .copied()
                .filter(|privilege| !whole.contains_key(privilege))
                .collect();
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

/// A relation that `ON ALL TABLES IN SCHEMA` touches.
struct Bystander<'a> {
    name: &'a Foreign,
    held: &'a BTreeSet<Privilege>,
    direct: &'a BTreeSet<Privilege>,
    delicate: bool,
    kind: RelationKind,
    /// Its rows are its parent's, which is granted on.
    partition: bool,
}

impl Bystander<'_> {
    /// Whether the privilege would give nothing that the role does not have: nobody writes into a materialized view.
    fn gains_nothing(&self, privilege: Privilege) -> bool {
        self.held.contains(&privilege) || self.partition || (self.kind == RelationKind::MaterializedView && privilege != Privilege::Select)
    }
}

/// Everything in the schema; `None` where most of it lacks nothing.
fn bystanders<'a>(schema: &Foreign, seen: &'a RelationsSeen) -> Option<Vec<Bystander<'a>>> {
    let others = seen.totals.iter().find(|totals| totals.schema == *schema)?.others.as_ref()?;
    let lacking = seen
        .lacking
        .iter()
        .filter(|relation| relation.schema == *schema)
        .map(|relation| Bystander {
            name: &relation.name,
            held: &relation.held,
            direct: &relation.direct,
            delicate: relation.delicate,
            kind: relation.kind,
            partition: relation.partition && !relation.row_security,
        });
    let others = others.iter().map(|other| Bystander {
        name: &other.name,
        held: &other.held,
        direct: &other.direct,
        delicate: other.delicate,
        kind: other.kind,
        partition: false,
    });
    Some(lacking.chain(others).collect())
}

/// What a grant on the whole schema has to leave as it is.
struct Spared<'a> {
    /// Does not have the privilege, and is not to have it.
    without: Vec<&'a Foreign>,
    /// Has it by a grant of its own.
    with: Vec<&'a Foreign>,
}

/// What is spared when the privilege is granted on the whole schema; `None` where that is not the shorter way, or not exact.
fn spared<'a>(privilege: Privilege, lacking: &BTreeSet<&Foreign>, bystanders: &[Bystander<'a>]) -> Option<Spared<'a>> {
    let mut spared = Spared {
        without: Vec::new(),
        with: Vec::new(),
    };
    let others: Vec<_> = bystanders.iter().filter(|bystander| !lacking.contains(bystander.name)).collect();
    for bystander in &others {
        if bystander.direct.contains(&privilege) {
            spared.with.push(bystander.name);
        } else if !bystander.gains_nothing(privilege) {
            spared.without.push(bystander.name);
        } else {
            continue;
        }
        if bystander.delicate {
            return None;
        }
    }
    is_shorter(lacking.len(), others.len(), spared.with.len() + spared.without.len()).then_some(spared)
}

/// One GRANT for all tables, and what keeps it from those that are spared.
fn on_whole_schema(role: &Foreign, schema: &Foreign, whole: &BTreeMap<Privilege, Spared<'_>>, grants: &mut Grants) {
    let on = format!("ALL TABLES IN SCHEMA {}", quote::sql_ident(schema.raw()));
    let grantee = quote::sql_ident(role.raw());
    grants.add(role, &keywords(&whole.keys().copied().collect()), &on);
    let group = |names: fn(&Spared<'_>) -> Vec<Foreign>| {
        let mut by_name: BTreeMap<Foreign, BTreeSet<Privilege>> = BTreeMap::new();
        for (privilege, spared) in whole {
            for name in names(spared) {
                by_name.entry(name).or_default().insert(*privilege);
            }
        }
        let mut by_privileges: BTreeMap<BTreeSet<Privilege>, Vec<String>> = BTreeMap::new();
        for (name, privileges) in by_name {
            by_privileges.entry(privileges).or_default().push(qualified(schema, &name));
        }
        by_privileges
    };
    let without = group(|spared| spared.without.iter().copied().cloned().collect());
    for (privileges, names) in &without {
        grants
            .run
            .push(format!("REVOKE {} ON {} FROM {grantee};", keywords(privileges), listed(names)));
    }
    for (privileges, names) in group(|spared| spared.with.iter().copied().cloned().collect()) {
        grants
            .undo
            .push(format!("GRANT {} ON {} TO {grantee};", keywords(&privileges), listed(&names)));
    }
    grants.takes_back |= !without.is_empty();
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
    let grantee = quote::sql_ident(role.raw());
    let mut schemas: BTreeMap<&Foreign, Vec<&Sequence>> = BTreeMap::new();
    for sequence in &seen.lacking {
        schemas.entry(&sequence.schema).or_default().push(sequence);
        grants.owners.insert(sequence.owner.clone());
    }
    for (schema, sequences) in schemas {
        let others = seen
            .others
            .iter()
            .find(|(name, _)| name == schema)
            .and_then(|(_, others)| others.as_ref());
        let listed_as = |names: &mut dyn Iterator<Item = &Foreign>| {
            let names: Vec<_> = names.map(|name| qualified(schema, name)).collect();
            format!("SEQUENCE {}", listed(&names))
        };
        let is_touched = |other: &&Other| other.direct || !(other.held || other.identity);
        let touched = others.and_then(|others| {
            let touched: Vec<_> = others.iter().filter(is_touched).collect();
            is_shorter(sequences.len(), others.len(), touched.len()).then_some(touched)
        });
        let Some(touched) = touched else {
            grants.add(role, "USAGE", &listed_as(&mut sequences.iter().map(|sequence| &sequence.name)));
            continue;
        };
        grants.add(
            role,
            "USAGE",
            &format!("ALL SEQUENCES IN SCHEMA {}", quote::sql_ident(schema.raw())),
        );
        let (with, without): (Vec<_>, Vec<_>) = touched.into_iter().partition(|other| other.direct);
        if !without.is_empty() {
            let on = listed_as(&mut without.iter().map(|other| &other.name));
            grants.run.push(format!("REVOKE USAGE ON {on} FROM {grantee};"));
            grants.takes_back = true;
        }
        if !with.is_empty() {
            let on = listed_as(&mut with.iter().map(|other| &other.name));
            grants.undo.push(format!("GRANT USAGE ON {on} TO {grantee};"));
        }
    }
    grants
}
