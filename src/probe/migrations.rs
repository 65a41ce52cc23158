//! Does the schema stand where the deployed code expects it?
//!
//! [`survey`] reads the files while the network is under way; [`questions`] are put to the session together with those of the
//! layers beside this one; [`judge`] compares.

mod alembic;
mod catalog;
mod django;
mod exact;
mod expected;
mod extensions;
mod running;
mod scene;
mod tools;

use crate::finding::Severity;
use crate::finding::migrations::{empty_database, unreadable};
use crate::foreign::Foreign;
use crate::listing::count;
use crate::migrations::Unread;
use crate::migrations::exact as exact_mode;
pub use crate::migrations::{Trees, survey};
use crate::request::{Need, Request, Running};
use crate::server::error::ServerError;
use crate::server::session::{Answer, NoAnswer, Row};
use crate::target::Target;
use crate::verdict::{Breakage, Fact, Notes, Probed};
use catalog::Catalog;
use scene::Scene;

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub trees: &'a Trees,
    /// Tables that the user expects.
    pub expected: &'a [String],
    /// Whether the role is the one that changes the schema.
    pub migrates: bool,
    /// What the tools say themselves, where they were asked.
    pub exact: Option<&'a exact_mode::Answers>,
    /// The application's process, where there is one.
    pub running: Option<&'a Running>,
}

impl<'a> Case<'a> {
    /// These trees, and what the request says of the database.
    #[must_use]
    pub fn of(trees: &'a Trees, request: &'a Request) -> Self {
        Self {
            expected: &request.expect.tables,
            migrates: request.needs.contains(&Need::Create) || request.needs.contains(&Need::Ddl),
            ..Self::of_trees(trees)
        }
    }

    /// The trees alone.
    #[must_use]
    pub const fn of_trees(trees: &'a Trees) -> Self {
        Self {
            trees,
            expected: &[],
            migrates: false,
            exact: None,
            running: None,
        }
    }
}

/// One question for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    Catalog {
        version_tables: Vec<String>,
        /// Some tree's version table has a name that is computed.
        under_any_name: bool,
    },
    Alembic {
        schema: Option<String>,
        table: String,
    },
    Django,
    /// Whether any table holds anything.
    Data,
    /// Whether the tables are there that the user expects.
    Expected(Vec<String>),
    /// What it takes to make the extensions that migrations make.
    Extensions(Vec<String>),
    /// How long ago Django's last migration was recorded.
    LastApplied,
}

impl Question {
    fn sql(&self) -> String {
        match self {
            Self::Catalog {
                version_tables,
                under_any_name,
            } => catalog::sql(version_tables, *under_any_name),
            Self::Alembic { schema, table } => alembic::sql(schema.as_deref(), table),
            Self::Django => django::SQL.to_owned(),
            Self::Data => catalog::data_sql(),
            Self::Expected(tables) => expected::sql(tables),
            Self::Extensions(names) => extensions::sql(names),
            Self::LastApplied => running::SQL.to_owned(),
        }
    }
}

fn version_tables(trees: &Trees) -> Vec<String> {
    let mut version_tables: Vec<String> = trees.alembic.iter().map(|tree| tree.version_table.name.clone()).collect();
    version_tables.sort_unstable();
    version_tables.dedup();
    version_tables
}

/// What has to be asked, each once.
fn plan(case: Case<'_>) -> Vec<Question> {
    let trees = case.trees;
    let mut plan = vec![Question::Catalog {
        version_tables: version_tables(trees),
        under_any_name: trees.alembic.iter().any(|tree| tree.version_table.unread.is_some()),
    }];
    for tree in &trees.alembic {
        let question = alembic::question(tree);
        if !plan.contains(&question) {
            plan.push(question);
        }
    }
    if !trees.django.is_empty() {
        plan.push(Question::Django);
        if case.running.is_some() {
            plan.push(Question::LastApplied);
        }
    }
    if !trees.is_empty() && !trees.sqlite.is_empty() {
        plan.push(Question::Data);
    }
    if !case.expected.is_empty() {
        plan.push(Question::Expected(case.expected.to_vec()));
    }
    let extensions = extensions::names(trees);
    if !extensions.is_empty() {
        plan.push(Question::Extensions(extensions));
    }
    plan
}

/// The statements to run, each a single SELECT.
#[must_use]
pub fn questions(case: Case<'_>) -> Vec<String> {
    plan(case).iter().map(Question::sql).collect()
}

/// The rows of a state table, or the server's refusal.
type Rows = Result<Vec<Row>, ServerError>;

