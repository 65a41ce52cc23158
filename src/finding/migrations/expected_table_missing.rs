//! `migrations/expected-table-missing`: the code uses a table that is not there.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "expected-table-missing",
    severity: Severity::Fail,
    title: "a table that the code uses does not exist",
    explanation: Explanation {
        meaning: "The statement names a table that the server does not find in this database along the search path.",
        tell: "relation … does not exist. Whether the table is missing, or stands in another schema or database, the message does not tell; dbdoctor check compares the migrations and the search path.",
        causes: &["the migrations were not applied to this database", "the settings lead to another database than the one that was migrated", "the table stands in a schema that is not in the search path, or that the role may not use"],
        fixes: &["apply the migrations: flask db upgrade, alembic upgrade head, or python manage.py migrate", "see where the table is: SELECT schemaname, tablename FROM pg_tables WHERE tablename = the name", "add its schema to the search path: ALTER ROLE … SET search_path"],
        mistaken_for: "Missing privileges on the table: that message says \"permission denied for table\".",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("relation \"{table}\" does not exist"),
    Text::near_driver("table \"{table}\" does not exist"),
    Text::new("ERROR: table \"{table}\" does not exist"),
];
