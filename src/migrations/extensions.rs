//! The extensions that a migration makes: literal `CREATE EXTENSION`, and Django's operations.

/// Operations, and the extension that each makes (`django.contrib.postgres.operations`; the last is pgvector's).
const OPERATIONS: &[(&str, &str)] = &[
    ("BloomExtension", "bloom"),
    ("BtreeGinExtension", "btree_gin"),
    ("BtreeGistExtension", "btree_gist"),
    ("CITextExtension", "citext"),
    ("CryptoExtension", "pgcrypto"),
    ("HStoreExtension", "hstore"),
    ("TrigramExtension", "pg_trgm"),
    ("UnaccentExtension", "unaccent"),
    ("VectorExtension", "vector"),
];

/// The names in a migration's source. Text that is put together when it runs is not seen.
#[must_use]
pub fn named(source: &str) -> Vec<String> {
    // Most files have none.
    let word = b"xtension";
    let has_word = |at: usize| {
        source.as_bytes()[at..]
            .get(..word.len())
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(word))
    };
    if !memchr::memchr2_iter(b'x', b'X', source.as_bytes()).any(has_word) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for line in source.lines() {
        let code = line.split('#').next().unwrap_or_default();
        let operations = OPERATIONS.iter().filter(|(operation, _)| calls(code, operation));
        names.extend(operations.map(|(_, extension)| (*extension).to_owned()));
    }
    names.extend(statements(source));
    names.extend(arguments(source, "CreateExtension("));
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether the line calls the operation: an import names it without a parenthesis.
fn calls(line: &str, operation: &str) -> bool {
    line.match_indices(operation).any(|(at, _)| {
        let is_word = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        is_word && line[at + operation.len()..].starts_with('(')
    })
}

/// What follows `CREATE EXTENSION`, whatever the case and the white space between the words.
fn statements(source: &str) -> Vec<String> {
    let bytes = source.as_bytes();
    let starts = memchr::memchr2_iter(b'c', b'C', bytes).filter(|&at| source.is_char_boundary(at) && !is_comment(source, at));
    let named = starts.filter_map(|at| {
        let rest = &mut &source[at..];
        if !(take(rest, "create") && take(rest, "extension")) {
            return None;
        }
        let _ = take(rest, "if") && take(rest, "not") && take(rest, "exists");
        name(rest)
    });
    named.collect()
}

/// Whether the line is a comment of Python's or of SQL's.
fn is_comment(source: &str, at: usize) -> bool {
    let line = source[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with('#') || line.starts_with("--")
}

fn take(rest: &mut &str, word: &str) -> bool {
    let trimmed = rest.trim_start();
    let Some(head) = trimmed.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)) else {
        return false;
    };
    let tail = &trimmed[head.len()..];
    let is_word = !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if is_word {
        *rest = tail;
    }
    is_word
}

/// An extension's name, in quotes or not.
fn name(rest: &str) -> Option<String> {
    let rest = rest.trim_start().trim_start_matches('\\');
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_ascii_lowercase())
}

/// The string literals that are the first argument of this call.
fn arguments(source: &str, call: &str) -> Vec<String> {
    let pieces = source.split(call).skip(1);
    let literals = pieces.filter_map(|piece| {
        let piece = piece.trim_start();
        let piece = piece.strip_prefix("name=").unwrap_or(piece);
        let quote = piece.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (literal, _) = piece[1..].split_once(quote)?;
        name(literal).filter(|name| name.eq_ignore_ascii_case(literal))
    });
    literals.collect()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn extensions_are_named() {
        for (source, expected) in [
            ("op.execute('CREATE EXTENSION IF NOT EXISTS citext')", &["citext"][..]),
            ("op.execute(\"create extension  \\\"uuid-ossp\\\" with schema x\")", &["uuid-ossp"]),
            ("op.execute('CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"')", &["uuid-ossp"]),
            (
                "    operations = [TrigramExtension(), ops.HStoreExtension()]",
                &["hstore", "pg_trgm"],
            ),
            ("from django.contrib.postgres.operations import TrigramExtension", &[]),
            (
                "CreateExtension('postgis'), CreateExtension(name=\"vector\"), CreateExtension(NAME)",
                &["postgis", "vector"],
            ),
            ("# CREATE EXTENSION later\n    -- create extension never", &[]),
            ("op.execute(f'CREATE EXTENSION {name}')", &[]),
            ("op.execute('DROP EXTENSION citext')", &[]),
            ("'''\n  CREATE EXTENSION\n    IF NOT EXISTS pgcrypto;'''", &["pgcrypto"]),
        ] {
            assert_eq!(named(source), expected, "{source}");
        }
    }
}
