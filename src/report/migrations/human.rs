//! The trees for people: a block per tree, then the findings with their remedies.

use crate::exit_code::ExitCode;
use crate::finding::Severity;
use crate::foreign::escaped;
use crate::listing::count;
use crate::migrations::Trees;
use crate::migrations::inspection::{Alembic, Django, Inspection};
use crate::report::human::Human;
use crate::report::style::Style;
use crate::report::wrap::hanging;
use crate::report::{Detail, Out};

/// How many names stand in one line's list.
const SHOWN: usize = 10;

pub fn write(out: Out, style: Style, inspection: &Inspection<'_>) {
    let mut page = Page {
        human: Human::new(out, style, Detail::Normal),
        style,
    };
    let trees = inspection.trees;
    if trees.is_empty() {
        page.human
            .line(&format!("no migrations found under {}", escaped(&trees.project.to_string_lossy())));
    }
    for one in &inspection.alembic {
        page.alembic(one, trees);
    }
    for one in &inspection.django {
        page.django(one, trees);
    }
    let mut findings: Vec<_> = inspection.findings().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in &findings {
        page.human.finding(finding, "");
    }
    let word = match findings.first().map(|finding| finding.severity) {
        Some(Severity::Fail) => "fail: the migration files are at fault",
        Some(Severity::Warn) => "warn",
        Some(Severity::Info) | None => "pass",
    };
    let code: ExitCode = inspection.exit_code();
    page.human.line("");
    let sum = style.heading(&format!("{word} (exit code {})", code.number()));
    page.human.line(&sum);
}

struct Page {
    human: Human,
    style: Style,
}

impl Page {
    fn alembic(&mut self, one: &Alembic<'_>, trees: &Trees) {
        let (tree, graph) = (one.tree, &one.tree.graph);
        let span = match graph.span() {
            Some((first, last)) if first != last => format!(" ({first} … {last})"),
            _ => String::new(),
        };
        self.heading(&format!(
            "{} in {}: {}{span}",
            tree.tool(),
            trees.shown(&tree.path),
            count(graph.revisions().len(), "revision")
        ));
        let schema = tree
            .version_table
            .schema
            .as_ref()
            .map_or(String::new(), |schema| format!("{schema}."));
        self.row("table", &format!("{schema}{}", tree.version_table.name));
        self.row("bases", &list(&graph.bases()));
        self.row("heads", &list(&graph.heads()));
        if graph.effective_heads() != graph.heads() {
            self.row("effective", &list(&graph.effective_heads()));
        }
        self.unread(tree.unread.len());
    }

    fn django(&mut self, one: &Django<'_>, trees: &Trees) {
        self.heading(&format!(
            "Django in {}: {} of {}",
            trees.shown(&one.tree.path),
            count(one.tree.count(), "migration"),
            count(one.tree.apps.len(), "application")
        ));
        let leaves = one.graph.leaves();
        for app in &one.tree.apps {
            let own: Vec<String> = leaves
                .iter()
                .filter(|key| key.app == app.label)
                .map(|key| key.name.clone())
                .collect();
            let installed = if app.may_be_installed() { "" } else { ", not installed" };
            let text = format!("{}{installed}, ends in {}", count(app.migrations.len(), "migration"), list(&own));
            self.row(&app.label, &text);
        }
        self.unread(one.tree.unread.len());
    }

    fn heading(&mut self, text: &str) {
        let text = self.style.heading(&hanging(&escaped(text), 2));
        self.human.line(&text);
    }

    fn row(&mut self, label: &str, text: &str) {
        let label = escaped(label);
        let indent = 2 + label.chars().count().max(9) + 2;
        self.human.line(&format!("  {label:<9}  {}", hanging(&escaped(text), indent)));
    }

    fn unread(&mut self, places: usize) {
        if places > 0 {
            self.row("unread", &format!("{}, see below", count(places, "place")));
        }
    }
}

fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match (names.len(), names.len().saturating_sub(SHOWN)) {
        (0, _) => "none".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
