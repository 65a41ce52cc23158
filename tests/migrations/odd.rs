//! Trees as they are in the wild: what Python lets people write, and what lies beside migrations.

use dbdoctor::migrations::django::{Dependency, Key};
use dbdoctor::migrations::survey;

use crate::alembic::agrees;
use crate::django::{Case, migration};
use crate::project::{ENV, INI, project, revision};

#[test]
fn revisions_named_by_constants_of_another_file() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("ids.py", "BASE = u'the base'\nLATER = ('second',)\n"),
        ("shop/__init__.py", ""),
        ("shop/ids.py", "from ids import BASE as FIRST\n"),
        ("migrations/env.py", ENV),
        (
            "migrations/versions/one.py",
            "from shop.ids import FIRST\nrevision = FIRST\ndown_revision = None\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/two.py",
            "\"\"\"Revises: nothing\"\"\"\nfrom ids import BASE\nOWN: str = u'second'\nrevision = OWN\ndown_revision = BASE\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/three.py",
            "from ids import LATER\nrevision: str = 'Third, not hexadecimal'\ndown_revision = LATER\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/four.py",
            "from ids import LATER as down_revision\nrevision = u\"four\"\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/five.py",
            "revision = 'five'\ndown_revision = ['four']\ndown_revision += ['Third, not hexadecimal']\ndef upgrade(): pass\n",
        ),
    ]);
    agrees(directory.path(), "alembic.ini", &[vec![], vec!["second".to_owned()]]);
}

#[test]
fn constants_as_attributes_of_their_module() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("shop/__init__.py", ""),
        ("shop/branches.py", "EXPAND = 'expand'\nFIRST = 'one'\n"),
        ("ids.py", "THIRD = 'three'\n"),
        ("migrations/env.py", ENV),
        (
            "migrations/versions/one.py",
            "from shop import branches\nrevision = branches.FIRST\ndown_revision = None\nbranch_labels = branches.EXPAND\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/two.py",
            "import shop.branches as b\nrevision = 'two'\ndown_revision = (b.FIRST,)\ndef upgrade(): pass\n",
        ),
        (
            "migrations/versions/three.py",
            "import ids\nrevision = ids.THIRD\ndown_revision = 'two'\ndef upgrade(): pass\n",
        ),
    ]);
    agrees(directory.path(), "alembic.ini", &[vec![], vec!["two".to_owned()]]);
}

#[test]
fn what_a_package_calls_like_its_module_is_not_guessed() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("shop/__init__.py", "class ids:\n    FIRST = 'other'\n"),
        ("shop/ids.py", "FIRST = 'one'\n"),
        ("migrations/env.py", ENV),
        (
            "migrations/versions/one.py",
            "from shop import ids\nrevision = ids.FIRST\ndown_revision = None\n",
        ),
    ]);
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic[0].unread[0].why, "revision is computed (an attribute)");
}

#[test]
fn a_name_that_two_files_could_declare_is_not_guessed() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("ids.py", "BASE = 'a'\n"),
        ("src/ids.py", "BASE = 'b'\n"),
        ("migrations/env.py", ENV),
        (
            "migrations/versions/one.py",
            "from ids import BASE\nrevision = BASE\ndown_revision = None\n",
        ),
    ]);
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic[0].unread[0].why, "revision is computed (another name)");
}

#[test]
fn expand_and_contract_branches_are_meant() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("migrations/env.py", ENV),
        ("migrations/versions/e1.py", &revision("'e1'", "None", "None", "('expand',)")),
        ("migrations/versions/c1.py", &revision("'c1'", "None", "'e1'", "('contract',)")),
        ("migrations/versions/e2.py", &revision("'e2'", "'e1'", "None", "None")),
        ("migrations/versions/c2.py", &revision("'c2'", "'c1'", "'e2'", "None")),
        // Not searched: the locations are not recursive.
        ("migrations/versions/legacy/old.py", "revision = 'old'\ndown_revision = 'gone'\n"),
        ("migrations/versions_old/old.py", "revision = 'older'\ndown_revision = 'gone'\n"),
    ]);
    agrees(directory.path(), "alembic.ini", &[vec![], vec!["c1".to_owned()]]);
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic[0].graph.heads(), ["c2", "e2"]);
    assert!(!trees.alembic[0].has_stray_heads());
}

/// One file that this parser, or any, cannot read is named, and the others are read.
#[test]
fn one_bad_file_is_named_and_the_others_are_read() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("migrations/env.py", ENV),
        ("migrations/versions/a.py", &revision("'a'", "None", "None", "None")),
        (
            "migrations/versions/b.py",
            "revision = 'b'\ndown_revision = 'a'\ndef upgrade():\n    print 'python 2'\n",
        ),
        (
            "migrations/versions/c.py",
            "revision = 'c'\ndown_revision = 'b'\nwhenever x becomes 3:\n    pass\n",
        ),
        ("migrations/versions/d.py", &revision("'d'", "'c'", "None", "None")),
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &migration("[]", "")),
        (
            "shop/migrations/0002_old.py",
            "class Migration(migrations.Migration):\n    exec 'x'\n",
        ),
        ("shop/migrations/0003_new.py", &migration("[('shop', '0002_old')]", "")),
    ]);
    let trees = survey(directory.path(), None);
    let tree = &trees.alembic[0];
    assert_eq!(tree.graph.order(), ["a", "d"]);
    let bad: Vec<(String, Option<usize>)> = tree.unread.iter().map(|note| (trees.shown(&note.file), note.line)).collect();
    assert_eq!(
        bad,
        [
            ("migrations/versions/b.py".to_owned(), Some(4)),
            ("migrations/versions/c.py".to_owned(), Some(3))
        ]
    );
    let shop = trees.django[0].app("shop").unwrap();
    assert_eq!(shop.migrations.len(), 3, "the name of a migration is its file's");
    assert_eq!(trees.shown(&trees.django[0].unread[0].file), "shop/migrations/0002_old.py");
    assert_eq!(trees.django[0].unread.len(), 1);
}

