//! What is recorded in the database, and what the code expects.

use super::{Scene, Section, Step, sql};
use crate::finding::migrations::{conflicting_leaves, multiple_heads, never_applied, pending, unknown_revision};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::migrations::{alembic, django};
use crate::quote;

pub fn section(scene: &Scene<'_>) -> Section {
    let trees = scene.trees;
    if trees.is_empty() {
        let project = Foreign::new(trees.project.to_string_lossy());
        return Section::skipped(
            Layer::Migrations,
            format!("no migrations found under {project}; --project names the code's directory"),
        );
    }
    let alembic = trees.alembic.iter().flat_map(|tree| of_alembic(scene, tree));
    let django = trees.django.iter().flat_map(|tree| of_django(scene, tree));
    Section::layer(Layer::Migrations, alembic.chain(django).collect())
}

fn of_alembic(scene: &Scene<'_>, tree: &alembic::Tree) -> Vec<Step> {
    let table = &tree.version_table;
    let schema = table.schema.as_deref().map(|schema| format!("{}.", quote::sql_ident(schema)));
    let name = format!("{}{}", schema.unwrap_or_default(), quote::sql_ident(&table.name));
    let recorded = sql::step(
        format!("What {} recorded.", tree.tool()),
        &format!("SELECT version_num FROM {name} ORDER BY version_num"),
    )
    .good("the ids that the next command prints")
    .shows("an older id, or fewer", &pending::KIND)
    .shows("an id that no file of the project has", &unknown_revision::KIND)
    .shows("(0 rows), or that the relation does not exist", &never_applied::KIND);
    let Some(heads) = tree.runner.command("heads", &[]) else {
        return vec![recorded];
    };
    let tool = if tree.runner.short("heads").starts_with("flask") {
        "flask"
    } else {
        "alembic"
    };
    let heads = Step::new(
        tool,
        "What the code expects. It loads the application's code, which may need its variables.",
        with_venv(scene, &heads),
    )
    .good("one id with (head)")
    .shows("several ids with (head)", &multiple_heads::KIND);
    vec![recorded, heads]
}

fn of_django(scene: &Scene<'_>, tree: &django::Tree) -> Vec<Step> {
    let recorded = sql::step(
        "What Django recorded last.",
        "SELECT app, name, applied FROM django_migrations ORDER BY id DESC LIMIT 20",
    )
    .good("the newest migrations of the code")
    .shows("that the relation does not exist", &never_applied::KIND);
    let plan = Step::new(
        "python",
        "What the code expects. It loads the project's settings, and connects as they say.",
        with_venv(scene, &tree.runner.command("showmigrations", &["--plan"])),
    )
    .good("[X] on every line")
    .shows("[ ]", &pending::KIND)
    .says("Conflicting migrations", &conflicting_leaves::KIND);
    vec![recorded, plan]
}

/// The command with the virtual environment's programs first: `cd DIR && PATH=… alembic heads`.
fn with_venv(scene: &Scene<'_>, command: &str) -> String {
    let Some(venv) = scene.venv else { return format!("({command})") };
    let venv = venv.canonicalize().unwrap_or_else(|_| venv.to_owned());
    let bin = quote::shell(&venv.join("bin").to_string_lossy());
    match command.split_once(" && ") {
        Some((directory, call)) => format!("({directory} && PATH={bin}:\"$PATH\" {call})"),
        None => command.to_owned(),
    }
}
