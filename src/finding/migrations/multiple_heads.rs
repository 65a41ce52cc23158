//! The revisions of the code end in more than one head.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::alembic::Tree;
use crate::listing::{count, lines, quoted, quoted_list};
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "multiple-heads",
    severity: Severity::Fail,
    title: "the migration files end in several heads, so `upgrade head` refuses",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Multiple head revisions are present for given argument 'head'"),
    Text::new("Multiple heads are present"),
    Text::new("Multiple head revisions are present"),
];

/// The tree has several heads; `pending` revisions are not applied, `None` where no database was asked. With none pending
/// nothing is broken before the next deployment; heads that `depends_on` joins may be meant.
#[must_use]
pub fn found(tree: &Tree, project: &Path, pending: Option<usize>) -> Finding {
    let heads = tree.graph.heads();
    let is_joined = tree.graph.effective_heads().len() == 1;
    let arguments: Vec<&str> = heads.iter().map(String::as_str).collect();
    let merge = {
        let mut line = format!("{} -m {}", tree.runner.short("merge"), quote::shell("merge heads"));
        for head in &arguments {
            line.push(' ');
            line.push_str(&quote::shell(head));
        }
        line
    };
    let path = crate::migrations::shown(project, &tree.path);
    let finding = KIND
        .found(format!("{} in {path}, so `upgrade head` refuses", count(heads.len(), "head")))
        .severity(if pending == Some(0) || is_joined {
            Severity::Warn
        } else {
            Severity::Fail
        })
        .detail(format!(
            "Heads {}. {}{}",
            quoted_list(&heads),
            match pending {
                Some(0) =>
                    "The database has them all, so the schema is as the code expects it; the next `upgrade head` will stop with \
                     `Multiple head revisions are present`."
                        .to_owned(),
                Some(pending) => format!(
                    "`upgrade head` stops with `Multiple head revisions are present` and applies none of the {} pending.",
                    count(pending, "revision")
                ),
                None => "`upgrade head` stops with `Multiple head revisions are present` before it applies anything.".to_owned(),
            },
            if is_joined {
                " One of them needs the others through depends_on, so they may be meant: then `upgrade heads` is the call."
            } else {
                ""
            }
        ));
    let evidence = heads.iter().filter_map(|head| tree.graph.get(head)).map(|revision| {
        let parents = match &revision.down[..] {
            [] => "no parent".to_owned(),
            parents => format!("after {}", quoted_list(parents)),
        };
        let file = crate::migrations::shown(project, &revision.file);
        format!("head: {}, {parents} ({file})", quoted(&revision.id))
    });
    let evidence: Vec<String> = evidence.collect();
    lines(evidence.into_iter()).into_iter().fold(finding, Finding::evidence).remedy(Remedy::new(
        "merge the heads in the code, deploy, then upgrade",
        [
            Step::new(
                Place::Code,
                "In a checkout of the code, not on this host: make one revision that follows all heads, review it, commit and deploy it.",
            )
            .run(merge),
            tree.runner.step("Once the merged code is deployed: upgrade.", "upgrade", &["head"]),
        ],
    ))
}
