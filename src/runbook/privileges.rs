//! What the role may do.

use super::{Section, Step, sql};
use crate::finding::privileges::{
    read_only_default, read_only_replica, schema_missing, schema_usage, sequence_access, superuser, table_access,
};
use crate::layer::Layer;
use crate::privileges::privilege::Privilege;
use crate::quote;
use crate::request::{Need, Request};

pub fn section(request: &Request) -> Section {
    Section::layer(
        Layer::Privileges,
        vec![role(), schemas(request), tables(request), sequences(request)],
    )
}

fn role() -> Step {
    sql::step(
        "Whether anything can be written here at all, and by whom.",
        "SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS read_only,\n       \
         current_setting('search_path') AS search_path, rolsuper AS superuser\nFROM pg_roles WHERE rolname = current_user",
    )
    .good("standby f, read_only off, superuser f")
    .shows("standby t, and the application writes", &read_only_replica::KIND)
    .shows("read_only on, and the application writes", &read_only_default::KIND)
    .shows("superuser t", &superuser::KIND)
}

/// The condition on the schema `n`.
fn scope(request: &Request) -> String {
    if request.schemas.is_empty() {
        return "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'".to_owned();
    }
    let names: Vec<String> = request.schemas.iter().map(|name| quote::sql_literal(name)).collect();
    format!("n.nspname IN ({})", names.join(", "))
}

fn schemas(request: &Request) -> Step {
    let statement = format!(
        "SELECT n.nspname AS schema, has_schema_privilege(n.oid, 'USAGE') AS usage, has_schema_privilege(n.oid, 'CREATE') AS \"create\"\n\
         FROM pg_namespace n WHERE {} ORDER BY 1",
        scope(request)
    );
    sql::step("The schemas, and what the role may do there.", &statement)
        .good("usage t for each schema that the application uses; create t only where it migrates")
        .shows("no row for a schema of the application's", &schema_missing::KIND)
        .shows("usage f", &schema_usage::KIND)
}

fn tables(request: &Request) -> Step {
    let needed: Vec<Privilege> = Privilege::needed(&request.needs).collect();
    let has = |privilege: &Privilege| format!("has_table_privilege(c.oid, '{}')", privilege.sql());
    let columns: Vec<String> = needed
        .iter()
        .map(|privilege| format!(", {} AS \"{}\"", has(privilege), privilege.sql().to_lowercase()))
        .collect();
    let all: Vec<String> = needed.iter().map(has).collect();
    let all = if all.is_empty() { "true".to_owned() } else { all.join(" AND ") };
    let statement = format!(
        "SELECT c.oid::regclass AS \"table\"{}\nFROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n\
         WHERE c.relkind IN ('r', 'p', 'f') AND {}\n  AND NOT ({all}) ORDER BY 1",
        columns.concat(),
        scope(request)
    );
    sql::step("The tables on which the role lacks something.", &statement)
        .good("(0 rows), or only tables that the application does not use, such as a migration tool's own")
        .shows("f for a table of the application's", &table_access::KIND)
}

fn sequences(request: &Request) -> Step {
    let inserts = request.needs.contains(&Need::Insert);
    let statement = format!(
        "SELECT c.oid::regclass AS sequence FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n\
         WHERE c.relkind = 'S' AND {} AND NOT has_sequence_privilege(c.oid, 'USAGE, UPDATE')\n  \
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i') ORDER BY 1",
        scope(request)
    );
    let step = sql::step("The sequences that the role may not use.", &statement);
    if inserts {
        step.good("(0 rows)")
            .shows("a sequence that a column default uses", &sequence_access::KIND)
    } else {
        step.good("whatever it shows: the application inserts nothing")
    }
}
