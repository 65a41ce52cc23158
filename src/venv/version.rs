//! Version numbers of Python packages, as far as they have to be compared.

use std::fmt;

/// A version: its text, and the numbers that it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    numbers: Vec<u64>,
}

impl Version {
    /// Reads a version; what follows the numbers (`rc1`, `+local`) does not count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut numbers = Vec::new();
        for part in text.split('.') {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let Ok(number) = digits.parse() else { break };
            numbers.push(number);
            if digits.len() < part.len() {
                break;
            }
        }
        Self {
            text: text.to_owned(),
            numbers,
        }
    }

    /// Whether it is this version or a later one.
    #[must_use]
    pub fn at_least(&self, major: u64, minor: u64) -> bool {
        let number = |index| self.numbers.get(index).copied().unwrap_or_default();
        (number(0), number(1)) >= (major, minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::foreign::Foreign::new(self.text.as_str()))
    }
}
