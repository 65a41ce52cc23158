//! `pool/statement-timeout`: a statement ran into its time limit, or the limit is so short that most will.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::LimitsSeen;
use crate::privileges::setting::SetBy;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "statement-timeout",
    severity: Severity::Fail,
    title: "a statement exceeded its time limit",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("canceling statement due to statement timeout"),
    Text::new("FATAL: query_timeout"),
    Text::near_driver("Timeout during reading attempt"),
    Text::near_driver("Query read timeout"),
];

const NAME: &str = "statement_timeout";

/// So few milliseconds that seconds were meant, most likely.
#[must_use]
pub fn finding(limits: &LimitsSeen, ms: i64, mut set_by: SetBy, target: &Target) -> Finding {
    let (role, database) = (&limits.login, &limits.database);
    let of_options = target.options.as_ref().is_some_and(|options| options.raw().contains(NAME));
    if of_options {
        // What the client asks for comes before what is set for it.
        set_by.source = "client".into();
    }
    let finding = KIND
        .found(format!("{NAME} is {ms} ms for role \"{role}\" in database \"{database}\""))
        .severity(Severity::Warn)
        .detail(format!(
            "The server cancels every statement of the application that takes longer than {ms} ms (57014). The check's own statements have a \
             limit of their own. A number without a unit is one of milliseconds: {NAME} = {ms} is not {ms} s."
        ))
        .evidence(format!("SHOW {NAME}, as a new session of the role has it: {ms} ms"));
    let summary = "give the limit the unit that was meant";
    if set_by.is_of_the_client() {
        return finding.remedy(Remedy::new(
            summary,
            [Step::new(
                Place::AppConfig,
                format!("in PGOPTIONS, or in the options of the connection string: -c {NAME}={ms}s, where seconds were meant"),
            )],
        ));
    }
    if let Some(owner) = set_by.owner(role, database) {
        let place = owner.sql;
        return finding
            .evidence(format!("set for {}", Foreign::from(place.as_str())))
            .remedy(Remedy::new(
                summary,
                [Step::sql(
                    database.raw(),
                    "where seconds were meant: new sessions have them",
                    format!("ALTER {place} SET {NAME} = '{ms}s';"),
                )
                .undo(format!("ALTER {place} SET {NAME} = '{ms}ms';"))
                .actor(owner.actor)],
            ));
    }
    finding.remedy(Remedy::new(
        "find out where it is set, and give it the unit that was meant there",
        [Step::sql(
            database.raw(),
            "shows the file and line, or that the client asked for it",
            format!("SELECT setting, unit, source, sourcefile, sourceline FROM pg_settings WHERE name = '{NAME}';"),
        )
        .actor("superuser")],
    ))
}
