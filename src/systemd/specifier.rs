//! `%` in unit files (systemd's `specifier.c`): a known letter is substituted, any other letter or digit makes systemd drop the
//! whole assignment, and `%%` is a percent sign.

use std::path::Path;

/// What came of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    Text {
        text: Vec<u8>,
        /// What was filled in although it looks like a URL's escape: `%C3`.
        mistaken: Vec<String>,
    },
    /// No such specifier: "Invalid slot". What uses it is ignored.
    InvalidSlot(char),
    /// A specifier that only the service manager can fill in.
    OutOfReach(char),
}

/// Specifiers that systemd fills in with what the doctor does not know.
const OUT_OF_REACH: &str = "acDqRrsyY";

/// Fills the specifiers in, as the system's manager does for the unit.
#[must_use]
pub fn resolve(text: &[u8], unit: &str, root: &Path) -> Resolved {
    let mut out = Vec::with_capacity(text.len());
    let mut mistaken = Vec::new();
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let follower = bytes.peek().copied().filter(|_| byte == b'%');
        match follower {
            Some(b'%') => {
                bytes.next();
                out.push(b'%');
            }
            Some(letter) if letter.is_ascii_alphanumeric() => {
                bytes.next();
                let letter = char::from(letter);
                match value(letter, unit, root) {
                    Some(value) => out.extend_from_slice(value.as_bytes()),
                    None if OUT_OF_REACH.contains(letter) => return Resolved::OutOfReach(letter),
                    None => return Resolved::InvalidSlot(letter),
                }
                let digit = bytes.peek().copied().map(char::from).filter(char::is_ascii_hexdigit);
                if let Some(digit) = digit.filter(|_| letter.is_ascii_hexdigit()) {
                    mistaken.push(format!("%{letter}{digit}"));
                }
            }
            _ => out.push(byte),
        }
    }
    Resolved::Text { text: out, mistaken }
}

fn value(letter: char, unit: &str, root: &Path) -> Option<String> {
    let stem = unit.rsplit_once('.').map_or(unit, |(stem, _)| stem);
    let (prefix, instance) = stem.split_once('@').unwrap_or((stem, ""));
    let last = |text: &str| text.rsplit('-').next().unwrap_or_default().to_owned();
    let first_line = |path: &str| {
        let text = crate::file::of_system(root.join(path)).ok()?;
        Some(text.lines().next().unwrap_or_default().to_owned())
    };
    Some(match letter {
        'n' => unit.to_owned(),
        'N' => stem.to_owned(),
        'p' => prefix.to_owned(),
        'P' => unescaped(prefix),
        'i' => instance.to_owned(),
        'I' => unescaped(instance),
        'j' => last(prefix),
        'J' => unescaped(&last(prefix)),
        'f' => format!("/{}", unescaped(if instance.is_empty() { prefix } else { instance })),
        'C' => "/var/cache".to_owned(),
        'd' => format!("/run/credentials/{unit}"),
        'E' => "/etc".to_owned(),
        'L' => "/var/log".to_owned(),
        'S' => "/var/lib".to_owned(),
        't' => "/run".to_owned(),
        'T' => "/tmp".to_owned(),
        'V' => "/var/tmp".to_owned(),
        'u' | 'g' => "root".to_owned(),
        'U' | 'G' => "0".to_owned(),
        'h' => "/root".to_owned(),
        'A' => os_release(root, "IMAGE_VERSION"),
        'B' => os_release(root, "BUILD_ID"),
        'M' => os_release(root, "IMAGE_ID"),
        'o' => os_release(root, "ID"),
        'w' => os_release(root, "VERSION_ID"),
        'W' => os_release(root, "VARIANT_ID"),
        'm' => first_line("etc/machine-id")?,
        'H' => first_line("proc/sys/kernel/hostname").or_else(|| first_line("etc/hostname"))?,
        'l' => value('H', unit, root)?.split('.').next().unwrap_or_default().to_owned(),
        'v' => first_line("proc/sys/kernel/osrelease")?,
        'b' => first_line("proc/sys/kernel/random/boot_id")?.replace('-', ""),
        _ => return None,
    })
}

/// A field of os-release; one that it lacks is empty.
fn os_release(root: &Path, field: &str) -> String {
    let text = ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| crate::file::of_system(root.join(path)).ok())
        .unwrap_or_default();
    let value = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| *name == field)
        .map(|(_, value)| value);
    value.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
}

/// A unit name's escapes: `-` for a slash, `\x2d` for any other byte.
fn unescaped(name: &str) -> String {
    let mut out = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'-' => out.push(b'/'),
            b'\\' if tail.starts_with(b"x") && tail.len() >= 3 => {
                let digits = std::str::from_utf8(&tail[1..3]).unwrap_or_default();
                match u8::from_str_radix(digits, 16) {
                    Ok(decoded) => {
                        out.push(decoded);
                        rest = &tail[3..];
                    }
                    Err(_) => out.push(b'\\'),
                }
            }
            byte => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