/// What the judge of one tool found.
#[derive(Default)]
struct Judged {
    findings: Vec<crate::finding::Finding>,
    /// How it stands, for the layer's line.
    summary: String,
    tool: &'static str,
    revisions: usize,
    heads: Vec<String>,
    effective_heads: Vec<String>,
    database: Vec<String>,
    /// `None` where it cannot be told.
    pending: Option<usize>,
    /// Labels in Django's record of applications outside the project.
    other_apps: Vec<String>,
    /// Extensions that pending migrations make, each with the file.
    makes_extensions: Vec<(String, String)>,
    /// The pending migrations by name; `None` where it cannot be told.
    waiting: Option<Vec<String>>,
    /// What the tool itself says to it.
    exact: Option<String>,
}

/// The statements to run once the answers to [`questions`] are there: what stands beside a record that is missing, and what other
/// tools' state tables hold. Most often none.
#[must_use]
pub fn more_questions(case: Case<'_>, answers: &[Answer]) -> Vec<String> {
    let Some(Ok(rows)) = answers.first() else { return Vec::new() };
    let surroundings = misses_a_record(case, answers).then(|| catalog::surroundings_sql(&version_tables(case.trees)));
    surroundings
        .into_iter()
        .chain(tools::questions(case.trees, &Catalog::read(rows)))
        .collect()
}

/// Whether the record of one of the project's tools is missing or empty.
fn misses_a_record(case: Case<'_>, answers: &[Answer]) -> bool {
    plan(case).iter().zip(answers).any(|(question, answer)| match (question, answer) {
        (Question::Catalog { .. }, Ok(rows)) => tools::unrecorded(case.trees, &Catalog::read(rows)).is_some(),
        (Question::Alembic { .. } | Question::Django, Ok(rows)) => rows.is_empty(),
        (Question::Alembic { .. } | Question::Django, Err(NoAnswer::Refused(error))) => scene::is_missing(error),
        _ => false,
    })
}

/// Compares the trees with the answers to [`questions`] and to [`more_questions`], in their order.
#[must_use]
pub fn judge(case: Case<'_>, target: &Target, answers: Vec<Answer>, more: Vec<Answer>) -> Probed<()> {
    let trees = case.trees;
    let plan = plan(case);
    if plan.len() != answers.len() {
        return Probed::Broke(Breakage(format!("{} questions, {} answers", plan.len(), answers.len())));
    }
    let mut more = more.into_iter();
    let surroundings = if misses_a_record(case, &answers) { more.next() } else { None };
    let mut catalog = None;
    let mut rows: Vec<(Question, Rows)> = Vec::new();
    for (question, answer) in plan.into_iter().zip(answers) {
        let answer = match answer {
            Ok(answer) => Ok(answer),
            Err(NoAnswer::Refused(error)) => Err(error),
            Err(NoAnswer::Lost(reason)) => {
                return Probed::Broke(Breakage(format!(
                    "the connection was lost while the state of the migrations was read: {reason}"
                )));
            }
        };
        match question {
            Question::Catalog { .. } => catalog = answer.ok().map(|rows| Catalog::read(&rows)),
            question => rows.push((question, answer)),
        }
    }
    let scene = Scene {
        trees,
        role: target.user.raw(),
        database: target.database.raw(),
        catalog,
        surroundings: surroundings.and_then(|answer| catalog::Surroundings::read(&answer.ok()?)),
    };
    let answer = |wanted: fn(&Question) -> bool| rows.iter().find(|(question, _)| wanted(question)).map(|(_, rows)| rows);
    let is_empty = rows
        .iter()
        .any(|(question, rows)| *question == Question::Data && catalog::says_empty(rows));
    let mut judged = alembic::judge(&scene, &rows);
    judged.extend(django::judge(&scene, &rows));
    if let Some(answers) = case.exact {
        compare(&scene, answers, &mut judged);
    }
    match tools::judge(&scene, more.collect()) {
        Ok(others) => judged.extend(others),
        Err(breakage) => return Probed::Broke(breakage),
    }
    running::judge(case, answer(|question| *question == Question::LastApplied), &mut judged);
    if let Some(rows) = answer(|question| matches!(question, Question::Extensions(_))) {
        extensions::judge(scene.role, scene.database, case.migrates, rows, &mut judged);
    }
    if let Some(rows) = answer(|question| matches!(question, Question::Expected(_))) {
        let path = scene.catalog.as_ref().map(|catalog| catalog.path.as_slice()).unwrap_or_default();
        judged.push(expected::judge(scene.role, scene.database, path, case.expected, rows));
    }
    if judged.is_empty() {
        return Probed::NotApplicable((), none_found(trees));
    }
    let mut notes = notes(trees, judged);
    // With migrations missing, empty tables say nothing.
    if is_empty && notes.gravest() != Some(Severity::Fail) {
        let files: Vec<String> = trees.sqlite.iter().map(|file| trees.shown(file)).collect();
        notes.found(empty_database::found(target.database.raw(), &files));
    }
    Probed::judged((), notes)
}

