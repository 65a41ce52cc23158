//! Django's trees, as Django itself sees them.

use std::collections::HashSet;
use std::path::Path;

use dbdoctor::migrations::django::graph::Fault;
use dbdoctor::migrations::django::{Graph, Key, Tree};
use dbdoctor::migrations::{Trees, survey};
use serde_json::json;

use crate::project::{Dice, project, write};
use crate::tools::{ask, strings};

/// A migration; the lists are Python expressions.
pub fn migration(dependencies: &str, more: &str) -> String {
    format!(
        "from django.conf import settings\nfrom django.db import migrations\n\n\nclass Migration(migrations.Migration):\n\n    \
         dependencies = {dependencies}\n{more}\n    operations = []\n"
    )
}

fn only(trees: &Trees) -> &Tree {
    assert_eq!(trees.django.len(), 1, "one tree: {trees:?}");
    &trees.django[0]
}

fn key(name: &str) -> Key {
    let (app, name) = name.split_once('.').unwrap();
    Key::new(app, name)
}

pub struct Case<'a> {
    pub root: &'a Path,
    pub installed: &'a [&'a str],
    pub user: Option<&'a str>,
}

impl Case<'_> {
    fn said(&self, tree: &Tree, rows: &[&str]) -> serde_json::Value {
        let pairs: Vec<[&str; 2]> = rows.iter().map(|row| row.split_once('.').unwrap().into()).collect();
        let labels: Vec<&str> = tree.apps.iter().map(|app| app.label.as_str()).collect();
        ask(
            "django_oracle.py",
            self.root,
            &json!({"installed": self.installed, "rows": pairs, "labels": labels, "user": self.user}),
        )
    }

    /// Compares leaf nodes, conflicts, plan, what is pending, and whether the history is consistent.
    pub fn agrees(&self, rows: &[&str]) {
        let trees = survey(self.root, None);
        let tree = only(&trees);
        assert_eq!(tree.unread, [], "everything is literal");
        let said = self.said(tree, rows);
        assert!(said["error"].is_null(), "{rows:?}: {said}");
        let recorded: HashSet<Key> = rows.iter().map(|row| key(row)).collect();
        let graph = Graph::link(tree, &|_| true, &recorded);
        assert_eq!(graph.faults(), []);
        let names = |keys: Vec<&Key>| keys.into_iter().map(ToString::to_string).collect::<Vec<String>>();
        assert_eq!(names(graph.leaves()), strings(&said["leaves"]), "{rows:?}");
        assert_eq!(names(graph.plan()), strings(&said["plan"]), "{rows:?}");
        assert_eq!(names(graph.pending()), strings(&said["pending"]), "{rows:?}");
        let conflicts = said["conflicts"].as_object().unwrap();
        assert_eq!(graph.conflicts().len(), conflicts.len(), "{said}");
        for leaves in graph.conflicts() {
            let ours: Vec<String> = leaves.iter().map(|leaf| leaf.name.clone()).collect();
            assert_eq!(ours, strings(&conflicts[&leaves[0].app]));
        }
        let pairs = graph.inconsistencies();
        match said["inconsistent"].as_str() {
            None => assert_eq!(pairs, [], "{rows:?}"),
            Some(text) => assert!(
                pairs.iter().any(|pair| text.contains(&format!(
                    "Migration {} is applied before its dependency {} ",
                    pair.applied, pair.parent
                ))),
                "{text}: {pairs:?}"
            ),
        }
    }
}

