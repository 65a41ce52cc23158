//! Installs what is missing, where that is possible: as root, on Debian and its children.

use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::{account, tools};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What `find` finds, if need be after the installation of Debian's `package`.
///
/// # Errors
/// Why it is not there and cannot be installed.
pub fn until_found<T>(package: &str, find: impl Fn() -> Option<T>) -> Result<T, String> {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(found) = find() {
        return Ok(found);
    }
    if !account::is_root() || tools::in_path("apt-get").is_none() {
        return Err(format!(
            "Debian's package {package} is not installed, and only root can install it with apt-get"
        ));
    }
    if !apt_get(&["install", "-y", "--no-install-recommends", package]) {
        apt_get(&["update"]);
        apt_get(&["install", "-y", "--no-install-recommends", package]);
    }
    find().ok_or_else(|| format!("apt-get could not install {package}"))
}

fn apt_get(arguments: &[&str]) -> bool {
    Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
