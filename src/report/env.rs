//! What `dbdoctor env` shows.

use std::fmt::Write as _;
use std::io::Write as _;

use serde::Serialize;

use super::human::Human;
use super::json;
use super::style::Style;
use super::{Detail, Out};
use crate::finding::Finding;
use crate::foreign::escaped;
use crate::settings::inventory::{Inventory, PlaceSeen, Setting, Standing};
use crate::verdict::Fact;

/// Everything on the page.
#[derive(Debug)]
pub struct Page<'a> {
    pub inventory: &'a Inventory,
    pub application: &'a [(&'static str, Fact)],
    pub findings: &'a [Finding],
    /// Why the doctor could not look.
    pub broke: Option<&'a str>,
    pub exit_code: u8,
}

/// For people.
pub fn human(mut out: Out, style: Style, page: &Page<'_>) {
    let mut text = String::new();
    for PlaceSeen { place, settings } in &page.inventory.places {
        let _ = writeln!(text, "{}", style.heading(&escaped(place)));
        if settings.is_empty() {
            let _ = writeln!(text, "    {}", style.aside("nothing about a database"));
        }
        for setting in settings {
            let _ = writeln!(text, "{}", line(setting, style));
        }
        text.push('\n');
    }
    let parameters = &page.inventory.parameters;
    if !parameters.is_empty() {
        let _ = writeln!(text, "{}", style.heading("what a connection uses"));
        let width = |text: &dyn Fn(usize) -> usize| (0..parameters.len()).map(text).max().unwrap_or_default();
        let keywords = width(&|index| parameters[index].keyword.len());
        let values = width(&|index| parameters[index].value.chars().count().min(32));
        for parameter in parameters {
            let source = style.aside(&escaped(&parameter.source));
            let value = escaped(&parameter.value);
            let _ = writeln!(text, "    {:<keywords$}  {value:<values$}  {source}", parameter.keyword);
        }
        text.push('\n');
    }
    if !page.application.is_empty() {
        let _ = writeln!(text, "{}", style.heading("the application"));
        for (name, fact) in page.application {
            let _ = writeln!(text, "    {name}: {}", escaped(&super::human::fact(fact)));
        }
        text.push('\n');
    }
    let _ = match (&page.inventory.winner, page.broke) {
        (_, Some(why)) => writeln!(text, "the doctor could not look: {}", escaped(why)),
        (Some(winner), None) => writeln!(text, "{} {}", style.heading("wins:"), escaped(winner)),
        (None, None) => writeln!(text, "nothing can be read as a connection"),
    };
    // A reader that has hung up wants no more.
    let _ = out.write_all(text.as_bytes());
    let findings: Vec<&Finding> = page.findings.iter().collect();
    Human::new(out, style, Detail::Verbose).findings(findings);
}

fn line(setting: &Setting, style: Style) -> String {
    let mark = match setting.standing {
        Standing::Wins => "*",
        Standing::FillsIn => "+",
        Standing::Agrees => "=",
        Standing::Beaten => " ",
    };
    let at = setting.line.map(|line| format!("line {line}, ")).unwrap_or_default();
    let standing = style.aside(&format!("({at}{})", setting.standing.name()));
    format!("  {mark} {}={} {standing}", escaped(&setting.name), escaped(&setting.value))
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema: u32,
    version: &'static str,
    winner: Option<String>,
    exit_code: u8,
    reason: Option<String>,
    places: Vec<Place>,
    parameters: Vec<Parameter<'a>>,
    application: serde_json::Map<String, serde_json::Value>,
    findings: Vec<json::Finding>,
}

#[derive(Debug, Serialize)]
struct Place {
    place: String,
    settings: Vec<Seen>,
}

#[derive(Debug, Serialize)]
struct Seen {
    name: String,
    value: String,
    file: Option<String>,
    line: Option<usize>,
    standing: &'static str,
}

#[derive(Debug, Serialize)]
struct Parameter<'a> {
    keyword: &'a str,
    value: String,
    source: String,
}

/// One JSON document.
pub fn json(mut out: Out, page: &Page<'_>) {
    let value = |setting: &Setting| Seen {
        name: escaped(&setting.name),
        value: escaped(&setting.value),
        file: setting.file.as_deref().map(escaped),
        line: setting.line,
        standing: setting.standing.name(),
    };
    let places = page.inventory.places.iter().map(|seen| Place {
        place: escaped(&seen.place),
        settings: seen.settings.iter().map(value).collect(),
    });
    let parameters = page.inventory.parameters.iter().map(|parameter| Parameter {
        keyword: parameter.keyword,
        value: escaped(&parameter.value),
        source: escaped(&parameter.source),
    });
    let document = Document {
        schema: json::SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        winner: page.inventory.winner.as_deref().map(escaped),
        exit_code: page.exit_code,
        reason: page.broke.map(escaped),
        places: places.collect(),
        parameters: parameters.collect(),
        application: page
            .application
            .iter()
            .map(|(name, fact)| ((*name).to_owned(), json::fact(fact)))
            .collect(),
        findings: page.findings.iter().map(json::finding).collect(),
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{text}");
}