#[test]
fn applications_that_depend_on_each_other() {
    let directory = project(&[
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings.dev')\n",
        ),
        ("site1/__init__.py", ""),
        ("site1/settings/__init__.py", ""),
        (
            "site1/settings/base.py",
            "LOCAL = ['people.apps.PeopleConfig', 'apps.shop']\nINSTALLED_APPS = ['django.contrib.auth', *LOCAL] + ['django.contrib.contenttypes']\n\
             AUTH_USER_MODEL = 'folk.User'\n",
        ),
        ("site1/settings/dev.py", "from .base import *\nINSTALLED_APPS += ['stock']\n"),
        ("people/__init__.py", ""),
        (
            "people/apps.py",
            "from django.apps import AppConfig\n\n\nclass PeopleConfig(AppConfig):\n    name = 'people'\n    label = 'folk'\n",
        ),
        (
            "people/models.py",
            "from django.contrib.auth.models import AbstractUser\n\n\nclass User(AbstractUser):\n    pass\n",
        ),
        ("people/migrations/__init__.py", ""),
        (
            "people/migrations/0001_initial.py",
            &migration("[('auth', '0001_initial')]", "    initial = True\n"),
        ),
        (
            "people/migrations/0002_more.py",
            &migration("[('folk', '0001_initial'), ('folk', '__first__')]", ""),
        ),
        ("apps/__init__.py", ""),
        ("apps/shop/__init__.py", ""),
        ("apps/shop/migrations/__init__.py", ""),
        (
            "apps/shop/migrations/0001_initial.py",
            &migration(
                "[migrations.swappable_dependency(settings.AUTH_USER_MODEL), ('contenttypes', '__first__')]",
                "",
            ),
        ),
        (
            "apps/shop/migrations/first_of_branch.py",
            &migration("(('shop', '0001_initial'),)", ""),
        ),
        (
            "apps/shop/migrations/0002_b.py",
            &migration("[('shop', '0001_' 'initial'), ('stock', '__latest__')]", ""),
        ),
        (
            "apps/shop/migrations/0003_merge.py",
            &migration("[('shop', 'first_of_branch'), ('shop', '0002_b')]", ""),
        ),
        ("apps/shop/migrations/_helper.py", "x = 1\n"),
        ("stock/__init__.py", ""),
        ("stock/migrations/__init__.py", ""),
        (
            "stock/migrations/0001_initial.py",
            &migration("[]", "    run_before = [('folk', '0002_more')]\n"),
        ),
        ("stock/migrations/0002_x.py", &migration("[('stock', '0001_initial')]", "")),
        ("venv/pyvenv.cfg", ""),
        ("venv/lib/python3/site-packages/other/migrations/__init__.py", ""),
        (
            "venv/lib/python3/site-packages/other/migrations/0001_initial.py",
            &migration("[]", ""),
        ),
        ("plain/migrations/0001_initial.py", &migration("[]", "")),
    ]);
    let installed = [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "people.apps.PeopleConfig",
        "apps.shop",
        "stock",
    ];
    let case = Case {
        root: directory.path(),
        installed: &installed,
        user: Some("folk.User"),
    };
    let trees = survey(directory.path(), None);
    let apps: Vec<(&str, Option<bool>)> = only(&trees).apps.iter().map(|app| (app.label.as_str(), app.installed)).collect();
    assert_eq!(apps, [("folk", Some(true)), ("shop", Some(true)), ("stock", Some(true))]);
    let contrib = ["auth.0001_initial", "contenttypes.0001_initial"];
    case.agrees(&[]);
    case.agrees(&[contrib[0], contrib[1], "folk.0001_initial", "stock.0001_initial"]);
    case.agrees(&[contrib[0], contrib[1], "folk.0001_initial", "folk.0002_more"]);
    case.agrees(&[contrib[0], contrib[1], "shop.0002_b", "other.0001_initial", "shop.0099_gone"]);
}

