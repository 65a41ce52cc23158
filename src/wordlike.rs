//! Tells names that people give from what a generator made: of a name it does not matter who sees it.

/// The longest word, and the longest number in a name: `production`, `2024`.
const LONGEST_WORD: usize = 20;
const LONGEST_NUMBER: usize = 4;

/// Whether a text is made of words and short numbers: `db-01.internal`, `healthz`, `v1`. What a generator makes has its letters and
/// digits mixed, or more of them.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_piece = |piece: &str| {
        let number = piece.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let word = &piece[..piece.len() - number.len()];
        let inner_capitals = word.chars().skip(1).filter(char::is_ascii_uppercase).count();
        word.len() <= LONGEST_WORD
            && number.len() <= LONGEST_NUMBER
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (inner_capitals < 3 || inner_capitals + 1 == word.len())
    };
    text.split(['.', '-', '_', '~']).all(is_piece)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_told_from_tokens() {
        for name in [
            "health",
            "healthCheck",
            "v1",
            "db-01.internal",
            "postgres",
            "app_prod2024",
            "READY",
            "",
        ] {
            assert!(is_name(name), "{name}");
        }
        for token in [
            "Tr0ub4dor",
            "9f86d081884c7d65",
            "eyJhbGciOiJIUzI1NiJ9",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "correcthorsebatterystaple",
            "aXgTbQzPwK",
            "p@ss",
            "%2e",
        ] {
            assert!(!is_name(token), "{token}");
        }
    }
}
