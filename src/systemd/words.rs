//! Splits a value into words, with quotes and C escapes (systemd's `extract_first_word` as `Environment=` and `ExecStart=` use it).

/// A value, split.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub words: Vec<Vec<u8>>,
    /// What follows the words, where a quote has no end or an escape is unknown: systemd takes the words and ignores the rest.
    pub broken: Option<Vec<u8>>,
}

/// Splits a value into its words.
#[must_use]
pub fn split(value: &[u8]) -> Words {
    let mut words = Vec::new();
    let mut bytes = Bytes { text: value, at: 0 };
    loop {
        while bytes.peek().is_some_and(is_separator) {
            bytes.at += 1;
        }
        if bytes.peek().is_none() {
            return Words { words, broken: None };
        }
        let start = bytes.at;
        let Some(word) = bytes.word() else {
            let broken = Some(value[start..].to_vec());
            return Words { words, broken };
        };
        words.push(word);
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

struct Bytes<'a> {
    text: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn word(&mut self) -> Option<Vec<u8>> {
        let mut word = Vec::new();
        let mut quote = None;
        loop {
            let Some(byte) = self.peek() else {
                return quote.is_none().then_some(word);
            };
            self.at += 1;
            match (byte, quote) {
                (b'\\', _) => self.escape(&mut word)?,
                (byte, Some(open)) if byte == open => quote = None,
                (b'\'' | b'"', None) => quote = Some(byte),
                (byte, None) if is_separator(byte) => return Some(word),
                (byte, _) => word.push(byte),
            }
        }
    }

    /// What a backslash begins (systemd's `cunescape_one`).
    fn escape(&mut self, word: &mut Vec<u8>) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'a' => word.push(b'\x07'),
            b'b' => word.push(b'\x08'),
            b'f' => word.push(b'\x0c'),
            b'n' => word.push(b'\n'),
            b'r' => word.push(b'\r'),
            b't' => word.push(b'\t'),
            b'v' => word.push(b'\x0b'),
            b's' => word.push(b' '),
            b'\\' | b'"' | b'\'' => word.push(byte),
            b'x' => word.push(u8::try_from(self.number(2, 16)?).ok()?),
            b'u' => self.character(4, word)?,
            b'U' => self.character(8, word)?,
            b'0'..=b'7' => {
                self.at -= 1;
                word.push(u8::try_from(self.number(3, 8)?).ok()?);
            }
            _ => return None,
        }
        Some(())
    }

    fn character(&mut self, digits: usize, word: &mut Vec<u8>) -> Option<()> {
        let c = char::from_u32(self.number(digits, 16)?)?;
        word.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Some(())
    }

    /// Exactly so many digits, and not zero.
    fn number(&mut self, digits: usize, radix: u32) -> Option<u32> {
        let text = std::str::from_utf8(self.text.get(self.at..self.at + digits)?).ok()?;
        if !text.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        self.at += digits;
        u32::from_str_radix(text, radix).ok().filter(|number| *number != 0)
    }
}
