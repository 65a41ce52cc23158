//! Fills in what a connection string leaves out, in libpq's order: service file, environment, what is compiled in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use crate::conninfo::keyword::KEYWORDS;
use crate::conninfo::parameters::Parameters;
use crate::conninfo::service_file::{self, Fault, Values};
use crate::file;
use crate::finding::Finding;
use crate::finding::config::service_unusable;
use crate::foreign::Foreign;
use crate::secret::Secret;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The connection string, or the variables in its place.
    Given,
    /// A service file.
    Service(PathBuf),
    /// An environment variable of libpq.
    Variable(&'static str),
    /// Compiled in.
    Default,
}

/// Every value that is set, with its origin.
#[derive(Debug, Clone, Default)]
pub struct Merged(BTreeMap<&'static str, (Secret, Origin)>);

impl Merged {
    /// The bytes of a value.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<&[u8]> {
        self.0.get(keyword).map(|(value, _)| value.reveal())
    }

    /// The bytes of a value that is not empty.
    #[must_use]
    pub fn filled(&self, keyword: &str) -> Option<&[u8]> {
        self.get(keyword).filter(|value| !value.is_empty())
    }

    /// Where a value comes from.
    #[must_use]
    pub fn origin(&self, keyword: &str) -> Option<&Origin> {
        self.0.get(keyword).map(|(_, origin)| origin)
    }

    fn fill(&mut self, keyword: &'static str, value: Secret, origin: Origin) {
        self.0.entry(keyword).or_insert((value, origin));
    }
}

/// Where a service file is looked for besides the home directory, where libpq was built without another place in mind.
const SYSTEM_DIRECTORIES: &[&str] = &["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/usr/local/pgsql/etc"];

/// The settings, every default filled in.
///
/// # Errors
///
/// A finding where the service that is named cannot be used.
pub fn merge(given: &Parameters, environment: &Environment) -> Result<Merged, Box<Finding>> {
    let mut merged = Merged::default();
    for (keyword, value) in given.iter() {
        merged.fill(keyword, value.clone(), Origin::Given);
    }
    let service = given.get("service").or_else(|| environment.bytes("PGSERVICE"));
    if let Some(service) = service {
        let (path, values) = read_service(service, environment).map_err(Box::new)?;
        for (keyword, value) in values {
            merged.fill(keyword, value, Origin::Service(path.clone()));
        }
    }
    for keyword in KEYWORDS {
        let variable = keyword.env.and_then(|name| Some((name, environment.get(name)?)));
        if let Some((name, value)) = variable {
            merged.fill(keyword.name, value.clone(), Origin::Variable(name));
        }
    }
    if environment.bytes("PGREQUIRESSL").is_some_and(|value| value.starts_with(b"1")) {
        merged.fill("sslmode", Secret::from("require"), Origin::Variable("PGREQUIRESSL"));
    }
    if merged.get("sslrootcert") == Some(b"system") {
        merged.fill("sslmode", Secret::from("verify-full"), Origin::Default);
    }
    for keyword in KEYWORDS {
        if let Some(default) = keyword.default {
            merged.fill(keyword.name, Secret::from(default), Origin::Default);
        }
    }
    Ok(merged)
}

/// The service's values and the file that defines it, looked for in libpq's order.
fn read_service(service: &[u8], environment: &Environment) -> Result<(PathBuf, Values), Finding> {
    let shown = Foreign::from_bytes(service);
    let named = environment.bytes("PGSERVICEFILE").map(path_of);
    let mut places: Vec<PathBuf> = Vec::new();
    match &named {
        Some(path) => places.push(path.clone()),
        None => places.extend(environment.home().map(|home| home.join(".pg_service.conf"))),
    }
    match environment.bytes("PGSYSCONFDIR") {
        Some(directory) => places.push(path_of(directory).join("pg_service.conf")),
        None => places.extend(
            SYSTEM_DIRECTORIES
                .iter()
                .map(|directory| Path::new(directory).join("pg_service.conf")),
        ),
    }
    for path in &places {
        let file = Foreign::new(path.to_string_lossy());
        let Ok(text) = file::read_bytes(path) else {
            if named.as_ref() == Some(path) {
                let why = format!("the service file {file}, which PGSERVICEFILE names, cannot be read");
                return Err(service_unusable::found(&shown, &why, "correct PGSERVICEFILE, or take it out"));
            }
            continue;
        };
        match service_file::read(&text, service) {
            Ok(Some(values)) => return Ok((path.clone(), values)),
            Ok(None) => {}
            Err((fault, line)) => return Err(unreadable(&shown, &file, fault, line)),
        }
    }
    let searched: Vec<String> = places.iter().map(|path| Foreign::new(path.to_string_lossy()).to_string()).collect();
    let why = format!("no definition of it in {}", searched.join(", "));
    let advice =
        format!("add a section [{shown}] with host=, port=, dbname= and user= to one of these files, readable by the service's user");
    Err(service_unusable::found(&shown, &why, &advice))
}

fn unreadable(service: &Foreign, file: &Foreign, fault: Fault, line: usize) -> Finding {
    let (why, advice) = match fault {
        Fault::Syntax => (
            "is no name=value with a keyword that libpq knows",
            "write name=value there, without blanks round the \"=\"",
        ),
        Fault::TooLong => ("is too long", "shorten the line to less than 1022 bytes"),
        Fault::Nested => ("names another service, which libpq refuses", "take service= out of the section"),
    };
    service_unusable::found(service, &format!("{file} line {line} {why}"), advice)
}

/// A path as it came.
#[must_use]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}
