//! What the layer makes of a server's answers.

use std::path::Path;

use dbdoctor::foreign::Foreign;
use dbdoctor::migrations::survey;
use dbdoctor::probe::migrations::{Case, judge, more_questions, questions};
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{Answer, NoAnswer, Row};
use dbdoctor::target::{Endpoint, Target};
use dbdoctor::verdict::{Fact, Notes, Probed};
use tempfile::TempDir;

use crate::project::{ENV, INI, project, revision, write};

pub fn target(user: &str, database: &str) -> Target {
    Target::of("the test", (Endpoint::Name("localhost".into()), 5432), user.into(), database.into())
}

pub fn row(values: &[&str]) -> Row {
    values.iter().map(|value| Some((*value).to_owned())).collect()
}

/// An empty database with `public` on the search path, and these state tables besides.
pub fn catalog(extra: &[&[&str]]) -> Answer {
    let mut rows = vec![row(&["path", "public"])];
    rows.extend(extra.iter().map(|values| row(values)));
    Ok(rows)
}

fn ids(rows: &[&str]) -> Answer {
    Ok(rows.iter().map(|id| row(&[id])).collect())
}

fn applied(rows: &[&str]) -> Answer {
    Ok(rows.iter().map(|name| row(&name.split('.').collect::<Vec<_>>())).collect())
}

fn refused(sqlstate: &str, message: &str) -> Answer {
    Err(NoAnswer::Refused(ServerError {
        severity: Foreign::new("ERROR"),
        sqlstate: Foreign::new(sqlstate),
        message: Foreign::new(message),
        ..ServerError::default()
    }))
}

fn missing() -> Answer {
    refused("42P01", "relation does not exist")
}

/// The findings as `severity code`, and the notes. No table stands beside a record that is missing.
pub fn judged(root: &Path, answers: Vec<Answer>) -> (Vec<String>, Notes) {
    judged_beside(root, answers, Ok(vec![vec![Some("0".to_owned()), None]]))
}

/// The same, with what stands beside a record that is missing.
fn judged_beside(root: &Path, answers: Vec<Answer>, surroundings: Answer) -> (Vec<String>, Notes) {
    let trees = survey(root, None);
    let asks = more_questions(Case::of_trees(&trees), &answers)
        .first()
        .is_some_and(|sql| sql.starts_with("WITH t AS"));
    let more = if asks { vec![surroundings] } else { Vec::new() };
    judged_with_more(root, answers, more)
}

/// The same, with all further answers.
pub fn judged_with_more(root: &Path, answers: Vec<Answer>, more: Vec<Answer>) -> (Vec<String>, Notes) {
    let trees = survey(root, None);
    let notes = match judge(Case::of_trees(&trees), &target("app", "shop"), answers, more) {
        Probed::Sound((), notes) | Probed::Broken(notes) => notes,
        other => panic!("a verdict, not {other:?}"),
    };
    let codes = notes
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.severity.name(), finding.kind.code()))
        .collect();
    (codes, notes)
}

fn codes(root: &Path, answers: Vec<Answer>) -> Vec<String> {
    judged(root, answers).0
}

fn runs(notes: &Notes) -> Vec<&str> {
    let steps = notes
        .findings
        .iter()
        .filter_map(|finding| finding.remedy.as_ref())
        .flat_map(|remedy| &remedy.steps);
    steps.filter_map(|step| step.run.as_deref()).collect()
}

fn fact<'a>(notes: &'a Notes, name: &str) -> Option<&'a Fact> {
    notes.facts.iter().find(|(other, _)| *other == name).map(|(_, fact)| fact)
}

/// Alembic revisions as `(id, down_revision, depends_on, labels)`, the last three Python expressions.
fn alembic(revisions: &[(&str, &str, &str, &str)]) -> TempDir {
    let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
    std::fs::create_dir(directory.path().join("migrations/versions")).unwrap();
    for (id, down, depends_on, labels) in revisions {
        let content = revision(&format!("'{id}'"), down, depends_on, labels);
        write(directory.path(), &format!("migrations/versions/{id}.py"), &content);
    }
    directory
}

