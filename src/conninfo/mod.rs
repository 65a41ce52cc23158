//! Connection strings, read as libpq reads them: byte for byte, without any input or output.
//!
//! The grammar is that of libpq's `fe-connect.c`. What differs between its versions is a parameter, [`Version`].

pub mod anatomy;
pub mod decode;
pub mod error;
pub mod host_list;
pub mod keyvalue;
pub mod keyword;
pub mod mask;
pub mod options;
pub mod parameters;
pub mod passfile;
pub mod scheme;
pub mod service_file;
pub mod slip;
pub mod uri;
pub mod validate;

use error::ParseError;
use parameters::{Parameters, Reading};

/// Which libpq's rules apply. 12 to 17 differ in the keywords that they know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V12,
    V13,
    V14,
    V15,
    V16,
    V17,
    /// Strips the blanks round a URI's components and refuses those inside.
    V18,
}

impl Version {
    const ALL: [Self; 7] = [Self::V12, Self::V13, Self::V14, Self::V15, Self::V16, Self::V17, Self::V18];

    /// The rules of a major version; those of the nearest known one where it is older or newer.
    #[must_use]
    pub fn of_major(major: u8) -> Self {
        let newer = Self::ALL.into_iter().find(|version| version.major() >= major);
        newer.unwrap_or(Self::V18)
    }

    /// The major version's number.
    #[must_use]
    pub const fn major(self) -> u8 {
        match self {
            Self::V12 => 12,
            Self::V13 => 13,
            Self::V14 => 14,
            Self::V15 => 15,
            Self::V16 => 16,
            Self::V17 => 17,
            Self::V18 => 18,
        }
    }
}

/// Reads a connection string, and accepts it exactly where libpq would.
///
/// # Errors
///
/// Where libpq would refuse it; the error says what and where, and holds no piece of the text.
pub fn parse(text: &[u8], version: Version) -> Result<Parameters, ParseError> {
    let mut reading = Reading::default();
    let outcome = fill(text, version, &mut reading);
    // libpq stops at the first fault, and an unknown keyword that was met stands before the fault that ended the reading.
    match reading.unknown.into_iter().next() {
        Some(unknown) => Err(unknown),
        None => outcome.map(|()| reading.parameters),
    }
}

/// Reads a connection string, and reports keywords that libpq does not know beside the rest instead of stopping at the first.
///
/// # Errors
///
/// Where libpq would refuse it for another reason than an unknown keyword.
pub fn read(text: &[u8], version: Version) -> Result<Reading, ParseError> {
    let mut reading = Reading::default();
    fill(text, version, &mut reading)?;
    Ok(reading)
}

fn fill(text: &[u8], version: Version, reading: &mut Reading) -> Result<(), ParseError> {
    if let Some(position) = text.iter().position(|byte| *byte == 0) {
        return Err(ParseError::at(error::Fault::NulByte, error::Component::Whole, position));
    }
    match uri::prefix_length(text) {
        Some(prefix) => uri::read(text, prefix, version, reading),
        None => keyvalue::read(text, version, reading),
    }
}
