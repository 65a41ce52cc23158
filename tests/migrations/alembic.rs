//! Alembic's trees, as Alembic itself sees them.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use dbdoctor::migrations::alembic::{Fault, Graph, Tree};
use dbdoctor::migrations::{Trees, survey};
use serde_json::json;

use crate::project::{Dice, ENV, INI, project, revision, write};
use crate::tools::{ask, strings};

fn only(trees: &Trees) -> &Tree {
    assert_eq!(trees.alembic.len(), 1, "one tree: {trees:?}");
    &trees.alembic[0]
}

/// Compares heads, effective heads, bases, order, and what is pending for each set of rows.
pub fn agrees(root: &Path, ini: &str, rows: &[Vec<String>]) {
    let trees = survey(root, None);
    let tree = only(&trees);
    assert_eq!(tree.unread, [], "everything is literal");
    assert_eq!(tree.graph.faults(), [], "the graph is sound");
    let said = ask("alembic_oracle.py", root, &json!({"ini": ini, "rows": rows}));
    assert!(said["error"].is_null(), "{said}");
    assert_eq!(tree.graph.heads(), strings(&said["heads"]));
    assert_eq!(tree.graph.effective_heads(), strings(&said["effective_heads"]));
    assert_eq!(tree.graph.bases(), strings(&said["bases"]));
    same_order(&tree.graph, &tree.graph.order(), &strings(&said["order"]));
    for (rows, said) in rows.iter().zip(said["pending"].as_array().unwrap()) {
        let applied = tree.graph.applied(rows.iter().map(String::as_str));
        let pending: Vec<String> = tree.graph.pending(&applied).iter().map(|one| one.id.clone()).collect();
        let overlaps = tree.graph.overlaps(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        if let Some(refusal) = said.as_str() {
            assert!(refusal.contains("overlaps with other requested revisions"), "{refusal}");
            assert!(!overlaps.is_empty(), "rows {rows:?}: {refusal}");
        } else {
            // With nothing left to do Alembic does not look for overlaps.
            assert!(
                overlaps.is_empty() || strings(said).is_empty(),
                "rows {rows:?} overlap: {overlaps:?}"
            );
            same_order(&tree.graph, &pending, &strings(said));
        }
    }
}

/// The same revisions, and in ours none before what it needs. Where branches are independent, several orders are right.
pub fn same_order(graph: &Graph, ours: &[String], said: &[String]) {
    assert_eq!(
        ours.iter().collect::<BTreeSet<_>>(),
        said.iter().collect::<BTreeSet<_>>(),
        "the same revisions"
    );
    assert_eq!(ours.len(), said.len(), "each once");
    let place: HashMap<&str, usize> = ours.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    for id in ours {
        let revision = graph.get(id).unwrap();
        for parent in revision.down.iter().chain(&revision.depends_on) {
            assert!(
                place.get(parent.as_str()).is_none_or(|at| *at < place[id.as_str()]),
                "{parent} comes before {id}"
            );
        }
    }
}

fn rows(sets: &[&[&str]]) -> Vec<Vec<String>> {
    sets.iter().map(|set| set.iter().map(|&id| id.to_owned()).collect()).collect()
}

#[test]
fn a_line_of_revisions_in_every_spelling() {
    let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
    for (name, content) in [
        ("1", revision("'a1'", "None", "None", "None")),
        ("2", revision("\"\"\"a2\"\"\"", "'a' '1'", "()", "None")),
        ("3", revision("(\n    'a'  # first\n    '3'\n)", "('a2',)", "[]", "None")),
        ("4", revision("r'a4'", "['a3']", "None", "None")),
        ("5", "revision, down_revision = 'a5', 'a4'\ndef upgrade(): pass\n".to_owned()),
        (
            "6",
            "revision = old = 'a6'\ndown_revision = {'a5'}\nrevision: str\ndef upgrade(): pass\n".to_owned(),
        ),
        ("abc123", "down_revision = 'a6'\ndef upgrade(): pass\n".to_owned()),
        (".#8", "this is no Python".to_owned()),
        ("__init__", "raise SystemExit\n".to_owned()),
    ] {
        write(directory.path(), &format!("migrations/versions/{name}.py"), &content);
    }
    agrees(
        directory.path(),
        "alembic.ini",
        &rows(&[&[], &["a1"], &["a4"], &["abc123"], &["a1", "a3"]]),
    );
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic[0].graph.order(), ["a1", "a2", "a3", "a4", "a5", "a6", "abc123"]);
}