fn line() -> TempDir {
    alembic(&[
        ("a1", "None", "None", "None"),
        ("a2", "'a1'", "None", "None"),
        ("a3", "'a2'", "None", "None"),
    ])
}

fn fork() -> TempDir {
    alembic(&[
        ("a1", "None", "None", "None"),
        ("a2", "'a1'", "None", "None"),
        ("b2", "'a1'", "None", "None"),
    ])
}

#[test]
fn a_project_without_migrations() {
    let directory = project(&[("app.py", "")]);
    let trees = survey(directory.path(), None);
    assert_eq!(
        questions(Case::of_trees(&trees)).len(),
        1,
        "whether another tool has its state there"
    );
    let Probed::NotApplicable((), reason) = judge(Case::of_trees(&trees), &target("app", "shop"), vec![catalog(&[])], Vec::new()) else {
        panic!("it does not apply")
    };
    assert!(reason.starts_with("no migrations found under /"), "{reason}");
}

#[test]
fn alembic_at_its_head() {
    let directory = line();
    let trees = survey(directory.path(), None);
    assert_eq!(questions(Case::of_trees(&trees))[1..], ["SELECT version_num FROM alembic_version"]);
    let (codes, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["a3"])]);
    assert_eq!(codes, [""; 0]);
    assert_eq!(notes.summary, "Alembic in migrations: 3 revisions, database at \"a3\"");
    assert_eq!(fact(&notes, "pending"), Some(&Fact::Count(0)));
    assert_eq!(fact(&notes, "database_revisions"), Some(&Fact::List(vec!["a3".to_owned()])));
}

#[test]
fn alembic_behind_its_head() {
    let directory = line();
    let (codes, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["a1"])]);
    assert_eq!(codes, ["fail migrations/pending"]);
    assert_eq!(
        notes.findings[0].evidence,
        [
            "pending: \"a2\" (migrations/versions/a2.py)",
            "pending: \"a3\" (migrations/versions/a3.py)"
        ]
    );
    let root = directory.path().canonicalize().unwrap();
    assert_eq!(runs(&notes), [format!("cd {} && alembic upgrade head", root.display())]);
    assert_eq!(fact(&notes, "pending"), Some(&Fact::Count(2)));
}

/// `alembic current --check-heads` fails here although everything is applied.
#[test]
fn a_head_that_another_depends_on_is_applied() {
    let directory = alembic(&[
        ("a1", "None", "None", "'one'"),
        ("a2", "'a1'", "None", "None"),
        ("b1", "None", "'a2'", "'two'"),
    ]);
    let (found, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["b1"])]);
    assert_eq!(found, [""; 0]);
    assert_eq!(fact(&notes, "effective_heads"), Some(&Fact::List(vec!["b1".to_owned()])));
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a2", "b1"])]),
        ["warn migrations/overlapping-rows"]
    );
    // Without labels `upgrade head` refuses all the same, applied or not.
    let unlabelled = alembic(&[
        ("a1", "None", "None", "None"),
        ("a2", "'a1'", "None", "None"),
        ("b1", "None", "'a2'", "None"),
    ]);
    let (found, notes) = judged(unlabelled.path(), vec![catalog(&[]), ids(&["b1"])]);
    assert_eq!(found, ["warn migrations/multiple-heads"]);
    assert_eq!(fact(&notes, "pending"), Some(&Fact::Count(0)));
}

#[test]
fn several_heads() {
    let directory = fork();
    // Both applied: the application works, the next `upgrade head` does not.
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a2", "b2"])]),
        ["warn migrations/multiple-heads"]
    );
    let (found, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["a2"])]);
    assert_eq!(found, ["fail migrations/multiple-heads", "fail migrations/pending"]);
    assert!(runs(&notes).contains(&"alembic merge -m 'merge heads' a2 b2"), "{:?}", runs(&notes));
    // Kept apart by labels: nothing is wrong with them.
    let labelled = alembic(&[
        ("a1", "None", "None", "None"),
        ("a2", "'a1'", "None", "'left'"),
        ("b2", "'a1'", "None", "'right'"),
    ]);
    assert_eq!(codes(labelled.path(), vec![catalog(&[]), ids(&["a2", "b2"])]), [""; 0]);
    let (found, notes) = judged(labelled.path(), vec![catalog(&[]), ids(&["a2"])]);
    assert_eq!(found, ["fail migrations/pending"]);
    assert!(runs(&notes)[0].ends_with("alembic upgrade heads"));
}

