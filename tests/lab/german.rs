//! A locale for servers that speak German.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::{install, tools, workdir};

/// The directory (glibc's `LOCPATH`) with the locale `de_DE.UTF-8`, made without touching the system's own.
///
/// # Errors
/// Why it cannot be made, or PostgreSQL's programs have no German.
pub fn locales() -> Result<PathBuf, String> {
    static MADE: LazyLock<Result<PathBuf, String>> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> Result<PathBuf, String> {
    let localedef = tools::in_path("localedef").ok_or("there is no localedef")?;
    let source = PathBuf::from("/usr/share/i18n/locales/de_DE");
    install::until_found("locales", || source.is_file().then_some(()))?;
    let catalogue = |major: u32| PathBuf::from(format!("/usr/share/locale/de/LC_MESSAGES/postgres-{major}.mo")).is_file();
    if !(13..30).any(catalogue) {
        return Err("PostgreSQL's messages are not there in German".to_owned());
    }
    let directory = workdir::fresh("locales");
    let made = Command::new(localedef)
        .args(["-i", "de_DE", "-f", "UTF-8"])
        .arg(directory.join("de_DE.UTF-8"))
        .output()
        .map_err(|error| error.to_string())?;
    if directory.join("de_DE.UTF-8/LC_MESSAGES").exists() {
        Ok(directory)
    } else {
        Err(format!("localedef: {}", String::from_utf8_lossy(&made.stderr)))
    }
}