#[test]
fn branches_merges_dependencies_and_labels() {
    let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
    for (name, content) in [
        ("1", revision("'a1'", "None", "None", "None")),
        ("2", revision("'a2'", "'a1'", "None", "None")),
        ("3", revision("'a3'", "'a1'", "None", "('left',)")),
        ("4", revision("'a4'", "(\n    'a2',\n    'a3',\n)", "None", "None")),
        ("5", revision("'b1'", "None", "None", "'other'")),
        ("6", revision("'b2'", "'b1'", "'a4'", "None")),
        ("7", revision("'c1'", "None", "('other', 'a1')", "{'x', 'y'}")),
    ] {
        write(directory.path(), &format!("migrations/versions/{name}.py"), &content);
    }
    let sets = rows(&[
        &[],
        &["a2"],
        &["a2", "a3"],
        &["a4"],
        &["b2"],
        &["b2", "c1"],
        &["c1"],
        &["a4", "b1"],
        &["a4", "b2"],
        &["a1", "b2"],
    ]);
    agrees(directory.path(), "alembic.ini", &sets);
    let trees = survey(directory.path(), None);
    assert_eq!(trees.alembic[0].graph.heads(), ["a4", "b2", "c1"]);
    assert_eq!(trees.alembic[0].graph.effective_heads(), ["b2", "c1"]);
    // "left" stands below a4 alone, "other" below b2, "x" on c1.
    assert!(trees.alembic[0].graph.heads_are_labelled());
}

#[test]
fn several_locations_with_their_subdirectories() {
    let directory = project(&[
        (
            "conf/alembic.ini",
            "[alembic]\nscript_location = %(here)s/../db\nversion_locations = %(here)s/../db/one\n    %(here)s/../two\n    %(here)s/../gone\n\
             path_separator = newline\nrecursive_version_locations = true\n",
        ),
        ("db/env.py", ENV),
        ("db/one/a.py", &revision("'a1'", "None", "None", "'one'")),
        ("db/one/2024/b.py", &revision("'a2'", "'a1'", "None", "None")),
        ("two/c.py", &revision("'b1'", "None", "None", "'two'")),
        ("two/__pycache__/d.py", "broken ="),
    ]);
    std::os::unix::fs::symlink(directory.path().join("two/c.py"), directory.path().join("db/one/again.py")).unwrap();
    agrees(directory.path(), "conf/alembic.ini", &rows(&[&[], &["a1"], &["a2", "b1"]]));
    assert!(survey(directory.path(), None).alembic[0].graph.heads_are_labelled());
}

#[test]
fn settings_in_pyproject_and_a_package_location() {
    let directory = project(&[
        (
            "pyproject.toml",
            "[tool.alembic]\nscript_location = \"shop.db:scripts\"\nprepend_sys_path = [\"src\"]\n",
        ),
        ("src/shop/__init__.py", ""),
        ("src/shop/db/__init__.py", ""),
        ("src/shop/db/scripts/env.py", ENV),
        ("src/shop/db/scripts/versions/a.py", &revision("'a1'", "None", "None", "None")),
    ]);
    let trees = survey(directory.path(), None);
    assert_eq!(only(&trees).graph.order(), ["a1"]);
    assert_eq!(trees.shown(&only(&trees).path), "src/shop/db/scripts");
    let command = only(&trees).runner.command("upgrade", &["head"]).unwrap();
    assert!(
        command.starts_with("cd ") && command.ends_with(" && alembic upgrade head"),
        "{command}"
    );
}

