//! `migrations/object-missing`: a type, function or extension that the code uses is not there.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "object-missing",
    severity: Severity::Fail,
    title: "a type, function or extension that the code needs is not found",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("type \"{type}\" does not exist"),
    Text::near_driver("function {function} does not exist"),
    Text::new("(psycopg2.errors.UndefinedFunction) function {_} does not exist"),
    Text::new("UndefinedFunction: function {_} does not exist"),
    Text::new("ERROR: function {_} does not exist"),
    Text::new("extension \"{extension}\" is not available"),
    Text::new("could not open extension control file \"{file}\""),
];

/// A pending migration, in `file`, makes an extension that the server does not have.
#[must_use]
pub fn extension(extension: &Foreign, database: &Foreign, file: &str) -> Finding {
    KIND.found(format!("a pending migration makes extension \"{extension}\", which the server does not have"))
        .detail("CREATE EXTENSION answers 0A000, \"extension is not available\", whoever runs it: its files are not installed on the server's host.")
        .evidence(format!("{file} has CREATE EXTENSION {extension}"))
        .evidence(format!("neither pg_extension of \"{database}\" nor pg_available_extensions lists \"{extension}\""))
        .remedy(Remedy::new(
            "install the extension on the server, then run the migrations",
            [Step::new(
                Place::DatabaseHost,
                format!(
                    "install the package that holds \"{extension}\" for this major version of PostgreSQL (Debian: postgresql-contrib for those that come with \
                     it, postgresql-NN-{extension} for others); at a provider, see its list of extensions"
                ),
            )
            .actor("root")],
        ))
}
