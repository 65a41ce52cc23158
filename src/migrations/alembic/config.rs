//! Where Alembic's configuration says that the script directory and the versions are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::migrations::Unread;
use crate::migrations::files::Bounds;

/// What `alembic.ini` and `pyproject.toml` say, tokens filled in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub script_location: Option<String>,
    pub version_locations: Vec<String>,
    pub prepend_sys_path: Vec<String>,
    /// Version locations are searched with their subdirectories.
    pub recursive: bool,
    /// Compiled files count too.
    pub sourceless: bool,
}

/// Reads `alembic.ini`, its section `[alembic]`. `None` where the file has no such section.
///
/// # Errors
///
/// What kept the file from being read.
pub fn read_ini(file: &Path, bounds: &Bounds) -> Result<Option<Settings>, Unread> {
    let here = file.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    Ok(from_ini(&bounds.text(file)?, &here))
}

/// Reads the table `[tool.alembic]` of `pyproject.toml`. `None` where the file has no such table.
///
/// # Errors
///
/// What kept the file from being read; a syntax error only where the file speaks of Alembic at all.
pub fn read_pyproject(file: &Path, bounds: &Bounds) -> Result<Option<Settings>, Unread> {
    let source = bounds.text(file)?;
    if !source.contains("alembic") {
        return Ok(None);
    }
    let document: toml::Table = source
        .parse()
        .map_err(|error: toml::de::Error| Unread::whole(file, format!("not valid TOML: {}", error.message())))?;
    let Some(table) = document
        .get("tool")
        .and_then(|tool| tool.get("alembic"))
        .and_then(toml::Value::as_table)
    else {
        return Ok(None);
    };
    let here = file.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let text = |key: &str| table.get(key).and_then(toml::Value::as_str).map(|value| fill_in_here(value, &here));
    let list = |key: &str| match table.get(key) {
        Some(toml::Value::Array(values)) => values
            .iter()
            .filter_map(toml::Value::as_str)
            .map(|value| fill_in_here(value, &here))
            .collect(),
        Some(toml::Value::String(value)) => vec![fill_in_here(value, &here)],
        _ => Vec::new(),
    };
    let flag = |key: &str| match table.get(key) {
        Some(toml::Value::Boolean(flag)) => *flag,
        Some(toml::Value::String(value)) => value == "true",
        _ => false,
    };
    Ok(Some(Settings {
        script_location: text("script_location"),
        version_locations: list("version_locations"),
        prepend_sys_path: list("prepend_sys_path"),
        recursive: flag("recursive_version_locations"),
        sourceless: flag("sourceless"),
    }))
}

impl Settings {
    /// Takes from `other` what is unsaid here.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.script_location = self.script_location.or(other.script_location);
        if self.version_locations.is_empty() {
            self.version_locations = other.version_locations;
        }
        if self.prepend_sys_path.is_empty() {
            self.prepend_sys_path = other.prepend_sys_path;
        }
        self.recursive |= other.recursive;
        self.sourceless |= other.sourceless;
        self
    }
}

fn from_ini(source: &str, here: &str) -> Option<Settings> {
    let sections = sections(source);
    let section = sections.get("alembic")?;
    let mut values: HashMap<&str, String> = HashMap::from([("here", here.to_owned())]);
    for layer in [sections.get("DEFAULT"), Some(section)].into_iter().flatten() {
        values.extend(layer.iter().map(|(key, value)| (key.as_str(), value.clone())));
    }
    let text = |key: &str| {
        values
            .get(key)
            .map(|value| interpolated(value, &values, 0))
            .filter(|value| !value.is_empty())
    };
    let flag = |key: &str| text(key).is_some_and(|value| value == "true");
    let separator = text("path_separator");
    let split = |key: &str, separator: Option<String>, otherwise: &[char]| {
        let Some(value) = text(key) else { return Vec::new() };
        let parts: Vec<&str> = match separator.as_deref() {
            Some("space") => value.split(' ').collect(),
            Some("newline") => value.split('\n').collect(),
            Some("os" | ":") => value.split(':').collect(),
            Some(";") => value.split(';').collect(),
            _ => value.split(otherwise).collect(),
        };
        parts
            .into_iter()
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    };
    Some(Settings {
        script_location: text("script_location"),
        version_locations: split(
            "version_locations",
            separator.clone().or_else(|| text("version_path_separator")),
            &[',', ' '],
        ),
        prepend_sys_path: split("prepend_sys_path", separator.clone(), &[',', ' ', ':']),
        recursive: flag("recursive_version_locations"),
        sourceless: flag("sourceless"),
    })
}

