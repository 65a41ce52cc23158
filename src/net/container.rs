//! Whether this process runs in a container, where a loopback address is the container itself.

use std::path::Path;

use crate::file;

/// Files that container runtimes put into their containers.
const MARKS: &[&str] = &[".dockerenv", "run/.containerenv", "var/run/secrets/kubernetes.io"];

/// Parts of control group paths that container runtimes make.
const GROUPS: &[&str] = &["kubepods", "/docker/", "/docker-", "/libpod-", "/crio-", "/containerd"];

/// What shows that the system under `root` (`/`) is a container's.
#[must_use]
pub fn sign(root: &Path) -> Option<String> {
    if let Some(mark) = MARKS.iter().find(|mark| root.join(mark).exists()) {
        return Some(format!("/{mark} exists"));
    }
    let groups = file::of_system(root.join("proc/1/cgroup")).unwrap_or_default();
    let group = GROUPS.iter().find(|group| groups.contains(**group))?;
    Some(format!("/proc/1/cgroup has \"{group}\""))
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn a_container_shows_by_its_marks() {
        let root = tempfile::tempdir().expect("a directory");
        assert_eq!(sign(root.path()), None);
        std::fs::create_dir_all(root.path().join("proc/1")).expect("the directory is ours");
        std::fs::write(root.path().join("proc/1/cgroup"), "0::/user.slice\n").expect("the directory is ours");
        assert_eq!(sign(root.path()), None);
        std::fs::write(root.path().join("proc/1/cgroup"), "0::/kubepods.slice/pod1\n").expect("the directory is ours");
        assert!(sign(root.path()).is_some_and(|sign| sign.contains("kubepods")));
        std::fs::write(root.path().join(".dockerenv"), "").expect("the directory is ours");
        assert_eq!(sign(root.path()).as_deref(), Some("/.dockerenv exists"));
    }
}