#[test]
fn squashed_migrations() {
    let squash = |replaces: &str| format!("    replaces = {replaces}\n");
    let directory = project(&[
        ("manage.py", ""),
        ("a/__init__.py", ""),
        ("a/migrations/__init__.py", ""),
        ("a/migrations/0001_initial.py", &migration("[]", "")),
        (
            "a/migrations/0002_x.py",
            &migration("[('a', '0001_initial'), ('b', '0001_initial')]", ""),
        ),
        (
            "a/migrations/0001_squashed_0002.py",
            &migration("[('b', '0001_initial')]", &squash("[('a', '0001_initial'), ('a', '0002_x')]")),
        ),
        ("a/migrations/0003_y.py", &migration("[('a', '0001_squashed_0002')]", "")),
        ("b/__init__.py", ""),
        ("b/migrations/__init__.py", ""),
        ("b/migrations/0001_initial.py", &migration("[]", "")),
        (
            "b/migrations/0002_after.py",
            &migration("[('b', '0001_initial'), ('a', '0002_x')]", ""),
        ),
    ]);
    let case = Case {
        root: directory.path(),
        installed: &["a", "b"],
        user: None,
    };
    let (one, two, squashed, three, b) = ("a.0001_initial", "a.0002_x", "a.0001_squashed_0002", "a.0003_y", "b.0001_initial");
    for rows in [
        &[][..],
        &[one],
        &[one, b],
        &[one, two, b],
        &[one, two, squashed, b],
        &[squashed, b],
        &[one, squashed, b],
        &[one, two, three, b],
        &[three],
        &[one, two, squashed, three, b, "b.0002_after"],
    ] {
        case.agrees(rows);
    }
    let trees = survey(directory.path(), None);
    let graph = Graph::link(only(&trees), &|_| true, &HashSet::new());
    assert_eq!(graph.replaced(), [key(one), key(two)]);
}

#[test]
fn squashed_originals_that_are_gone() {
    let directory = project(&[
        ("manage.py", ""),
        ("a/__init__.py", ""),
        ("a/migrations/__init__.py", ""),
        (
            "a/migrations/0001_squashed_0002.py",
            &migration("[]", "    replaces = [('a', '0001_initial'), ('a', '0002_x')]\n"),
        ),
        ("a/migrations/0003_y.py", &migration("[('a', '0002_x')]", "")),
    ]);
    let case = Case {
        root: directory.path(),
        installed: &["a"],
        user: None,
    };
    case.agrees(&[]);
    case.agrees(&["a.0001_initial", "a.0002_x"]);
    case.agrees(&["a.0001_initial", "a.0002_x", "a.0003_y"]);
    // Partly applied: Django cannot use the squashed one, and what it replaced is gone.
    let trees = survey(directory.path(), None);
    let said = case.said(only(&trees), &["a.0001_initial"]);
    assert!(
        said["error"].as_str().is_some_and(|text| text.starts_with("NodeNotFoundError")),
        "{said}"
    );
    let graph = Graph::link(only(&trees), &|_| true, &HashSet::from([key("a.0001_initial")]));
    assert!(
        matches!(graph.faults(), [Fault::MissingParent { parent, .. }] if *parent == key("a.0002_x")),
        "{:?}",
        graph.faults()
    );
}

