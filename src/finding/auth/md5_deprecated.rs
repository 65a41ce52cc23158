//! `auth/md5-deprecated`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "md5-deprecated",
    severity: Severity::Info,
    title: "the password is checked by md5, which PostgreSQL 18 deprecates",
};

/// The role that logged in.
#[must_use]
pub fn finding(target: &Target) -> Finding {
    let role = quote::sql_ident(target.user.raw());
    KIND.found(format!("the password of role \"{}\" is checked by md5, which PostgreSQL 18 deprecates", target.user))
        .detail(
            "It works today. PostgreSQL asks for md5 only where the role's password is stored as an md5 hash; a later major version will not take \
             such hashes any more. A pooler that asks for md5 has it in its own auth_type.",
        )
        .evidence("authentication request: md5")
        .remedy(Remedy::new(
            "store the password anew, as a SCRAM secret",
            [
                Step::sql("postgres", "let new passwords be stored as SCRAM secrets", "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf();")
                    .actor("superuser")
                    .undo("ALTER SYSTEM RESET password_encryption; SELECT pg_reload_conf();"),
                Step::new(
                    Place::Database,
                    format!("set the same password again, in a new psql session, with \\password {role}; the line md5 in pg_hba.conf takes SCRAM too"),
                )
                .actor("superuser"),
            ],
        ))
}