#[test]
fn made_up_graphs() {
    for seed in 1..=12_u64 {
        let mut dice = Dice(seed);
        let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
        let size = 25;
        for at in 0..size {
            let pick = |most: usize, dice: &mut Dice| {
                let wanted = if at == 0 { 0 } else { dice.below(most + 1) };
                let mut chosen: Vec<String> = (0..wanted).map(|_| format!("'r{}'", dice.below(at))).collect();
                chosen.sort();
                chosen.dedup();
                if chosen.is_empty() {
                    "None".to_owned()
                } else {
                    format!("({},)", chosen.join(", "))
                }
            };
            let down = pick(2, &mut dice);
            let depends_on = if dice.below(4) == 0 {
                pick(1, &mut dice)
            } else {
                "None".to_owned()
            };
            let content = revision(&format!("'r{at}'"), &down, &depends_on, "None");
            // Names in another order than the revisions.
            write(
                directory.path(),
                &format!("migrations/versions/{:03}_x.py", (at * 7) % size),
                &content,
            );
        }
        let sets: Vec<Vec<String>> = (0..12)
            .map(|_| {
                let mut set: Vec<String> = (0..=dice.below(3)).map(|_| format!("r{}", dice.below(size))).collect();
                set.sort();
                set.dedup();
                set
            })
            .collect();
        agrees(directory.path(), "alembic.ini", &sets);
    }
}

/// What is broken for Alembic is broken here, and told apart.
#[test]
fn broken_graphs() {
    // A name, the files, how Alembic's error begins, and the fault.
    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
        fn(&Fault) -> bool,
    );
    let cases: &[Case] = &[
        (
            "missing parent",
            &[("a", "revision='a'\ndown_revision='nope'\n")],
            "KeyError: 'nope'",
            |fault| matches!(fault, Fault::MissingParent { parent, through: "down_revision", .. } if parent == "nope"),
        ),
        (
            "a dependency is a whole id",
            &[
                ("a", "revision='abcdef'\ndown_revision=None\n"),
                ("b", "revision='b'\ndown_revision=None\ndepends_on='abc'\n"),
            ],
            "KeyError: 'abc'",
            |fault| matches!(fault, Fault::MissingParent { parent, through: "depends_on", .. } if parent == "abc"),
        ),
        (
            "cycle",
            &[
                ("a", "revision='a'\ndown_revision=None\n"),
                ("b", "revision='b'\ndown_revision='c'\n"),
                ("c", "revision='c'\ndown_revision='b'\n"),
            ],
            "CycleDetected: Cycle is detected in revisions (b, c)",
            |fault| matches!(fault, Fault::Cycle { revisions } if revisions == &["b", "c"]),
        ),
        (
            "dependency on itself",
            &[
                ("a", "revision='a'\ndown_revision=None\ndepends_on='a'\n"),
                ("b", "revision='b'\ndown_revision=None\n"),
            ],
            "DependencyLoopDetected",
            |fault| matches!(fault, Fault::Cycle { revisions } if revisions == &["a"]),
        ),
        (
            "stray file",
            &[("a", "revision='a'\ndown_revision=None\n"), ("helper", "x = 1\n")],
            "CommandError: Could not determine revision id from filename helper.py",
            |fault| matches!(fault, Fault::Incomplete { missing: "revision", .. }),
        ),
        ("no down_revision", &[("a", "revision='a'\n")], "AttributeError", |fault| {
            matches!(
                fault,
                Fault::Incomplete {
                    missing: "down_revision",
                    ..
                }
            )
        }),
        (
            "label taken",
            &[
                ("a", "revision='a'\ndown_revision=None\nbranch_labels='x'\n"),
                ("b", "revision='b'\ndown_revision=None\nbranch_labels='x'\n"),
            ],
            "RevisionError: Branch name 'x'",
            |fault| matches!(fault, Fault::LabelTaken { label, .. } if label == "x"),
        ),
        (
            "reserved character",
            &[("a", "revision='a@1'\ndown_revision=None\n")],
            "RevisionError: Character(s) '@'",
            |fault| matches!(fault, Fault::ReservedCharacter { .. }),
        ),
    ];
    for (name, files, said, is) in cases {
        let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
        for (file, content) in *files {
            write(directory.path(), &format!("migrations/versions/{file}.py"), content);
        }
        let error = ask("alembic_oracle.py", directory.path(), &json!({"ini": "alembic.ini"}));
        assert!(
            error["error"].as_str().is_some_and(|text| text.starts_with(said)),
            "{name}: {error}"
        );
        let trees = survey(directory.path(), None);
        let faults = only(&trees).graph.faults();
        assert!(faults.iter().any(is), "{name}: {faults:?}");
    }
}

