//! Other people's applications, found in the virtual environment without importing anything.

use std::path::Path;

use dbdoctor::migrations::survey;
use dbdoctor::probe::migrations::{Case, judge, questions};
use dbdoctor::server::session::Answer;
use dbdoctor::verdict::Probed;

use crate::judge::{catalog, target};
use crate::project::project;
use crate::tools::python;

/// The environment with the real Django.
fn venv() -> &'static Path {
    python().ancestors().nth(2).unwrap()
}

fn site(installed: &str) -> tempfile::TempDir {
    project(&[
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'website.settings')\n",
        ),
        ("website/__init__.py", ""),
        ("website/settings.py", installed),
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        (
            "shop/migrations/0001_initial.py",
            "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('auth', '0001_initial')]\n",
        ),
    ])
}

fn codes(root: &Path, rows: &[[&str; 2]]) -> Vec<String> {
    let trees = survey(root, Some(venv()));
    let rows: Answer = Ok(rows.iter().map(|row| row.map(|text| Some(text.to_owned())).to_vec()).collect());
    assert_eq!(questions(Case::of_trees(&trees)).len(), 2);
    let notes = match judge(Case::of_trees(&trees), &target("app", "shop"), vec![catalog(&[]), rows], Vec::new()) {
        Probed::Sound((), notes) | Probed::Broken(notes) => notes,
        other => panic!("a verdict, not {other:?}"),
    };
    let code = |finding: &dbdoctor::finding::Finding| {
        let evidence = finding.evidence.join(" ");
        format!("{} {} {evidence}", finding.severity.name(), finding.kind.code())
    };
    notes.findings.iter().map(code).collect()
}

#[test]
fn pending_migrations_of_an_installed_package() {
    let root = site("INSTALLED_APPS = ['django.contrib.contenttypes.apps.ContentTypesConfig', 'shop']\n");
    let rows = [["contenttypes", "0001_initial"], ["shop", "0001_initial"]];
    let found = codes(root.path(), &rows);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("fail migrations/pending") && found[0].contains("contenttypes.0002_remove_content_type_name"),
        "{found:?}"
    );
    let whole = [rows[0], ["contenttypes", "0002_remove_content_type_name"], rows[1]];
    assert_eq!(codes(root.path(), &whole), [""; 0]);
}

#[test]
fn packages_that_may_be_installed_no_more() {
    let root = site("INSTALLED_APPS = list(everything())\n");
    let rows = [["sites", "0001_initial"], ["shop", "0001_initial"]];
    let found = codes(root.path(), &rows);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("warn migrations/pending") && found[0].contains("sites.0002_alter_domain_unique"),
        "{found:?}"
    );
    let root = site("INSTALLED_APPS = ['shop']\n");
    assert_eq!(codes(root.path(), &rows), [""; 0], "it is not installed");
}

#[test]
fn a_project_of_other_peoples_applications_alone() {
    let root = project(&[
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'website.settings')\n",
        ),
        ("website/settings.py", "INSTALLED_APPS = ['django.contrib.sites']\n"),
    ]);
    let found = codes(root.path(), &[["sites", "0001_initial"]]);
    assert!(found.len() == 1 && found[0].starts_with("fail migrations/pending"), "{found:?}");
}