#[test]
fn rows_that_the_code_does_not_know() {
    let directory = line();
    let (found, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["zz'z"])]);
    assert_eq!(found, ["fail migrations/unknown-revision"]);
    assert!(runs(&notes)[0].contains(r"-S 'zz'\''z' --"), "{:?}", runs(&notes));
    assert_eq!(notes.findings[0].candidates.len(), 3);
    assert_eq!(fact(&notes, "pending"), None, "not known is not zero");
}

#[test]
fn rows_of_directories_that_only_code_names() {
    let directory = line();
    write(
        directory.path(),
        "migrations/versions/2026.1/expand/e1.py",
        &revision("'e1'", "'a3'", "None", "'expand'"),
    );
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a3"])]),
        [""; 0],
        "what Alembic would not read is nobody's business"
    );
    let (found, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["e1"])]);
    assert_eq!(found, ["warn migrations/unreadable"]);
    assert_eq!(
        notes.findings[0].evidence,
        ["migrations/versions/2026.1/expand/e1.py: has \"e1\", and lies in no version location of the configuration"]
    );
    assert_eq!(fact(&notes, "pending"), None);
}

#[test]
fn a_database_without_a_record() {
    let directory = line();
    let root = directory.path();
    let (found, notes) = judged(root, vec![catalog(&[]), missing()]);
    assert_eq!(found, ["fail migrations/never-applied"]);
    assert!(runs(&notes)[0].ends_with("alembic upgrade head"));

    let orders = Ok(vec![row(&["1", "[\"public.orders\"]"])]);
    let (found, notes) = judged_beside(root, vec![catalog(&[]), ids(&[])], orders);
    assert_eq!(found, ["fail migrations/never-applied"]);
    assert_eq!(runs(&notes), [""; 0], "a stamp is for a person to decide");
    assert!(
        notes.findings[0]
            .evidence
            .contains(&"1 table on the search path: \"public.orders\"".to_owned())
    );

    let hidden = catalog(&[&["state", "app", "alembic_version", "f", "t", "version_num", "t"]]);
    let (found, notes) = judged(root, vec![hidden, missing()]);
    assert_eq!(found, ["fail migrations/version-table-hidden"]);
    assert_eq!(runs(&notes), ["ALTER ROLE app IN DATABASE shop SET search_path = app, public;"]);

    let closed = catalog(&[&["state", "app", "alembic_version", "f", "f", "version_num", "f"]]);
    let (_, notes) = judged(root, vec![closed, missing()]);
    assert_eq!(runs(&notes), ["GRANT USAGE ON SCHEMA app TO app;"]);

    let rails = catalog(&[&["state", "public", "schema_migrations", "t", "t", "version", "t"]]);
    assert_eq!(codes(root, vec![rails, missing()]), ["fail migrations/foreign-database"]);
}

#[test]
fn a_record_that_cannot_be_read() {
    let directory = line();
    let (found, notes) = judged(
        directory.path(),
        vec![catalog(&[]), refused("42501", "permission denied for table alembic_version")],
    );
    assert_eq!(found, ["warn migrations/unreadable"]);
    assert_eq!(runs(&notes), ["GRANT SELECT ON alembic_version TO app;"]);
    let trees = survey(directory.path(), None);
    let lost = judge(
        Case::of_trees(&trees),
        &target("app", "shop"),
        vec![catalog(&[]), Err(NoAnswer::Lost("reset".to_owned()))],
        Vec::new(),
    );
    assert!(matches!(lost, Probed::Broke(_)));
    assert!(matches!(
        judge(Case::of_trees(&trees), &target("app", "shop"), Vec::new(), Vec::new()),
        Probed::Broke(_)
    ));
}

