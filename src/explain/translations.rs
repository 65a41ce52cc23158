//! What PostgreSQL, libpq and the C library say in other languages, said in English: the rest of `explain` knows English alone.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::template::{Captured, Template, without_overlaps};

/// `language, English, translation` a line, with `{1}` and the like where values stand.
static LINES: &str = include_str!("translations.tsv");

/// What other messages say at their end.
pub const DETAILS: [&str; 3] = ["GSS encryption", "SSL encryption", "no encryption"];

struct Translations {
    entries: Vec<&'static Entry>,
    /// Finds the longest piece of each.
    anchors: AhoCorasick,
}

struct Entry {
    english: &'static str,
    translated: Template,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |(english, translated)| Entry {
        english,
        translated: Template::parse(translated),
    };
    pairs().map(entry).collect()
});

static ALL: LazyLock<Translations> = LazyLock::new(|| Translations::of(|_| true));
/// Those that may stand in a text of ASCII alone, which are few: to prepare all takes as long as to read a small log.
static ASCII: LazyLock<Translations> = LazyLock::new(|| Translations::of(|entry| entry.translated.literals().all(str::is_ascii)));

impl Translations {
    fn of(is_looked_for: fn(&Entry) -> bool) -> Self {
        let entries: Vec<&Entry> = ENTRIES.iter().filter(|entry| is_looked_for(entry)).collect();
        let anchors = AhoCorasick::new(entries.iter().map(|entry| entry.translated.anchor()));
        Self {
            anchors: anchors.expect("a few thousand short texts fit"),
            entries,
        }
    }
}

/// English and translation of every line.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = LINES.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')?.1.split_once('\t'))
}

/// A piece of each translation of the texts that are asked for.
pub fn anchors_of(is_asked_for: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
    let entries = ENTRIES.iter().filter(move |entry| is_asked_for(entry.english));
    entries.map(|entry| entry.translated.plain_piece())
}

/// The names of what goes on with a server's message, in every language.
pub fn additions() -> impl Iterator<Item = &'static str> {
    const ADDITIONS: [&str; 4] = ["DETAIL: ", "HINT: ", "CONTEXT: ", "STATEMENT: "];
    let translated = pairs().filter(|(english, _)| ADDITIONS.contains(english));
    let names = ADDITIONS.into_iter().chain(translated.map(|(_, translated)| translated));
    names.map(|name| name.trim_end_matches([' ', ':']))
}

/// English and translation of all but severities and details, which say nothing alone.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    pairs().filter(|(english, _)| english.contains(char::is_lowercase) && !DETAILS.contains(english))
}

/// Every text that is translated, with its translations.
pub fn texts() -> impl Iterator<Item = &'static str> {
    pairs().flat_map(|(english, translated)| [english, translated])
}

/// The text with what is translated in English again; `None` where nothing of it is.
#[must_use]
pub fn in_english(text: &str) -> Option<String> {
    let single_spaced = single_spaced(text);
    let text = single_spaced.as_ref();
    let translations = if text.is_ascii() { &*ASCII } else { &*ALL };
    let mut seen: Vec<usize> = translations
        .anchors
        .find_overlapping_iter(text)
        .map(|found| found.pattern().as_usize())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let mut found: Vec<(&Entry, Captured<'_>)> = Vec::new();
    for entry in seen.iter().map(|index| translations.entries[*index]) {
        let mut from = 0;
        while let Some(captured) = entry.translated.find(text, from) {
            // Where a value begins a message, a quotation mark before it is not its own.
            if captured.holes.iter().any(|(_, value)| value.contains('"')) {
                from = captured.start + 1;
            } else {
                from = captured.end;
                found.push((entry, captured));
            }
        }
    }
    let found = without_overlaps(
        found,
        |(entry, _)| entry.translated.weight(),
        |(_, captured)| captured.start..captured.end,
        |_| true,
    );
    if found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (entry, captured) in &found {
        out.push_str(&text[end..captured.start]);
        let mut english = entry.english.to_owned();
        for (name, value) in &captured.holes {
            // Values are translated too: "no encryption".
            let value = in_english(value).unwrap_or_else(|| (*value).to_owned());
            english = english.replace(&format!("{{{name}}}"), &value);
        }
        out.push_str(&english);
        end = captured.end;
    }
    out.push_str(&text[end..]);
    Some(out)
}

/// Majors differ in the blanks beside quotation marks.
fn single_spaced(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    while text.contains("  ") {
        text = Cow::Owned(text.replace("  ", " "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_translation_gives_its_english_back() {
        for (english, translated) in pairs() {
            let filled = |text: &str| {
                (1..=6).fold(text.to_owned(), |text, number| {
                    text.replace(&format!("{{{number}}}"), &format!("v{number}"))
                })
            };
            let told = in_english(&filled(translated)).unwrap_or_default();
            let is_ambiguous = pairs().filter(|(_, other)| *other == translated).count() > 1;
            assert!(is_ambiguous || told == filled(english), "{translated}\n{told}");
        }
    }
}