/// Holds the judgement of each tree against the tool's own answer.
fn compare(scene: &Scene<'_>, answers: &exact_mode::Answers, judged: &mut [Judged]) {
    let trees = scene.trees;
    let alembic = trees.alembic.iter().zip(&answers.alembic).map(|(tree, answer)| {
        let command = tree.runner.command("upgrade", &["heads"]).unwrap_or_default();
        (&tree.path, command, answer)
    });
    let django = trees.django.iter().zip(&answers.django).map(|(tree, answer)| {
        let command = tree.runner.command("migrate", &["--noinput"]);
        (&tree.path, command, answer)
    });
    for (one, (path, command, answer)) in judged.iter_mut().zip(alembic.chain(django)) {
        exact::compare(one, &trees.shown(path), scene.database, &command, answer);
    }
}

fn none_found(trees: &Trees) -> String {
    let place = Foreign::new(trees.project.to_string_lossy());
    match &trees.unread[..] {
        [] => format!("no migrations found under {place}"),
        [first, rest @ ..] => {
            let others = if rest.is_empty() {
                String::new()
            } else {
                format!(", and {} more", count(rest.len(), "place"))
            };
            format!(
                "no migrations found under {place}, where not all could be read: {}{others}",
                first.shown(&trees.project)
            )
        }
    }
}

/// Whether what could not be read is likely to be about migrations: configuration, or a directory that is named so.
fn is_about_migrations(note: &Unread) -> bool {
    let name = note.file.file_name().and_then(|name| name.to_str());
    matches!(name, Some("alembic.ini" | "pyproject.toml" | "migrations" | "alembic"))
}

fn notes(trees: &Trees, judged: Vec<Judged>) -> Notes {
    let mut notes = Notes::default();
    let lines: Vec<&str> = judged.iter().map(|one| one.summary.as_str()).collect();
    notes.summary = lines.join("; ");
    let shown = |list: Vec<String>| list.into_iter().map(|text| Foreign::new(text).to_string()).collect::<Vec<String>>();
    let all = |list: fn(&Judged) -> &Vec<String>| shown(judged.iter().flat_map(|one| list(one).iter().cloned()).collect());

    let mut tools: Vec<String> = judged.iter().map(|one| one.tool.to_owned()).collect();
    tools.dedup();
    notes.fact("tool", tools.join(", "));
    let paths = trees
        .alembic
        .iter()
        .map(|tree| &tree.path)
        .chain(trees.django.iter().map(|tree| &tree.path));
    notes.fact("paths", paths.map(|path| trees.shown(path)).collect::<Vec<String>>());
    notes.fact("revisions", counted(judged.iter().map(|one| one.revisions).sum()));
    notes.fact("heads", all(|one| &one.heads));
    notes.fact("effective_heads", all(|one| &one.effective_heads));
    notes.fact("database_revisions", all(|one| &one.database));
    // A number only where every tree could be judged: what is not known is not zero.
    if let Some(pending) = judged.iter().map(|one| one.pending).sum::<Option<usize>>() {
        notes.fact("pending", counted(pending));
    }
    let exact: Vec<String> = judged.iter().filter_map(|one| one.exact.clone()).collect();
    if !exact.is_empty() {
        notes.fact("exact", exact);
    }
    let other_apps = all(|one| &one.other_apps);
    if !other_apps.is_empty() {
        notes.fact("other_apps", other_apps);
    }
    for finding in judged.into_iter().flat_map(|one| one.findings) {
        notes.found(finding);
    }
    if !trees.unread.is_empty() {
        let severity = if trees.unread.iter().any(is_about_migrations) {
            Severity::Warn
        } else {
            Severity::Info
        };
        notes.found(unreadable::files(&trees.project, &trees.unread, Vec::new()).severity(severity));
    }
    // The gravest first, in the order in which they were found.
    notes.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if let Some(first) = notes.findings.first().filter(|finding| finding.severity > Severity::Info) {
        notes.summary.clone_from(&first.title);
    }
    notes
}

fn counted(number: usize) -> Fact {
    Fact::Count(i64::try_from(number).unwrap_or(i64::MAX))
}