#[test]
fn a_tree_without_revisions_wants_nothing() {
    let directory = alembic(&[]);
    assert_eq!(codes(directory.path(), vec![catalog(&[]), missing()]), [""; 0]);
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a1"])]),
        ["fail migrations/unknown-revision"]
    );
}

/// Where a file would have to be run, only what comes after a row is certainly pending, and nothing is ever in order.
#[test]
fn files_that_would_have_to_be_run() {
    let directory = line();
    write(
        directory.path(),
        "migrations/versions/b.py",
        "revision = make()\ndown_revision = None\n",
    );
    let root = directory.path();
    assert_eq!(codes(root, vec![catalog(&[]), ids(&["a3"])]), ["warn migrations/unreadable"]);
    assert_eq!(codes(root, vec![catalog(&[]), ids(&["zzz"])]), ["warn migrations/unreadable"]);
    assert_eq!(
        codes(root, vec![catalog(&[]), ids(&["a1"])]),
        ["fail migrations/pending", "warn migrations/unreadable"]
    );
    let named = line();
    write(named.path(), "migrations/env.py", "context.configure(version_table=name())\n");
    assert_eq!(codes(named.path(), vec![catalog(&[]), missing()]), ["warn migrations/unreadable"]);
    assert_eq!(
        codes(named.path(), vec![catalog(&[]), ids(&["a3"])]),
        [""; 0],
        "the rows show that it is the right table"
    );
}

#[test]
fn configuration_that_does_not_parse() {
    let directory = line();
    write(directory.path(), "pyproject.toml", "[tool.alembic\n");
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a3"])]),
        ["warn migrations/unreadable"]
    );
    std::fs::remove_file(directory.path().join("alembic.ini")).unwrap();
    std::fs::remove_dir_all(directory.path().join("migrations")).unwrap();
    let trees = survey(directory.path(), None);
    let Probed::NotApplicable((), reason) = judge(Case::of_trees(&trees), &target("app", "shop"), vec![catalog(&[])], Vec::new()) else {
        panic!("nothing is left")
    };
    assert!(
        reason.contains("where not all could be read: pyproject.toml: not valid TOML"),
        "{reason}"
    );
}

#[test]
fn broken_files() {
    let directory = line();
    write(directory.path(), "migrations/versions/helper.py", "x = 1\n");
    assert_eq!(
        codes(directory.path(), vec![catalog(&[]), ids(&["a3"])]),
        ["fail migrations/broken-graph"]
    );
}

#[test]
fn of_two_trees_one_is_the_databases() {
    let directory = line();
    write(directory.path(), "other/alembic.ini", "[alembic]\nscript_location = %(here)s/db\n");
    write(directory.path(), "other/db/env.py", ENV);
    write(
        directory.path(),
        "other/db/versions/x.py",
        &revision("'x1'", "None", "None", "None"),
    );
    assert_eq!(
        questions(Case::of_trees(&survey(directory.path(), None))).len(),
        2,
        "one version table, asked once"
    );
    assert_eq!(codes(directory.path(), vec![catalog(&[]), ids(&["a3"])]), [""; 0]);
}

fn shop(settings: &str) -> TempDir {
    let migration = |dependencies: &str, more: &str| {
        format!("from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = {dependencies}\n{more}")
    };
    project(&[
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
        ),
        ("settings.py", settings),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &migration("[('auth', '0001_initial')]", "")),
        ("shop/migrations/0002_x.py", &migration("[('shop', '0001_initial')]", "")),
        ("extra/migrations/__init__.py", ""),
        ("extra/migrations/0001_initial.py", &migration("[]", "")),
    ])
}

