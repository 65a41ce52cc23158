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
    slug: "schema-create",
    severity: Severity::Fail,
    title: "the role may not create tables in a schema, or not even use it",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied for schema public"),
    Text::new("permission denied for schema {schema}\nLINE 1: CREATE "),
    Text::new("permission denied for schema {schema}\nLINE 1: create "),
    Text::new("Unable to create the django_migrations table (permission denied for schema {schema}"),
];

/// CREATE is needed and not held.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, schema: &SchemaSeen, major: Option<u32>) -> Finding {
    let (role_sql, schema_sql) = (sql_ident(role.raw()), sql_ident(schema.name.raw()));
    let since = if schema.name.raw() == "public" && major.is_some_and(|major| major >= 15) {
        " Since PostgreSQL 15 only the owner of the database may create in \"public\" unless it is granted; GRANT ALL ON DATABASE does not include it."
    } else {
        ""
    };
    KIND.found(format!("role \"{role}\" lacks CREATE on schema \"{}\"", schema.name))
        .detail(format!(
            "The application needs to make tables there (create is among the needs), and the server would answer 42501.{since}"
        ))
        .evidence(format!(
            "has_schema_privilege(\"{}\", 'CREATE') is false; the schema belongs to \"{}\"",
            schema.name, schema.owner
        ))
        .remedy(Remedy::new(
            format!("grant CREATE on schema \"{}\" to \"{role}\"", schema.name),
            [Step::sql(
                database.raw(),
                "lets the role make tables in the schema",
                format!("GRANT CREATE ON SCHEMA {schema_sql} TO {role_sql};"),
            )
            .undo(format!("REVOKE CREATE ON SCHEMA {schema_sql} FROM {role_sql};"))
            .actor(schema_actor(&schema.owner))],
        ))
}