#[test]
fn an_id_declared_twice_makes_alembic_refuse_head() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("migrations/env.py", ENV),
        ("migrations/versions/a.py", &revision("'a'", "None", "None", "None")),
        ("migrations/versions/b.py", &revision("'a'", "None", "None", "None")),
    ]);
    let said = ask("alembic_oracle.py", directory.path(), &json!({"ini": "alembic.ini"}));
    assert!(
        strings(&said["warnings"]).contains(&"Revision a is present more than once".to_owned()),
        "{said}"
    );
    assert!(said["head"].as_str().unwrap().starts_with("Multiple head"), "{said}");
    let trees = survey(directory.path(), None);
    assert!(matches!(only(&trees).graph.faults(), [Fault::Duplicate { files, .. }] if files.len() == 2));
}

/// What only running the file would tell is named with its line, and never guessed.
#[test]
fn what_is_computed_is_not_read() {
    for (source, line, why) in [
        (
            "revision = 'a' + 'b'\ndown_revision = None\n",
            1,
            "revision is computed (an operation)",
        ),
        (
            "import os\nrevision = f'{os.name}'\ndown_revision = None\n",
            2,
            "revision is computed (an f-string)",
        ),
        (
            "revision = 'a'\ndown_revision = PARENT\n",
            2,
            "down_revision is computed (another name)",
        ),
        (
            "revision = 'a'\nif True:\n    down_revision = None\n",
            2,
            "down_revision is set under a condition",
        ),
        (
            "revision = 'a'\ndown_revision = None\nrevision += 'b'\n",
            3,
            "revision is changed in place",
        ),
        ("from ids import revision\ndown_revision = None\n", 1, "revision is imported"),
        ("from ids import *\ndown_revision = None\n", 1, "revision may be imported with *"),
        (
            "revision = 1\ndown_revision = None\n",
            1,
            "revision is computed (an integer, not a string)",
        ),
    ] {
        let directory = project(&[
            ("alembic.ini", INI),
            ("migrations/env.py", ENV),
            ("migrations/versions/a.py", source),
        ]);
        let trees = survey(directory.path(), None);
        let notes = &only(&trees).unread;
        assert_eq!(notes.len(), 1, "{source}");
        assert_eq!((notes[0].line, notes[0].why.as_str()), (Some(line), why), "{source}");
    }
    let directory = project(&[
        ("alembic.ini", INI),
        ("migrations/env.py", ENV),
        ("migrations/versions/a.py", "revision = (\n"),
    ]);
    let trees = survey(directory.path(), None);
    assert!(
        only(&trees).unread[0].why.starts_with("syntax error: "),
        "{:?}",
        only(&trees).unread
    );
}

