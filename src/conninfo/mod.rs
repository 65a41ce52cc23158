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
pub mod parameters;
pub mod passfile;
pub mod scheme;
pub mod service_file;
pub mod sqlalchemy;
pub mod uri;
pub mod validate;

use error::ParseError;
use parameters::{Parameters, Reading};

/// Which libpq's rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// libpq 17; 12 to 16 read connection strings in the same way and know fewer keywords.
    V17,
    /// libpq 18: strips the blanks round a URI's components and refuses those inside.
    V18,
}

impl Version {
    /// The major version's number.
    #[must_use]
    pub const fn major(self) -> u8 {
        match self {
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
    let reading = read(text, version)?;
    match reading.unknown.first() {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(reading.parameters),
    }
}

/// Reads a connection string, and reports keywords that libpq does not know beside the rest instead of stopping at the first.
///
/// # Errors
///
/// Where libpq would refuse it for another reason than an unknown keyword.
pub fn read(text: &[u8], version: Version) -> Result<Reading, ParseError> {
    if let Some(position) = text.iter().position(|byte| *byte == 0) {
        return Err(ParseError::at(error::Fault::NulByte, error::Component::Whole, position));
    }
    let mut reading = Reading::default();
    match uri::prefix_length(text) {
        Some(prefix) => uri::read(text, prefix, version, &mut reading)?,
        None => keyvalue::read(text, version, &mut reading)?,
    }
    Ok(reading)
}
