//! A Django application has more than one last migration.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::django::{Key, Tree};
use crate::listing::quoted;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "conflicting-leaves",
    severity: Severity::Fail,
    title: "an application has several last migrations, so `migrate` refuses",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Conflicting migrations detected; multiple leaf nodes in the migration graph"),
];

/// The leaf nodes of one application. With nothing pending, nothing is broken before the next migration; `None` where no
/// database was asked.
#[must_use]
pub fn found(tree: &Tree, leaves: &[&Key], is_pending: Option<bool>) -> Finding {
    let app = leaves.first().map_or("", |key| key.app.as_str());
    let names: Vec<String> = leaves.iter().map(|key| quoted(&key.name)).collect();
    let finding = KIND
        .found(format!(
            "application {} has {} leaf nodes, so `migrate` refuses",
            quoted(app),
            leaves.len()
        ))
        .severity(if is_pending == Some(false) {
            Severity::Warn
        } else {
            Severity::Fail
        })
        .detail(format!(
            "Leaf nodes {}. `migrate` stops with `Conflicting migrations detected` before it applies anything{}.",
            names.join(", "),
            match is_pending {
                Some(true) => ", and there are migrations to apply",
                Some(false) => "; all of them are applied, so the schema is as the code expects it until the next migration",
                None => "",
            }
        ));
    leaves
        .iter()
        .map(|leaf| format!("leaf node: {leaf}"))
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            "merge the migrations in the code, deploy, then migrate",
            [
                Step::new(Place::Code, "In a checkout of the code, not on this host: join the leaf nodes, review, commit and deploy.")
                    .run("python manage.py makemigrations --merge"),
                Step::new(Place::AppHost, "Once the merged code is deployed: migrate.").run(tree.runner.command("migrate", &["--noinput"])),
            ],
        ))
}
