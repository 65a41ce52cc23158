//! Layer `privileges`: may this role do what the application does?
//!
//! Everything is judged from the catalogue, without trying: a statement that writes would be refused anyway in the read-only
//! transaction in which the questions are asked.

mod seen;

use std::collections::BTreeSet;

use crate::finding::privileges::default_privileges::Gap;
use crate::finding::privileges::{
    connect_denied, default_privileges, not_owner, read_only_default, read_only_replica, row_security, schema_create, schema_missing,
    schema_usage, search_path, sequence_access, superuser, table_access, wrong_database,
};
use crate::foreign::Foreign;
use crate::privileges::privilege::{Privilege, writes};
use crate::privileges::relations::Relation;
use crate::request::{Need, Request};
use crate::server::session::{Answer, ServerFacts};
use crate::target::Target;
use crate::verdict::{Breakage, Notes, Probed};
use seen::Seen;
pub use seen::{more_questions, questions};

/// Judges the answers to [`questions`] and [`more_questions`], in their order.
#[must_use]
pub fn judge(request: &Request, target: &Target, server: &ServerFacts, answers: &[Answer], more: &[Answer]) -> Probed<()> {
    match Seen::read(request, answers, more) {
        Ok(seen) => Judge::new(request, target, server, seen).verdict(),
        Err(breakage) => Probed::Broke(breakage),
    }
}

struct Judge<'a> {
    request: &'a Request,
    target: &'a Target,
    server: &'a ServerFacts,
    seen: Seen,
    role: Foreign,
    database: Foreign,
    notes: Notes,
}

impl<'a> Judge<'a> {
    fn new(request: &'a Request, target: &'a Target, server: &'a ServerFacts, seen: Seen) -> Self {
        let session = seen.session.as_ref();
        Self {
            role: session.map_or_else(|| target.user.clone(), |session| session.role.clone()),
            database: session.map_or_else(|| target.database.clone(), |session| session.database.clone()),
            request,
            target,
            server,
            seen,
            notes: Notes::default(),
        }
    }

    fn verdict(mut self) -> Probed<()> {
        self.session();
        let required = self.schemas();
        self.relations(&required);
        self.hidden(&required);
        self.sequences(&required);
        self.defaults(&required);
        self.notes.summary = self.summary(&required);
        if !self.seen.refusals.is_empty() {
            self.notes.fact("not_seen", self.seen.refusals.clone());
        }
        let blind = self.seen.schemas.is_none() || self.seen.relations.is_none();
        match Probed::judged((), self.notes) {
            Probed::Sound((), _) if blind => {
                Probed::Broke(Breakage(format!("the server refused to show {}", self.seen.refusals.join("; "))))
            }
            probed => probed,
        }
    }

    fn session(&mut self) {
        let Some(session) = &self.seen.session else { return };
        let notes = &mut self.notes;
        notes.fact("role", session.role.to_string());
        if session.role != session.login {
            notes.fact("login_role", session.login.to_string());
        }
        notes.fact("database", session.database.to_string());
        notes.fact("database_owner", session.database_owner.to_string());
        if let Some(version) = &self.server.version {
            notes.fact("server_version", version.to_string());
        }
        notes.fact("search_path", session.search_path.to_string());
        notes.fact("superuser", session.superuser);
        notes.fact("in_recovery", session.standby);
        notes.fact("default_transaction_read_only", session.read_only);
        notes.fact("may_create_schemas", session.may_create_schemas);
        let expect = &self.request.expect;
        let mismatches: Vec<_> = [
            ("database", &expect.database, &session.database),
            ("role", &expect.user, &session.role),
        ]
        .into_iter()
        .filter_map(|(what, expected, seen)| {
            let expected = expected.as_ref().filter(|expected| expected.as_str() != seen.raw())?;
            Some(wrong_database::Mismatch {
                what,
                expected: expected.as_str().into(),
                seen: seen.clone(),
            })
        })
        .collect();
        if !mismatches.is_empty() {
            notes.found(wrong_database::finding(&mismatches, &session.login, &self.target.source));
        }
        if !session.may_connect {
            notes.found(connect_denied::revoked(&session.login, &session.database));
        }
        if writes(&self.request.needs) && !self.target.session_attrs.is_for_readers() {
            if session.standby {
                let hosts: Vec<_> = self.target.hosts.iter().map(ToString::to_string).collect();
                notes.found(read_only_replica::finding(&hosts.join(",")));
            } else if session.read_only {
                let set_by = self.seen.place("default_transaction_read_only");
                notes.found(read_only_default::finding(&session.login, &session.database, &set_by));
            }
        }
        if session.superuser {
            notes.found(superuser::finding(&session.role, &session.database, session.bootstrap));
        }
    }

