//! The migration files do not make a graph that the tool can load.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::alembic::{self, Fault};
use crate::migrations::django;
use crate::listing::{lines, quoted, quoted_list};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "broken-graph",
    severity: Severity::Fail,
    title: "the migration files do not fit together",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Revision {revision} referenced from {_} is not present"),
    Text::new("Revision {revision} is present more than once"),
    Text::new("Cycle is detected in revisions"),
    Text::new("Self-loop is detected in revisions"),
    Text::new("Dependency cycle is detected in revisions"),
    Text::new("Dependency loop is detected in revisions"),
    Text::new("NodeNotFoundError: Migration {migration} dependencies reference nonexistent parent node"),
    Text::new("dependencies reference nonexistent parent node"),
    Text::new("dependencies reference nonexistent child node"),
    Text::new("depends on nonexistent node"),
    Text::new("Cyclical squash replacement found"),
    Text::new("Dependency on unknown app: {app}"),
    Text::new("Dependency on app with no migrations: {app}"),
    Text::new("migrations.exceptions.CircularDependencyError"),
];

/// The step that shows whether the files fit again.
const LOAD: &str = "Let the tool load the files; it changes nothing in the database.";

/// Alembic's.
#[must_use]
pub fn alembic(tree: &alembic::Tree, project: &Path) -> Finding {
    let shown = |file: &Path| crate::migrations::shown(project, file);
    let describe = |fault: &Fault| match fault {
        Fault::MissingParent {
            file,
            revision,
            parent,
            through,
        } => format!(
            "revision {} names {} as {through}, and no file declares that ({})",
            quoted(revision),
            quoted(parent),
            shown(file)
        ),
        Fault::Duplicate { revision, files } => {
            let files: Vec<String> = files.iter().map(|file| shown(file)).collect();
            format!("revision {} is declared by {}", quoted(revision), files.join(" and "))
        }
        Fault::Cycle { revisions } => format!("revisions {} come before each other in a circle", quoted_list(revisions)),
        Fault::Incomplete { file, missing } => format!("{} has no {missing}, so Alembic stops at it", shown(file)),
        Fault::LabelTaken { label, revisions } => format!("branch label {} stands for {}", quoted(label), quoted_list(revisions)),
        Fault::ReservedCharacter { file, revision } => {
            format!("revision {} has a character that Alembic reserves ({})", quoted(revision), shown(file))
        }
    };
    let advice = match tree.graph.faults().first() {
        Some(Fault::MissingParent { parent, .. }) => format!(
            "Bring back the file that declares revision {}: look for it in the repository, in .gitignore and in .dockerignore.",
            quoted(parent)
        ),
        Some(Fault::Duplicate { revision, .. }) => format!(
            "Keep one of the files that declare {}, and give the other an id and a down_revision of its own.",
            quoted(revision)
        ),
        Some(Fault::Incomplete { file, .. }) => format!("Move {} out of the version directory, or make it a revision.", shown(file)),
        Some(Fault::LabelTaken { label, .. }) => format!("Give the branch label {} to one revision only.", quoted(label)),
        Some(Fault::Cycle { .. } | Fault::ReservedCharacter { .. }) | None => "Correct the revisions named above.".to_owned(),
    };
    assembled(
        tree.graph.faults().iter().map(describe).collect(),
        advice,
        tree.runner.step(LOAD, "heads", &[]),
    )
}

/// Django's.
#[must_use]
pub fn django(tree: &django::Tree, graph: &django::Graph, project: &Path) -> Finding {
    let shown = |file: &Path| crate::migrations::shown(project, file);
    let describe = |fault: &django::Fault| match fault {
        django::Fault::MissingParent { file, migration, parent } => {
            format!("{migration} depends on {parent}, which is not there ({})", shown(file))
        }
        django::Fault::Cycle { migrations } => {
            let names: Vec<String> = migrations.iter().map(ToString::to_string).collect();
            format!("migrations come before each other in a circle: {}", quoted_list(&names))
        }
        django::Fault::NoClass { file } => format!("{} has no class Migration, so Django stops at it", shown(file)),
    };
    let advice = match graph.faults().first() {
        Some(django::Fault::MissingParent { parent, .. }) => {
            format!("Bring back the file of {parent}: look for it in the repository, in .gitignore and in .dockerignore.")
        }
        Some(django::Fault::NoClass { file }) => format!("Move {} out of the migrations package, or begin its name with _.", shown(file)),
        Some(django::Fault::Cycle { .. }) | None => "Correct the dependencies named above.".to_owned(),
    };
    assembled(
        graph.faults().iter().map(describe).collect(),
        advice,
        tree.runner.step(LOAD, "showmigrations", &["--plan"]),
    )
}

fn assembled(faults: Vec<String>, advice: String, check: Step) -> Finding {
    let title = faults.first().cloned().unwrap_or_default();
    let finding = KIND
        .found(title)
        .detail("The tool stops while it loads the files, whatever the database holds: no migration can be applied, and none can be checked.");
    lines(faults.into_iter()).into_iter().fold(finding, Finding::evidence).remedy(Remedy::new(
        "correct the migration files in the code",
        [
            Step::new(Place::Code, advice),
            check,
        ],
    ))
}