#[test]
fn made_up_graphs() {
    for seed in 1..=6_u64 {
        let mut dice = Dice(seed);
        let directory = project(&[("manage.py", "")]);
        let mut names: Vec<(String, String)> = Vec::new();
        for at in 0..30 {
            let app = ["a", "b", "c"][dice.below(3)];
            write(directory.path(), &format!("{app}/__init__.py"), "");
            write(directory.path(), &format!("{app}/migrations/__init__.py"), "");
            let mut dependencies = String::new();
            for _ in 0..dice.below(3).min(names.len()) {
                let (other, name) = &names[dice.below(names.len())];
                dependencies += &["('", other, "', '", name, "'), "].concat();
            }
            // Names whose order is not that of the graph.
            let name = format!("{:02}_m", (at * 11) % 30);
            write(
                directory.path(),
                &format!("{app}/migrations/{name}.py"),
                &migration(&format!("[{dependencies}]"), ""),
            );
            names.push((app.to_owned(), name));
        }
        let case = Case {
            root: directory.path(),
            installed: &["a", "b", "c"],
            user: None,
        };
        let rows: Vec<String> = names
            .iter()
            .filter(|_| dice.below(3) > 0)
            .map(|(app, name)| format!("{app}.{name}"))
            .collect();
        case.agrees(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn broken_graphs() {
    // The files, how Django's error begins, and the fault.
    type Broken = (&'static [(&'static str, fn() -> String)], &'static str, fn(&Fault) -> bool);
    let cases: &[Broken] = &[
        (
            &[("0001_initial", || migration("[('a', '0000_gone')]", ""))],
            "NodeNotFoundError",
            |fault| matches!(fault, Fault::MissingParent { parent, .. } if parent.name == "0000_gone"),
        ),
        (
            &[
                ("0001_initial", || migration("[('a', '0002_x')]", "")),
                ("0002_x", || migration("[('a', '0001_initial')]", "")),
            ],
            "CircularDependencyError",
            |fault| matches!(fault, Fault::Cycle { migrations } if migrations.len() == 2),
        ),
        (
            &[
                ("0001_initial", || migration("[]", "")),
                ("helper", || "import django\n".to_owned()),
            ],
            "BadMigrationError",
            |fault| matches!(fault, Fault::NoClass { .. }),
        ),
    ];
    for (files, said, is) in cases {
        let directory = project(&[("manage.py", ""), ("a/__init__.py", ""), ("a/migrations/__init__.py", "")]);
        for (name, content) in *files {
            write(directory.path(), &format!("a/migrations/{name}.py"), &content());
        }
        let trees = survey(directory.path(), None);
        let case = Case {
            root: directory.path(),
            installed: &["a"],
            user: None,
        };
        let error = case.said(only(&trees), &[]);
        assert!(error["error"].as_str().is_some_and(|text| text.starts_with(said)), "{error}");
        let graph = Graph::link(only(&trees), &|_| true, &HashSet::new());
        assert!(graph.faults().iter().any(is), "{:?}", graph.faults());
    }
}

#[test]
fn what_is_computed_is_not_read() {
    for (content, line, why) in [
        (
            migration("BASE + [('a', '0001_initial')]", ""),
            7,
            "dependencies is computed (another name)",
        ),
        (migration("[parent()]", ""), 7, "an element of dependencies is computed (a call)"),
        (
            "from base import M\n\n\nclass Migration(M):\n    replaces = []\n    dependencies = []\n".to_owned(),
            4,
            "run_before may be inherited from \"M\"",
        ),
    ] {
        let directory = project(&[
            ("manage.py", ""),
            ("a/__init__.py", ""),
            ("a/migrations/__init__.py", ""),
            ("a/migrations/0001_initial.py", &migration("[]", "")),
            ("a/migrations/0002_x.py", &content),
        ]);
        let trees = survey(directory.path(), None);
        let notes = &only(&trees).unread;
        assert_eq!(notes.len(), 1, "{content}");
        assert_eq!((notes[0].line, notes[0].why.as_str()), (Some(line), why));
    }
}

#[test]
fn settings_that_switch_applications_off() {
    let directory = project(&[
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
        ),
        (
            "settings.py",
            "INSTALLED_APPS = ['a', 'b', 'd']\nMIGRATION_MODULES = {'b': None, 'd': 'db.changes'}\n",
        ),
        ("a/migrations/__init__.py", ""),
        ("a/migrations/0001_initial.py", &migration("[]", "")),
        ("b/migrations/__init__.py", ""),
        ("b/migrations/0001_initial.py", &migration("[]", "")),
        ("c/migrations/__init__.py", ""),
        ("c/migrations/0001_initial.py", &migration("[]", "")),
        ("d/migrations/__init__.py", ""),
        ("d/migrations/0001_initial.py", &migration("[]", "")),
        ("db/changes/__init__.py", ""),
        ("db/changes/0001_other.py", &migration("[]", "")),
    ]);
    let trees = survey(directory.path(), None);
    let apps: Vec<(&str, Option<bool>)> = only(&trees).apps.iter().map(|app| (app.label.as_str(), app.installed)).collect();
    assert_eq!(apps, [("a", Some(true)), ("c", Some(false)), ("d", Some(true))]);
    assert!(only(&trees).app("d").unwrap().migration("0001_other").is_some());
}

#[test]
fn packages_of_other_tools_are_left_alone() {
    let directory = project(&[
        ("app/migrations/__init__.py", ""),
        ("app/migrations/001_x.py", "def migrate(migrator, database):\n    pass\n"),
    ]);
    assert!(survey(directory.path(), None).is_empty());
}