    /// Judges the schemas themselves; those whose tables are then judged too are handed back.
    fn schemas(&mut self) -> BTreeSet<Foreign> {
        let Some(schemas) = &self.seen.schemas else {
            return BTreeSet::new();
        };
        let named = !self.request.schemas.is_empty();
        let existing: Vec<_> = schemas.iter().filter(|schema| schema.exists()).collect();
        if named {
            for schema in schemas.iter().filter(|schema| !schema.exists()) {
                self.notes.found(schema_missing::finding(
                    &schema.name,
                    &self.database,
                    self.seen.session.as_ref(),
                    &self.seen.all_schemas,
                ));
            }
        } else if let (true, Some(session)) = (existing.is_empty() && !schemas.is_empty(), &self.seen.session) {
            self.notes
                .found(schema_missing::empty_search_path(&self.database, session, &self.seen.all_schemas));
        }
        let none_usable = !existing.iter().any(|schema| schema.usage);
        let mut required = BTreeSet::new();
        for schema in &existing {
            // What is on the search path by default, "public" above all, may be closed on purpose.
            let grave = named || none_usable;
            if !schema.usage && (grave || schema.looked_at > 0) {
                self.notes.found(schema_usage::finding(&self.role, &self.database, schema, grave));
            }
            if schema.usage || grave {
                required.insert(schema.name.clone());
            }
        }
        if self.request.needs.contains(&Need::Create) {
            let current = existing.iter().position(|schema| schema.current).unwrap_or(0);
            for (i, schema) in existing.iter().enumerate() {
                // Unqualified names are created in the first schema of the path that can be used.
                if !schema.create && (named || i == current) {
                    self.notes
                        .found(schema_create::finding(&self.role, &self.database, schema, self.server.major));
                }
            }
        }
        let shown: Vec<_> = required.iter().map(ToString::to_string).collect();
        self.notes.fact("schemas", shown);
        required
    }

    fn relations(&mut self, required: &BTreeSet<Foreign>) {
        self.notes.fact("tables_and_views", self.seen.looked_at(required));
        let Some(seen) = &mut self.seen.relations else { return };
        seen.totals.retain(|totals| required.contains(&totals.schema));
        seen.lacking.retain(|relation| required.contains(&relation.schema));
        let seen = &*seen;
        let pick = |wanted: fn(&Relation) -> bool| -> Vec<&Relation> { seen.lacking.iter().filter(|relation| wanted(relation)).collect() };
        let denied = pick(Relation::is_denied);
        let spared = pick(|relation| !relation.is_denied() && !relation.lacks.is_empty());
        let partly = pick(|relation| !relation.partition && !relation.partly.is_empty());
        let not_owned = pick(|relation| !relation.owned);
        let (role, database) = (&self.role, &self.database);
        if !denied.is_empty() {
            self.notes.found(table_access::finding(role, database, &denied, seen));
        }
        if !partly.is_empty() {
            self.notes.found(table_access::some_columns(role, database, &partly, seen));
        }
        if !not_owned.is_empty() {
            self.notes.found(not_owner::finding(role, database, &not_owned));
        }
        if !spared.is_empty() {
            self.notes.found(table_access::maybe_unused(role, database, &spared, seen));
        }
        self.notes.fact("lacking_access", i64::try_from(denied.len()).unwrap_or(i64::MAX));
    }

