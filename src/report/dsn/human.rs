//! The readings for people: a row per consumer.

use super::Readings;
use crate::consumers::comparison::Part;
use crate::consumers::intended::Intended;
use crate::consumers::reading::{Place, Reading};
use crate::finding::Severity;
use crate::foreign::escaped;
use crate::report::human::Human;
use crate::report::style::Style;
use crate::report::wrap::hanging;
use crate::report::{Detail, Out};
use crate::secret::Secret;

const COLUMNS: [&str; 6] = ["", "user", "password", "host", "port", "database"];

/// Prints the readings.
pub fn human(out: Out, style: Style, readings: &Readings) {
    let mut page = Human::new(out, style, Detail::Normal);
    page.line(&style.heading(&escaped(&readings.source)));
    page.line("");
    for line in table(readings) {
        page.line(escaped(&line).trim_end());
    }
    page.line("");
    page.line(if readings.agree() {
        "Everybody reads it alike."
    } else {
        "\"*\" marks what is read otherwise than it was probably meant, \"-\" what takes its default."
    });
    for (part, character, byte) in readings.raw() {
        let shown = match character.byte {
            b' ' => "a blank".to_owned(),
            other => format!("\"{}\"", char::from(other)),
        };
        page.line(&format!(
            "The {part} has {shown} as character {} (byte {byte} of the whole); it has to be written {}.",
            character.place,
            character.encoded()
        ));
    }
    if let Some(encoded) = readings.encoded() {
        page.line("");
        page.line(if readings.intended.as_ref().is_some_and(Intended::names_driver) {
            "Written so that every release of SQLAlchemy reads it alike, and everybody without the \"+\" and the driver's name:"
        } else {
            "Written so that everybody reads it alike:"
        });
        page.line(&format!("  {}", style.command(&escaped(&encoded))));
    }
    for finding in readings.findings.iter().filter(|finding| finding.severity > Severity::Info) {
        page.finding(finding, "");
    }
}

/// The rows, their columns as wide as they need to be; a refusal stands in its row's place.
fn table(readings: &Readings) -> Vec<String> {
    let rows: Vec<(&str, Result<[String; 5], String>)> = readings
        .consumers
        .iter()
        .map(|(consumer, read)| {
            let row = match read {
                Ok(reading) => Ok(cells(readings, reading)),
                Err(refusal) => Err(refusal.to_string()),
            };
            (consumer.name(), row)
        })
        .collect();
    let mut widths = COLUMNS.map(str::len);
    for (name, row) in &rows {
        widths[0] = widths[0].max(name.len());
        for (width, cell) in widths[1..].iter_mut().zip(row.as_ref().map_or(&[][..], |row| row)) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[&str]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ")
    };
    let mut lines = Vec::new();
    if rows.iter().any(|(_, row)| row.is_ok()) {
        lines.push(line(&COLUMNS));
    }
    for (name, row) in &rows {
        lines.push(match row {
            Ok(cells) => {
                let cells: Vec<&str> = std::iter::once(*name).chain(cells.iter().map(String::as_str)).collect();
                line(&cells)
            }
            Err(why) => {
                let indent = widths[0] + 2;
                format!("{name:<indent$}{}", hanging(&format!("refused: {}", escaped(why)), indent))
            }
        });
    }
    lines
}

fn cells(readings: &Readings, reading: &Reading) -> [String; 5] {
    let astray = readings.astray(reading);
    let veil = &readings.veil;
    let marked = |part: Part, text: String| if astray.contains(&part) { format!("{text} *") } else { text };
    let list = |part: fn(&Place) -> Option<&Secret>, show: &dyn Fn(&Secret) -> String| {
        let items: Vec<String> = reading
            .places
            .iter()
            .map(|place| part(place).map_or_else(|| "-".to_owned(), show))
            .collect();
        items.join(",")
    };
    let one = |value: &Option<Secret>| value.as_ref().map_or_else(|| "-".to_owned(), |value| veil.value(value));
    let password = reading
        .password
        .as_ref()
        .map_or_else(|| "-".to_owned(), |password| veil.password(password));
    [
        marked(Part::User, one(&reading.user)),
        marked(Part::Password, password),
        marked(Part::Host, list(|place| place.host.as_ref(), &|host| veil.value(host))),
        marked(Part::Port, list(|place| place.port.as_ref(), &|port| veil.port(port))),
        marked(Part::Database, one(&reading.database)),
    ]
}
