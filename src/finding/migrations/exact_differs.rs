//! `migrations/exact-differs`: the tool itself says something else than its files.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{lines, quoted, quoted_list};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "exact-differs",
    severity: Severity::Warn,
    title: "the migration tool itself says something else than its files",
};

/// What is pending: `files` as the files were read, `exact` as the tool says.
#[must_use]
pub fn found(tool: &str, version: &str, place: &str, files: &[String], exact: &[String]) -> Finding {
    let finding = KIND
        .found(format!("{tool} itself says that {} pending in {place}, and its files, read without running them, say {}", are(exact.len()), files.len()))
        .detail(format!("{tool} {version} was asked in the application's own Python, and its answer counts. Code that runs decides something there that the files do not show."));
    let only = |list: &[String], other: &[String]| -> Vec<String> { list.iter().filter(|one| !other.contains(one)).cloned().collect() };
    let by_tool = only(exact, files).into_iter().map(|one| format!("pending to {tool} alone: {}", quoted(&one)));
    let by_files = only(files, exact).into_iter().map(|one| format!("pending by the files alone: {}", quoted(&one)));
    let all: Vec<String> = by_tool.chain(by_files).collect();
    lines(all.into_iter())
        .into_iter()
        .fold(finding, Finding::evidence)
        .candidate(
            "the application runs with other settings than were found, or from another directory",
            "compare the project's directory, INSTALLED_APPS and version_locations of the two",
        )
        .candidate("migrations, or where they lie, are computed when the application starts", "look for the names above in the code")
        .remedy(Remedy::new(
            "go by the tool's own answer",
            [Step::new(Place::Code, "see which of the candidates holds; nothing has to be changed for the answer to be right")],
        ))
}

/// The tool's own connection leads elsewhere, so that its answer is about another database.
#[must_use]
pub fn of_another_database(tool: &str, version: &str, database: &str, others: &[String]) -> Finding {
    let elsewhere = if others.is_empty() {
        "no PostgreSQL".to_owned()
    } else {
        quoted_list(others)
    };
    KIND.found(format!("{tool} itself connects to {elsewhere}, and this check to {}", quoted(database)))
        .detail(format!(
            "{tool} {version} was asked in the application's own Python, and opened a connection of its own, with the application's settings. Its answer is \
             about another database, and is left aside: what is said here follows from the files and this database."
        ))
        .evidence(format!("current_database() of the tool's connection: {elsewhere}; of this check: {}", quoted(database)))
        .candidate("the check was given other settings than the application has", "dbdoctor env shows where each comes from")
        .candidate("the application migrates another database than it uses", "look at the URL in env.py, alembic.ini or DATABASES")
        .remedy(Remedy::new(
            "give the check the application's own settings",
            [Step::new(Place::AppConfig, "make the two agree; --unit, --pid, --django and --flask take the application's own")],
        ))
}

fn are(number: usize) -> String {
    match number {
        0 => "nothing is".to_owned(),
        1 => "1 is".to_owned(),
        many => format!("{many} are"),
    }
}