#[test]
fn django_from_nothing_to_everything() {
    let directory = shop("INSTALLED_APPS = ['shop']\n");
    let root = directory.path();
    assert_eq!(
        questions(Case::of_trees(&survey(root, None)))[1..],
        ["SELECT app, name FROM django_migrations ORDER BY id"]
    );
    assert_eq!(codes(root, vec![catalog(&[]), missing()]), ["fail migrations/never-applied"]);
    assert_eq!(codes(root, vec![catalog(&[]), applied(&[])]), ["fail migrations/never-applied"]);
    let (found, notes) = judged(root, vec![catalog(&[]), applied(&["auth.0001_initial"])]);
    assert_eq!(found, ["fail migrations/pending"]);
    assert!(runs(&notes)[0].ends_with(" && python manage.py migrate --noinput"));
    assert_eq!(notes.findings[0].evidence, ["pending: shop.0001_initial", "pending: shop.0002_x"]);
    assert_eq!(
        codes(
            root,
            vec![catalog(&[]), applied(&["auth.0001_initial", "shop.0001_initial", "shop.0002_x"])]
        ),
        [""; 0],
        "\"extra\" is not installed"
    );
    assert_eq!(
        codes(root, vec![catalog(&[]), applied(&["blog.0001_initial"])]),
        ["fail migrations/foreign-database"]
    );
}

#[test]
fn django_history() {
    let directory = shop("INSTALLED_APPS = ['shop']\n");
    let root = directory.path();
    assert_eq!(
        codes(root, vec![catalog(&[]), applied(&["shop.0002_x"])]),
        ["fail migrations/inconsistent-history"]
    );
    let (found, notes) = judged(
        root,
        vec![
            catalog(&[]),
            applied(&["shop.0001_initial", "shop.0002_x", "shop.0003_gone", "sessions.0001_initial"]),
        ],
    );
    assert_eq!(found, ["warn migrations/record-without-file"]);
    assert_eq!(
        notes.findings[0].candidates[0].cause,
        "a newer release migrated the database and was rolled back"
    );
    assert_eq!(fact(&notes, "other_apps"), Some(&Fact::List(vec!["sessions".to_owned()])));
    let older = vec![catalog(&[]), applied(&["shop.0000_old", "shop.0001_initial", "shop.0002_x"])];
    let (_, notes) = judged(root, older);
    assert!(notes.findings[0].candidates[0].cause.contains("squashed"));
}

#[test]
fn django_leaf_nodes() {
    let directory = shop("INSTALLED_APPS = ['shop']\n");
    let root = directory.path();
    write(
        root,
        "shop/migrations/0002_y.py",
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n",
    );
    assert_eq!(
        codes(
            root,
            vec![catalog(&[]), applied(&["shop.0001_initial", "shop.0002_x", "shop.0002_y"])]
        ),
        ["warn migrations/conflicting-leaves"]
    );
    assert_eq!(
        codes(root, vec![catalog(&[]), applied(&["shop.0001_initial", "shop.0002_x"])]),
        ["fail migrations/conflicting-leaves", "fail migrations/pending"]
    );
}

/// Settings that have to be run leave open whether an application without any row is installed.
#[test]
fn django_settings_that_would_have_to_be_run() {
    let directory = shop("INSTALLED_APPS = apps()\n");
    let done = ["auth.0001_initial", "shop.0001_initial", "shop.0002_x"];
    let (found, notes) = judged(directory.path(), vec![catalog(&[]), applied(&done)]);
    assert_eq!(found, ["warn migrations/pending"]);
    assert_eq!(notes.findings[0].evidence, ["not recorded: extra.0001_initial"]);
    assert_eq!(fact(&notes, "pending"), None, "not known is not zero");
}

/// What comes from files and servers is escaped, and what is to be pasted is quoted.
#[test]
fn names_that_want_to_escape() {
    let directory = alembic(&[("a1", "None", "None", "None")]);
    let (_, notes) = judged(directory.path(), vec![catalog(&[]), ids(&["\u{1b}[2J; rm -rf ~"])]);
    let finding = &notes.findings[0];
    assert!(!finding.title.contains('\u{1b}'), "{:?}", finding.title);
    assert!(runs(&notes)[0].contains("-S '\u{1b}[2J; rm -rf ~' --"), "{:?}", runs(&notes));
    let directory = project(&[
        ("alembic.ini", INI),
        (
            "migrations/env.py",
            "context.configure(version_table='v\"; DROP TABLE x', version_table_schema='S')\n",
        ),
    ]);
    assert_eq!(
        questions(Case::of_trees(&survey(directory.path(), None)))[1],
        r#"SELECT version_num FROM "S"."v""; DROP TABLE x""#
    );
}
