//! How loggers write a piece of a text that is too short to be looked for alone: with as much of what stands beside it as it takes.

use super::template::is_changed;

/// What a logger writes for a quotation mark and a slash: of what [`super::clean`] undoes, all that reaches a file.
const SPELLINGS: &[[&str; 2]] = &[
    ["'", "/"],
    ["\\'", "\\/"],
    ["\\\\'", "\\\\/"],
    ["\\\\\\'", "\\\\\\/"],
    ["\\\\\\\\'", "\\\\\\\\/"],
    ["\\u0027", "\\u002f"],
    ["\\u2018", "\\u002F"],
    ["\\u2019", "/"],
    ["&#39;", "/"],
    ["&#x27;", "/"],
    ["‘", "/"],
    ["’", "/"],
];

/// A piece of a literal with its neighbours, so long, in every spelling; none where the literal has too few of them.
#[must_use]
pub fn grown(literal: &str, piece: &str, length: usize) -> Vec<String> {
    let Some((before, behind)) = literal.split_once(piece) else {
        return Vec::new();
    };
    let ends = |c| is_changed(c) && !matches!(c, '\'' | '/');
    let before = before.rsplit(ends).next().unwrap_or_default();
    let behind = behind.split(ends).next().unwrap_or_default();
    let all = SPELLINGS.iter().map(|[mark, slash]| {
        let [before, behind] = [before, behind].map(|text| text.replace('\'', mark).replace('/', slash));
        grow(piece, &before, &behind, length)
    });
    let mut all: Vec<String> = all.collect::<Option<_>>().unwrap_or_default();
    all.sort_unstable();
    all.dedup();
    all
}

/// Takes a character from either side in turn, since colours stand beside words.
fn grow(piece: &str, before: &str, behind: &str, length: usize) -> Option<String> {
    let (mut before, mut behind) = (before.chars(), behind.chars());
    let mut text = piece.to_owned();
    while text.len() < length {
        let (left, mut right) = (before.next_back(), None);
        if let Some(left) = left {
            text.insert(0, left);
        }
        if text.len() < length {
            right = behind.next();
            text.extend(right);
        }
        left.or(right)?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_grows_until_it_is_long_enough() {
        assert_eq!(grown("database is disabled", "is disabled", 12), [" is disabled"]);
        assert_eq!(grown("(0x0000274D/10061)", "(0x0000274D", 12), ["(0x0000274D/", "(0x0000274D\\"]);
        let password = grown("KeyError: 'PGPASSWORD'", "PGPASSWORD", 12);
        let quoted = ["'PGPASSWORD'", "'PGPASSWORD\\", ";PGPASSWORD&", "’PGPASSWORD"];
        assert!(quoted.iter().all(|text| password.contains(&(*text).to_owned())), "{password:?}");
        assert!(grown(" n'existe pas", "existe pas", 12).contains(&"n'existe pas".to_owned()));
        assert!(
            grown("\"existe", "existe", 12).is_empty(),
            "a quotation mark has too many spellings"
        );
        assert!(grown("existe", "existe", 12).is_empty());
    }
}
