//! Python's `int` and `str.isdigit`, for ASCII.

use super::ValueError;

/// Python's `int`: blanks round it, a sign, single underscores between digits; the digits without leading zeros.
///
/// # Errors
///
/// Where Python raises `ValueError`.
pub fn int(text: &[u8]) -> Result<String, ValueError> {
    let refused = || {
        let shown = if text.is_empty() { "''" } else { "***" };
        ValueError(format!("invalid literal for int() with base 10: {shown}").into())
    };
    let text = std::str::from_utf8(text).map_err(|_| refused())?;
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\x1c'..='\x1f'));
    let (sign, digits) = match trimmed.as_bytes() {
        [b'-', rest @ ..] => ("-", rest),
        [b'+', rest @ ..] | rest => ("", rest),
    };
    let well_formed = digits.first().is_some_and(u8::is_ascii_digit)
        && digits.last().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_')
        && !digits.windows(2).any(|pair| pair == b"__");
    if !well_formed {
        return Err(refused());
    }
    let plain: String = digits.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    Ok(match plain.trim_start_matches('0') {
        "" => "0".to_owned(),
        number => format!("{sign}{number}"),
    })
}

/// Python's `str.isdigit`.
#[must_use]
pub fn is_digit(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}