#[test]
fn dependencies_that_grow() {
    let directory = project(&[
        ("manage.py", ""),
        ("shop/__init__.py", ""),
        ("shop/names.py", "FIRST = '0001_initial'\n"),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/_labels.py", "OWN = u'shop'\n"),
        ("shop/migrations/0001_initial.py", &migration("[]", "")),
        (
            "shop/migrations/0002_a.py",
            "from django.db import migrations\nfrom ._labels import OWN\nfrom ..names import FIRST\nfrom shop import names\n\n\n\
             class Migration(migrations.Migration):\n    dependencies: list = []\n    dependencies += [(OWN, FIRST)]\n",
        ),
        (
            "shop/migrations/0003_b.py",
            &migration("[]", "    dependencies.append((u'shop', u'0002_a'))\n    dependencies.extend([])\n"),
        ),
        (
            "shop/migrations/0004_c.py",
            &migration("[('shop', '0002_a')] + [('shop', '0003_b')]", ""),
        ),
    ]);
    let case = Case {
        root: directory.path(),
        installed: &["shop"],
        user: None,
    };
    case.agrees(&[]);
    case.agrees(&["shop.0001_initial"]);
}

#[test]
fn a_dependency_under_a_condition_is_named_and_the_rest_is_read() {
    let directory = project(&[
        ("manage.py", ""),
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &migration("[]", "")),
        (
            "shop/migrations/0002_a.py",
            &migration(
                "[('shop', '0001_initial')]",
                "    if settings.X:\n        dependencies.append(('other', '0001'))\n",
            ),
        ),
        (
            "shop/migrations/0003_b.py",
            &(migration("[('shop', '0002_a')]", "") + "\n\nMigration.dependencies.append(('other', '0001'))\n"),
        ),
    ]);
    let trees = survey(directory.path(), None);
    let tree = &trees.django[0];
    let notes: Vec<(Option<usize>, &str)> = tree.unread.iter().map(|note| (note.line, note.why.as_str())).collect();
    assert_eq!(
        notes,
        [
            (Some(8), "dependencies is added to under a condition"),
            (Some(12), "Migration.dependencies is changed outside of its class")
        ]
    );
    let second = tree.app("shop").unwrap().migration("0002_a").unwrap();
    assert_eq!(second.dependencies, [Dependency::On(Key::new("shop", "0001_initial"))]);
}

#[test]
fn packages_named_migrations_that_are_no_applications() {
    let directory = project(&[
        ("manage.py", ""),
        ("shop/__init__.py", ""),
        (
            "shop/apps.py",
            "from django.apps import AppConfig\nLABEL = 'store'\n\n\nclass Shop(AppConfig):\n    name = 'shop'\n    label = LABEL\n",
        ),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &migration("[]", "")),
        // Helpers that speak of Django, and a class of that name that is none of Django's.
        ("tools/__init__.py", ""),
        ("tools/migrations/__init__.py", ""),
        (
            "tools/migrations/operations.py",
            "from django.db import migrations\n\n\ndef copy(): pass\n",
        ),
        ("tools/migrations/migration.py", "class Migration:\n    dependencies = []\n"),
        ("tools/migrations/all.py", "from .migration import Migration\n"),
        // The originals are gone: what they were called is still a name for their place.
        ("old/__init__.py", ""),
        ("old/migrations/__init__.py", ""),
        (
            "old/migrations/0001_squashed.py",
            &migration("[]", "    replaces = [('old', '0001_initial'), ('old', '0002_b')]\n"),
        ),
        ("old/migrations/0003_c.py", &migration("[('old', '0002_b')]", "")),
    ]);
    let case = Case {
        root: directory.path(),
        installed: &["shop.apps.Shop", "old"],
        user: None,
    };
    let trees = survey(directory.path(), None);
    let labels: Vec<&str> = trees.django[0].apps.iter().map(|app| app.label.as_str()).collect();
    assert_eq!(labels, ["old", "store"]);
    case.agrees(&[]);
    case.agrees(&["old.0001_initial", "old.0002_b"]);
}

#[test]
fn trees_of_other_people_are_not_the_projects() {
    let tree = |below: &str| {
        [
            (format!("{below}alembic.ini"), INI),
            (format!("{below}migrations/env.py"), ENV),
            (
                format!("{below}migrations/versions/one.py"),
                "revision = 'one'\ndown_revision = None\ndef upgrade(): pass\n",
            ),
        ]
    };
    let mut files: Vec<(String, &str)> = tree("").into();
    for other in ["target/lab/", "node_modules/tool/", "env/share/", ".cache/"] {
        files.extend(tree(other));
    }
    // What cargo writes beside its output, and what marks a virtual environment.
    files.push(("target/CACHEDIR.TAG".to_owned(), "Signature: 8a477f597d28d172789f06886806bc55\n"));
    files.push(("env/pyvenv.cfg".to_owned(), "home = /usr/bin\n"));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let directory = project(&files);
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic.len(), 1, "{:?}", trees.alembic);
    // Asked for, such a directory is a project as any other.
    assert_eq!(survey(&directory.path().join("target"), None).alembic.len(), 1);
}
