//! An application's label.

use std::path::Path;

use ruff_python_ast::{Expr, StmtClassDef};

use super::settings::Settings;
use crate::migrations::Unread;
use crate::migrations::files::Bounds;
use crate::migrations::python::Module;

/// How an application is known to Django.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub label: String,
    /// Whether `INSTALLED_APPS` has it; `None` where that cannot be told.
    pub installed: Option<bool>,
}

/// A class of `apps.py`.
struct Config {
    class: String,
    name: Option<String>,
    label: Option<String>,
}

/// Finds out the label of the application in `directory`; `roots` are the directories that modules are imported from.
///
/// # Errors
///
/// Where `apps.py` computes the label, or could not be read.
pub fn identify(directory: &Path, roots: &[&Path], settings: &Settings, bounds: &Bounds) -> Result<Identity, Unread> {
    let folder = directory
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let dotted = dotted_names(directory, roots);
    let configs = configs(&directory.join("apps.py"), bounds)?;
    let chosen = configs
        .iter()
        .find(|config| {
            settings
                .installed
                .iter()
                .any(|entry| dotted.iter().any(|name| *entry == format!("{name}.apps.{}", config.class)))
        })
        .or(configs.first());
    let name = chosen.and_then(|config| config.name.clone());
    let label = chosen
        .and_then(|config| config.label.clone())
        .or_else(|| name.as_ref().map(|name| name.rsplit('.').next().unwrap_or(name).to_owned()))
        .unwrap_or(folder);
    let names: Vec<&String> = name.iter().chain(&dotted).collect();
    let is_listed = settings.installed.iter().any(|entry| {
        names
            .iter()
            .any(|name| entry == *name || entry.strip_prefix(name.as_str()).is_some_and(|rest| is_config_path(rest, &configs)))
    });
    let installed = if is_listed {
        Some(true)
    } else {
        settings.complete.then_some(false)
    };
    Ok(Identity { label, installed })
}

/// Whether the rest of an entry, after the package's name, leads to one of the configurations.
fn is_config_path(rest: &str, configs: &[Config]) -> bool {
    rest.starts_with('.')
        && rest
            .rsplit('.')
            .next()
            .is_some_and(|class| rest.starts_with(".apps.") || configs.iter().any(|config| config.class == class))
}

/// The names under which `directory` could be imported.
pub fn dotted_names(directory: &Path, roots: &[&Path]) -> Vec<String> {
    roots
        .iter()
        .filter_map(|root| directory.strip_prefix(root).ok())
        .map(|path| {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            parts.join(".")
        })
        .filter(|name| !name.is_empty())
        .collect()
}

fn configs(file: &Path, bounds: &Bounds) -> Result<Vec<Config>, Unread> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let module = Module::read(file, bounds)?;
    module
        .classes()
        .filter(|class| is_app_config(class))
        .map(|class| {
            Ok(Config {
                class: class.name.to_string(),
                name: module.text_in(&class.body, "name")?,
                label: module.text_in(&class.body, "label")?,
            })
        })
        .collect()
}

fn is_app_config(class: &StmtClassDef) -> bool {
    class.arguments.as_ref().is_some_and(|arguments| {
        arguments.args.iter().any(|base| match base {
            Expr::Name(name) => name.id.as_str().ends_with("Config"),
            Expr::Attribute(attribute) => attribute.attr.as_str().ends_with("Config"),
            _ => false,
        })
    })
}