#[test]
fn hostile_files_end_the_reading_of_themselves_alone() {
    let directory = project(&[
        ("alembic.ini", INI),
        ("migrations/env.py", ENV),
        ("migrations/versions/a.py", &revision("'a'", "None", "None", "None")),
        ("migrations/versions/deep.py", &format!("x = {}\n", "[".repeat(1_000_000))),
        ("migrations/versions/minus.py", &format!("x = {}1\n", "-".repeat(1_000_000))),
        ("migrations/versions/sum.py", &format!("x = 1{}\n", "+1".repeat(500_000))),
        ("migrations/versions/huge.py", &"#".repeat(1024 * 1024 + 1)),
    ]);
    let made = std::process::Command::new("mkfifo")
        .arg(directory.path().join("migrations/versions/pipe.py"))
        .status()
        .unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink(directory.path(), directory.path().join("migrations/loop")).unwrap();
    let trees = survey(directory.path(), None);
    let tree = only(&trees);
    assert_eq!(tree.graph.order(), ["a"]);
    let why: Vec<&str> = tree.unread.iter().map(|note| note.why.as_str()).collect();
    assert!(why.contains(&"is not a regular file"), "{why:?}");
    assert!(why.contains(&"is larger than 1024 KiB"), "{why:?}");
}

#[test]
fn the_version_table_is_read_from_env() {
    for (env, schema, name, is_unread) in [
        (ENV, None, "alembic_version", false),
        (
            "def run():\n    context.configure(connection=c, version_table='v', version_table_schema=\"ops\")\n",
            Some("ops"),
            "v",
            false,
        ),
        (
            "SCHEMA = 'ops'\ncontext.configure(version_table_schema=SCHEMA)\n",
            Some("ops"),
            "alembic_version",
            false,
        ),
        ("context.configure(version_table_schema=None)\n", None, "alembic_version", false),
        (
            "context.configure(version_table_schema=metadata.schema)\n",
            None,
            "alembic_version",
            true,
        ),
        (
            "options = {'version_table': name()}\ncontext.configure(**options)\n",
            None,
            "alembic_version",
            true,
        ),
    ] {
        let directory = project(&[("alembic.ini", INI), ("migrations/env.py", env)]);
        let trees = survey(directory.path(), None);
        let table = &only(&trees).version_table;
        assert_eq!(
            (table.schema.as_deref(), table.name.as_str(), table.unread.is_some()),
            (schema, name, is_unread),
            "{env}"
        );
    }
}

/// As `flask db init` lays it out: an ini without a `script_location`, in the script directory itself.
#[test]
fn flask_migrates_own_layout() {
    let directory = project(&[(
        "app.py",
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\nfrom flask_migrate import Migrate\napp = Flask('app')\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\ndb = SQLAlchemy(app)\nMigrate(app, db)\n",
    )]);
    let flask = |arguments: &[&str]| {
        let output = std::process::Command::new(crate::tools::python())
            .args(["-m", "flask", "db"])
            .args(arguments)
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    flask(&["init"]);
    flask(&["revision", "-m", "first"]);
    let trees = survey(directory.path(), None);
    let tree = only(&trees);
    assert_eq!((tree.tool(), tree.unread.as_slice()), ("Flask-Migrate", &[][..]));
    let head = tree.graph.heads().join(" ");
    assert_eq!(flask(&["heads"]), format!("{head} (head)\n"));
    assert_eq!(
        tree.runner.command("upgrade", &["head"]),
        Some(format!("cd {} && flask db upgrade head", trees.project.display()))
    );
    assert_eq!(trees.django.len(), 0);
}

/// Without a configuration nobody can tell how Alembic is started, so nothing is there to paste.
#[test]
fn a_script_directory_alone() {
    let directory = project(&[("db/env.py", ENV), ("db/versions/a.py", &revision("'a1'", "None", "None", "None"))]);
    let trees = survey(directory.path(), None);
    assert_eq!(only(&trees).graph.order(), ["a1"]);
    let step = only(&trees).runner.step("Upgrade.", "upgrade", &["head"]);
    assert_eq!(step.run, None);
    assert!(step.text.ends_with("run `upgrade head` that way."), "{}", step.text);
}
