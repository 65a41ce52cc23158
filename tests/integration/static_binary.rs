//! The static binary in a root directory that holds nothing but the resolver's files and the authority's certificate, as in an image
//! made FROM scratch. `tests/static` builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{account, authority, canary, workdir};

/// The binary, if it is there and made of this source.
fn binary() -> Result<PathBuf, String> {
    let path = format!("target/{}-unknown-linux-gnu/release/dbdoctor", std::env::consts::ARCH);
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
    if !account::is_root() {
        return Err("only root can change the root directory".to_owned());
    }
    if !binary.is_file() {
        return Err(format!("{path} is not built: tests/static builds it"));
    }
    let says = |program: &Path, call: &[&str]| Command::new(program).args(call).output().expect("it can be run").stdout;
    let own = Path::new(env!("CARGO_BIN_EXE_dbdoctor"));
    let same = [&["list"][..], &["check", "--help"]]
        .iter()
        .all(|call| says(&binary, call) == says(own, call));
    if same {
        Ok(binary)
    } else {
        Err(format!("{path} is made of another source: tests/static builds it"))
    }
}

/// An empty root directory with the binary and four files.
fn root(binary: &Path, name_server: &str) -> PathBuf {
    let root = workdir::fresh("scratch");
    fs::create_dir_all(root.join("etc/ssl/certs")).unwrap();
    fs::copy(binary, root.join("dbdoctor")).unwrap();
    fs::copy(&authority::get().root, root.join("etc/ssl/certs/ca-certificates.crt")).unwrap();
    fs::write(root.join("etc/hosts"), "127.0.0.1 localhost\n").unwrap();
    fs::write(root.join("etc/nsswitch.conf"), "hosts: files dns\n").unwrap();
    fs::write(root.join("etc/resolv.conf"), format!("nameserver {name_server}\n")).unwrap();
    root
}

fn check(root: &Path, dsn: &Dsn) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = Command::new("chroot")
        .args(["--userspec=65534:65534"])
        .arg(root)
        .args(["/dbdoctor", "check", "--timeout", "10s"])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("DATABASE_URL", dsn.to_string())
        .stdin(Stdio::null())
        .output()
        .expect("chroot is there");
    let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(canary::found_in(&said), None, "{said}");
    (status.code(), said)
}

#[test]
fn it_resolves_names_checks_certificates_and_logs_in() {
    let binary = need!(binary());
    let dns = need!(Dns::shared());
    let root = root(&binary, dns.address());
    let server = Server::shared();
    let trusted = server.dsn("app").with("sslrootcert", "/etc/ssl/certs/ca-certificates.crt");
    // From the hosts file, and from the name server.
    for host in ["localhost", "db.lab.test"] {
        let (status, said) = check(&root, &trusted.clone().host(host));
        assert_eq!(status, Some(0), "{host}: {said}");
    }
    let (status, said) = check(&root, &trusted.clone().with("sslrootcert", "system"));
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = check(&root, &trusted.clone().host("nosuch.lab.test"));
    assert!(status == Some(11) && said.contains("dns/name-not-found"), "{said}");
    let (status, said) = check(&root, &trusted.password(&canary::wrong()));
    assert!(status == Some(14) && said.contains("auth/password-rejected"), "{said}");
}
