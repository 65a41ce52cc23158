//! The readings as one JSON document, version 1. Keys are only ever added.

use std::io::Write;

use serde::Serialize;

use super::Readings;
use crate::consumers::intended::hides;
use crate::consumers::reading::{Reading, Refusal};
use crate::consumers::veil::Veil;
use crate::foreign::escaped;
use crate::report::Out;
use crate::report::json;
use crate::secret::Secret;

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    version: &'static str,
    source: String,
    agree: bool,
    raw_characters: Vec<RawCharacter>,
    encoded: Option<String>,
    consumers: Vec<Consumer>,
    findings: Vec<json::Finding>,
}

#[derive(Debug, Serialize)]
struct RawCharacter {
    part: &'static str,
    character: char,
    place: usize,
    byte: usize,
    encoded: String,
}

#[derive(Debug, Serialize)]
struct Consumer {
    name: &'static str,
    accepted: bool,
    reading: Option<Parts>,
    refusal: Option<Words>,
    /// Parts that are not what was probably meant.
    astray: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Parts {
    hosts: Vec<Place>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Serialize)]
struct Place {
    host: Option<String>,
    port: Option<String>,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct Words {
    class: Option<&'static str>,
    message: String,
    byte: Option<usize>,
}

/// Prints the readings.
pub fn json(mut out: Out, readings: &Readings) {
    let document = Document {
        schema: 1,
        version: env!("CARGO_PKG_VERSION"),
        source: escaped(&readings.source),
        agree: readings.agree(),
        raw_characters: readings
            .raw()
            .iter()
            .map(|(part, character, byte)| RawCharacter {
                part,
                character: char::from(character.byte),
                place: character.place,
                byte: *byte,
                encoded: character.encoded(),
            })
            .collect(),
        encoded: readings.encoded(),
        consumers: readings
            .consumers
            .iter()
            .map(|(consumer, read)| Consumer {
                name: consumer.name(),
                accepted: read.is_ok(),
                reading: read.as_ref().ok().map(|reading| parts(reading, &readings.veil, readings.reveals)),
                refusal: read.as_ref().err().map(words),
                astray: read
                    .as_ref()
                    .map(|reading| {
                        readings
                            .astray(reading)
                            .into_iter()
                            .map(crate::consumers::comparison::Part::name)
                            .collect()
                    })
                    .unwrap_or_default(),
            })
            .collect(),
        findings: readings.findings.iter().map(json::finding).collect(),
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{text}");
}

fn parts(reading: &Reading, veil: &Veil, reveals: bool) -> Parts {
    let value = |value: &Option<Secret>| value.as_ref().map(|value| veil.value(value));
    let parameter = |(name, given): &(Secret, Secret)| {
        // A name that nobody knows may be a piece of a password, and so may its value.
        if hides(name.reveal(), given.reveal()) && !reveals {
            Parameter {
                name: veil.password(name),
                value: veil.password(given),
            }
        } else {
            Parameter {
                name: String::from_utf8_lossy(name.reveal()).into_owned(),
                value: veil.value(given),
            }
        }
    };
    Parts {
        hosts: reading
            .places
            .iter()
            .map(|place| Place {
                host: value(&place.host),
                port: place.port.as_ref().map(|port| veil.port(port)),
            })
            .collect(),
        user: value(&reading.user),
        password: reading.password.as_ref().map(|password| veil.password(password)),
        database: value(&reading.database),
        parameters: reading.parameters.iter().map(parameter).collect(),
    }
}

fn words(refusal: &Refusal) -> Words {
    Words {
        class: refusal.class,
        message: escaped(&refusal.words),
        byte: refusal.byte,
    }
}
