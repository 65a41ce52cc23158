use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::schema_actor;
use crate::privileges::schemas::SchemaSeen;
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "schema-usage",
    severity: Severity::Fail,
    title: "the role may not use a schema",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("permission denied for schema {schema}")];

/// `grave` unless another schema of the search path can be used instead.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, schema: &SchemaSeen, grave: bool) -> Finding {
    let (role_sql, schema_sql) = (sql_ident(role.raw()), sql_ident(schema.name.raw()));
    let detail = if grave {
        "Nothing in the schema can be reached, whatever is granted on its tables; an unqualified table name answers \"relation does not exist\"."
    } else {
        "The schema is on the search path and holds tables, but drops out of it for this role; other schemas of the path can be used. Whether the \
         application needs this one cannot be seen."
    };
    let mut finding = KIND
        .found(format!("role \"{role}\" lacks USAGE on schema \"{}\"", schema.name))
        .detail(detail)
        .evidence(format!(
            "has_schema_privilege(\"{}\", 'USAGE') is false; the schema belongs to \"{}\"",
            schema.name, schema.owner
        ))
        .severity(if grave { Severity::Fail } else { Severity::Warn });
    for other in &schema.roles {
        finding = finding.candidate(
            format!("the application is meant to act as \"{other}\", of which \"{role}\" is a member without inheriting"),
            format!("look for SET ROLE {} in the application's settings", sql_ident(other.raw())),
        );
    }
    finding.remedy(Remedy::new(
        format!("grant USAGE on schema \"{}\" to \"{role}\"", schema.name),
        [Step::sql(
            database.raw(),
            "lets the role reach what is in the schema; nothing is granted on its tables",
            format!("GRANT USAGE ON SCHEMA {schema_sql} TO {role_sql};"),
        )
        .undo(format!("REVOKE USAGE ON SCHEMA {schema_sql} FROM {role_sql};"))
        .actor(schema_actor(&schema.owner))],
    ))
}
