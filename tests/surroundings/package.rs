//! The Debian package, once it is built: `examples/debian/build`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lab::skip::need;
use crate::lab::{tools, workdir};
use crate::program::{outcome, said, texts};

/// The package, if it is there.
fn package() -> Result<PathBuf, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/debian");
    let mut packages: Vec<PathBuf> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect();
    packages.sort();
    packages
        .pop()
        .ok_or_else(|| "no package is built: examples/debian/build builds it".to_owned())
}

#[test]
fn it_has_what_users_look_for() {
    let package = need!(package());
    let root = workdir::fresh("package");
    said(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&root));
    for file in [
        "usr/bin/dbdoctor",
        "usr/share/man/man1/dbdoctor.1.gz",
        "usr/share/bash-completion/completions/dbdoctor",
        "usr/share/zsh/vendor-completions/_dbdoctor",
        "usr/share/fish/vendor_completions.d/dbdoctor.fish",
        "usr/share/doc/dbdoctor/copyright",
        "usr/share/doc/dbdoctor/examples/systemd/dbdoctor@.timer",
    ] {
        assert!(root.join(file).is_file(), "{file}");
    }
    let version = said(Command::new(root.join("usr/bin/dbdoctor")).arg("--version"));
    assert_eq!(version.trim(), concat!("dbdoctor ", env!("CARGO_PKG_VERSION")));
    let described = said(Command::new("dpkg-deb").arg("--field").arg(&package));
    assert!(described.contains("Depends: libc6 (>= "), "{described}");
}

#[test]
fn lintian_has_no_complaint() {
    let package = need!(package());
    let lintian = need!(tools::in_path("lintian").ok_or("Debian's package lintian is not installed"));
    // Whoever publishes it has an address to write to, and a bug to close.
    let of_publishers = "bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs";
    let arguments = ["--allow-root", "--fail-on", "error,warning", "--suppress-tags", of_publishers];
    let output = outcome(Command::new(lintian).args(arguments).arg(package), "");
    let said = texts(&output).concat();
    assert!(output.status.success(), "{said}");
}