/// The sections of a file as Python's `configparser` reads them: keys in lower case, indented lines continue a value.
fn sections(source: &str) -> HashMap<String, HashMap<String, String>> {
    let mut sections: HashMap<String, HashMap<String, String>> = HashMap::new();
    let mut section = None;
    let mut key: Option<String> = None;
    for line in source.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let continues = line.starts_with([' ', '\t']);
        if let (true, Some(section), Some(key)) = (continues, &section, &key) {
            if let Some(value) = sections
                .get_mut(section)
                .and_then(|values: &mut HashMap<String, String>| values.get_mut(key))
            {
                value.push('\n');
                value.push_str(trimmed);
            }
        } else if let Some((name, _)) = trimmed.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            key = None;
        } else if let (Some(section), Some((name, value))) = (&section, trimmed.split_once(['=', ':'])) {
            let name = name.trim().to_lowercase();
            if let Some(values) = sections.get_mut(section) {
                values.insert(name.clone(), value.trim().to_owned());
            }
            key = Some(name);
        }
    }
    sections
}

/// `configparser`'s basic interpolation: `%(name)s` and `%%`. What cannot be filled in stays as it is.
fn interpolated(value: &str, values: &HashMap<&str, String>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let token = rest.strip_prefix("%(").and_then(|token| token.split_once(")s"));
        if let Some(after) = rest.strip_prefix("%%") {
            out.push('%');
            rest = after;
        } else if let Some((name, after)) = token {
            match values.get(name.to_lowercase().as_str()) {
                // As deep as configparser goes.
                Some(value) if name != "here" && depth < 10 => out.push_str(&interpolated(value, values, depth + 1)),
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[..rest.len() - after.len()]),
            }
            rest = after;
        } else {
            out.push('%');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn fill_in_here(value: &str, here: &str) -> String {
    value.replace("%(here)s", here).replace("%%", "%")
}

/// The file or directory that a location names: a path, or `package:path` below one of `roots`. A relative path is looked up
/// in each of `bases`, since Alembic takes it relative to the directory in which it is run. The answer has no symbolic links,
/// and is `None` where it would lie outside of `bounds`.
#[must_use]
pub fn locate(location: &str, bases: &[&Path], roots: &[PathBuf], bounds: &Bounds) -> Option<PathBuf> {
    let path = Path::new(location);
    if path.is_absolute() {
        return bounds.inside(path);
    }
    if let Some((package, below)) = location.split_once(':') {
        let package = package.replace('.', "/");
        let below = below.replace(':', "/");
        return roots.iter().find_map(|root| bounds.inside(&root.join(&package).join(&below)));
    }
    bases.iter().find_map(|base| bounds.inside(&base.join(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ini_values_are_read_as_configparser_reads_them() {
        let ini = "[DEFAULT]\nroot = %(here)s/db\n; a remark\n[alembic]\nScript_Location: %(root)s/scripts\n\
                   version_locations = %(root)s/a\n    %(root)s/b%%c\npath_separator = newline\n[other]\nscript_location = x\n";
        let settings = from_ini(ini, "/srv").unwrap_or_default();
        assert_eq!(settings.script_location.as_deref(), Some("/srv/db/scripts"));
        assert_eq!(settings.version_locations, ["/srv/db/a", "/srv/db/b%c"]);
    }

    #[test]
    fn a_file_without_the_section_is_not_alembics() {
        assert_eq!(from_ini("[loggers]\nkeys = root\n", "/srv"), None);
    }
}