    /// Which rows, and which tables, the role is kept from whatever it was granted.
    fn hidden(&mut self, required: &BTreeSet<Foreign>) {
        let (Some(seen), Some(session)) = (&self.seen.relations, &self.seen.session) else {
            return;
        };
        let filtered: Vec<_> = seen
            .filtered
            .iter()
            .filter(|table| required.contains(&table.schema))
            .cloned()
            .collect();
        if !filtered.is_empty() {
            let names: Vec<_> = filtered.iter().map(|table| format!("{}.{}", table.schema, table.name)).collect();
            self.notes.fact("row_security", names);
        }
        if session.refuses_filtered && !filtered.is_empty() {
            let set_by = self.seen.place("row_security");
            let refused = row_security::refused(&session.login, &self.database, &filtered, &set_by);
            self.notes.found(refused);
        }
        let needed: BTreeSet<_> = Privilege::needed(&self.request.needs).collect();
        let barred: Vec<_> = filtered
            .iter()
            .map(|table| (table, needed.difference(&table.allowed).copied().collect::<BTreeSet<_>>()))
            .filter(|(_, barred)| !barred.is_empty())
            .collect();
        if !barred.is_empty() {
            self.notes.found(row_security::finding(&self.role, &self.database, &barred));
        }
        if self.request.schemas.is_empty() {
            if !seen.elsewhere.is_empty() {
                self.notes.found(search_path::leads_elsewhere(
                    &self.role,
                    &self.database,
                    &session.search_path,
                    &seen.elsewhere,
                ));
            }
            let hidden: Vec<_> = seen
                .hidden
                .iter()
                .filter(|one| one.schemas.iter().all(|schema| required.contains(schema)))
                .cloned()
                .collect();
            if !hidden.is_empty() {
                self.notes.found(search_path::hides(&session.search_path, &hidden));
            }
        }
    }

    fn sequences(&mut self, required: &BTreeSet<Foreign>) {
        let inserts = self.request.needs.contains(&Need::Insert);
        self.notes.fact("sequences", self.seen.sequences);
        let Some(seen) = self.seen.lacking_sequences.as_mut().filter(|_| inserts && !required.is_empty()) else {
            return;
        };
        seen.lacking
            .retain(|sequence| sequence.table_schemas.iter().any(|schema| required.contains(schema)));
        let seen = &*seen;
        if !seen.lacking.is_empty() {
            self.notes.found(sequence_access::finding(&self.role, &self.database, seen));
        }
    }

    fn defaults(&mut self, required: &BTreeSet<Foreign>) {
        let needed: BTreeSet<_> = Privilege::needed(&self.request.needs).collect();
        let inserts = needed.contains(&Privilege::Insert);
        let Some(defaults) = &self.seen.defaults else { return };
        let gaps: Vec<_> = defaults
            .iter()
            .filter(|defaults| required.contains(&defaults.schema))
            .map(|defaults| Gap {
                schema: defaults.schema.clone(),
                maker: defaults.maker.clone(),
                tables: needed.difference(&defaults.tables).copied().collect(),
                sequences: inserts
                    && !defaults.sequences
                    && self.seen.drawn_from.contains(&(defaults.schema.clone(), defaults.maker.clone())),
            })
            .filter(|gap| gap.sequences || !gap.tables.is_empty())
            .collect();
        if !gaps.is_empty() {
            self.notes.found(default_privileges::finding(&self.role, &self.database, &gaps));
        }
    }

    /// The row's line: the gravest finding, or what was looked at.
    fn summary(&self, required: &BTreeSet<Foreign>) -> String {
        let gravest = self.notes.gravest();
        if let Some(finding) = self
            .notes
            .findings
            .iter()
            .find(|finding| Some(finding.severity) == gravest && finding.severity > crate::finding::Severity::Info)
        {
            return finding.title.clone();
        }
        let names: Vec<_> = required.iter().map(|name| format!("\"{name}\"")).collect();
        let schemas = match names.as_slice() {
            [] => return format!("role \"{}\" has no schema to look at", self.role),
            [one] => format!("schema {one}"),
            many => format!("schemas {}", many.join(", ")),
        };
        match self.seen.looked_at(required) {
            0 => format!("{schemas}: no tables yet"),
            1 => format!("role \"{}\" may use {schemas} and has what it needs on its only table", self.role),
            count => format!(
                "role \"{}\" may use {schemas} and has what it needs on {count} tables and views",
                self.role
            ),
        }
    }
}
