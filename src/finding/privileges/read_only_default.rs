use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::setting::SetBy;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "read-only-default",
    severity: Severity::Fail,
    title: "every transaction begins read-only, and the application writes",
};

const NAME: &str = "default_transaction_read_only";

/// The setting is on for this session, and the application writes.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, set_by: &SetBy) -> Finding {
    let source = &set_by.source;
    let mut finding = KIND
        .found(format!("{NAME} is on for role \"{role}\" in database \"{database}\""))
        .detail(
            "The application writes, and every transaction begins read-only: INSERT, UPDATE, DELETE and CREATE answer 25006. The server is no \
             standby, and no GRANT changes it.",
        )
        .evidence(format!("{NAME} = on, pg_settings.source = \"{source}\", pg_is_in_recovery() is false"));
    if let Some((file, line)) = &set_by.line {
        finding = finding.evidence(format!("set in {file}, line {line}"));
    }
    if let Some(owner) = set_by.owner(role, database) {
        let place = owner.sql;
        return finding.remedy(Remedy::new(
            format!("take the setting back where it was made: on {}", Foreign::from(place.as_str())),
            [Step::sql(
                database.raw(),
                "new sessions write again; find out first whether it guards against something, such as a full disk",
                // The session that repairs it may begin read-only itself.
                format!("BEGIN READ WRITE;\nALTER {place} RESET {NAME};\nCOMMIT;"),
            )
            .undo(format!("ALTER {place} SET {NAME} = on;"))
            .actor(owner.actor)],
        ));
    }
    if set_by.is_of_the_client() {
        return finding.remedy(Remedy::new(
            "take the setting out of the application's own options",
            [Step::new(
                Place::AppConfig,
                format!("remove {NAME} from PGOPTIONS, or from the options of the connection string"),
            )],
        ));
    }
    guarded(finding, database, set_by.line.as_ref())
}

/// Set for the whole server: by ALTER SYSTEM, by a line of the configuration, or by a guard in one of these two ways.
fn guarded(finding: Finding, database: &Foreign, line: Option<&(Foreign, Foreign)>) -> Finding {
    let finding = finding
        .candidate(
            "a guard of the provider or of the failover manager",
            "look at the disk's fill level, at quotas, and at the log of the failover manager: such a guard sets it again until its reason is gone",
        )
        .candidate(
            "somebody set it for the whole server",
            format!("as a superuser: SELECT sourcefile, sourceline FROM pg_settings WHERE name = '{NAME}'"),
        );
    let summary = "find out who set it, and remove the reason before the setting";
    let step = match line {
        Some((file, _)) if file.raw().ends_with("postgresql.auto.conf") => Step::sql(
            database.raw(),
            "once nothing guards against anything: takes back what ALTER SYSTEM SET has set, and lets the server read its configuration again",
            format!("ALTER SYSTEM RESET {NAME};\nSELECT pg_reload_conf();"),
        )
        .undo(format!("ALTER SYSTEM SET {NAME} = on;\nSELECT pg_reload_conf();")),
        Some((file, line)) => Step::new(
            Place::DatabaseHost,
            format!("once nothing guards against anything: take line {line} out of {file}, and let the server read it again (SELECT pg_reload_conf())"),
        ),
        None => Step::sql(
            database.raw(),
            "shows the file and line that set it",
            format!("SELECT setting, source, sourcefile, sourceline FROM pg_settings WHERE name = '{NAME}';"),
        ),
    };
    finding.remedy(Remedy::new(summary, [step.actor("superuser")]))
}
