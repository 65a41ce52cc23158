//! Env files, service files, password files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use dbdoctor::finding::Severity;
use tempfile::TempDir;

use crate::harness::{Case, steps};

fn write(directory: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, text).expect("a file in a fresh directory");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    path
}

#[test]
fn an_env_file_names_its_lines() {
    let directory = TempDir::new().expect("a directory");
    let path = write(
        &directory,
        "app.env",
        "# settings\n\nDATABASE_URL=\"postgresql://app:Zq7Kwoxjy@db/shop\" \n",
    );
    let seen = Case::file(&path).secret("Zq7Kwoxjy").run();
    assert_eq!(seen.passes().source, format!("DATABASE_URL in {} line 3", path.display()));
    assert_eq!(seen.target().password.as_ref().expect("a password").source, seen.target().source);
    let path = write(&directory, "set.env", "DB_HOST=db\nDB_USER = app # role\nexport DB_NAME='shop'\n");
    let seen = Case::file(&path).run();
    let target = seen.passes();
    assert_eq!(
        target.source,
        format!("DB_HOST, DB_NAME, DB_USER in {} lines 1, 3, 2", path.display())
    );
    assert_eq!((target.user.raw(), target.database.raw()), ("app", "shop"));
}

#[test]
fn a_fault_in_an_env_file_names_the_line_to_change() {
    let directory = TempDir::new().expect("a directory");
    let path = write(&directory, "app.env", "A=1\nDATABASE_URL=postgresql://app:Zq7@Kwoxjy@db/shop\n");
    let seen = Case::file(&path).secret("Zq7@Kwoxjy").run();
    let text = steps(seen.fails_with("unencoded-password"));
    assert!(text.contains(&format!("in {} line 2", path.display())), "{text}");
    let path = write(&directory, "quotes.env", "DATABASE_URL='\"postgresql://app@db/shop\"'\n");
    Case::file(&path).run().fails_with("quoted-value");
}

#[test]
fn the_shells_own_variables_do_not_count_beside_an_env_file() {
    let directory = TempDir::new().expect("a directory");
    let path = write(&directory, "app.env", "DATABASE_URL=postgresql://app@db/shop\nPGSSLMODE=require\n");
    let origin = dbdoctor::request::Origin::EnvFile { path, dialect: None };
    let seen = Case::with_origin(origin, &[("PGPASSWORD", "Zq7Kwoxjy"), ("PGSSLMODE", "disable")]).run();
    assert!(seen.passes().password.is_none());
    assert_eq!(seen.target().tls.mode.name(), "require");
}

#[test]
fn windows_line_ends_and_references() {
    let directory = TempDir::new().expect("a directory");
    let path = write(&directory, "crlf.env", "DATABASE_URL=postgresql://app@db/shop\r\n");
    let seen = Case::file(&path).run();
    let finding = seen.passes_with("stray-whitespace", Severity::Warn);
    assert!(steps(finding).contains("sed -i.orig"));
    assert_eq!(seen.target().database.raw(), "shop");
    let path = write(&directory, "ref.env", "PW=Zq7Kwoxjy\nDATABASE_URL=postgresql://app:${PW}@db/shop\n");
    let seen = Case::file(&path).secret("Zq7Kwoxjy").run();
    seen.passes_with("unexpanded-variable", Severity::Warn);
    let path = write(&directory, "lost.env", "DATABASE_URL=postgresql://app:${PW}@db/shop\n");
    Case::file(&path).run().fails_with("unexpanded-variable");
}

#[test]
fn env_files_that_are_not_there_or_empty() {
    Case::file(Path::new("/nonexistent/app.env")).run().fails_with("env-file-missing");
    let directory = TempDir::new().expect("a directory");
    Case::file(directory.path()).run().fails_with("env-file-unreadable");
    let path = write(&directory, "empty.env", "# nothing\n");
    Case::file(&path).run().fails_with("no-settings");
}

#[test]
fn a_service_fills_in_what_is_left_out() {
    let home = TempDir::new().expect("a directory");
    write(
        &home,
        ".pg_service.conf",
        "[other]\nhost=no\n[shop]\nhost=db\nport=6432\ndbname=shop\nuser=svc\npassword=Zq7Kwoxjy\n",
    );
    let seen = Case::dsn("service=shop user=app").home(home.path()).secret("Zq7Kwoxjy").run();
    let target = seen.passes();
    assert_eq!((target.hosts[0].to_string().as_str(), target.user.raw()), ("db:6432", "app"));
    assert!(target.password.as_ref().expect("a password").source.contains(".pg_service.conf"));
    Case::dsn("service=none").home(home.path()).run().fails_with("service-unusable");
    write(&home, ".pg_service.conf", "[shop]\nhost = db\n");
    let seen = Case::dsn("service=shop").home(home.path()).run();
    assert!(seen.fails_with("service-unusable").title.contains("line 2"));
}

#[test]
fn the_password_file_counts_where_libpq_reads_it() {
    let home = TempDir::new().expect("a directory");
    let path = write(&home, ".pgpass", "# passwords\ndb:5432:other:app:no\ndb:*:shop:app:Zq7\\:Kwoxjy\n");
    let url = "postgresql://app@db/shop";
    let seen = Case::dsn(url).home(home.path()).secret("Zq7:Kwoxjy").run();
    let password = seen.passes().password.as_ref().expect("a password");
    assert_eq!(password.secret.reveal(), b"Zq7:Kwoxjy");
    assert_eq!(password.source, format!("{} line 3", path.display()));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its mode");
    let seen = Case::dsn(url).home(home.path()).secret("Zq7:Kwoxjy").run();
    let finding = seen.passes_with("passfile-ignored", Severity::Warn);
    assert!(steps(finding).contains(&format!("chmod 600 {}", path.display())));
    assert!(seen.target().password.is_none());
    // Nothing in it fits, or another setting gives the password: the file's mode does not matter.
    Case::dsn("postgresql://app@elsewhere/shop").home(home.path()).run().passes();
    Case::dsn("postgresql://app:pw@db/shop").home(home.path()).run().passes();
}

/// Root may read everything, so that as root this test runs itself again as nobody.
#[test]
fn a_file_that_the_doctor_may_not_read_wants_sudo() {
    const SELF: &str = "files::a_file_that_the_doctor_may_not_read_wants_sudo";
    let directory = TempDir::new().expect("a directory");
    let path = write(&directory, "app.env", "DATABASE_URL=postgresql://app@db/shop\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("its mode");
    if fs::read(&path).is_ok() {
        let program = directory.path().join("test");
        fs::copy(std::env::current_exe().expect("this program"), &program).expect("a copy that nobody may run");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
        let status = std::process::Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program)
            .args(["--exact", SELF])
            .env("TMPDIR", "/tmp")
            .status()
            .expect("setpriv is there");
        assert!(status.success(), "as nobody: {status}");
        return;
    }
    let seen = Case::file(&path).run();
    let finding = seen.fails_with("env-file-unreadable");
    assert!(steps(finding).contains("sudo dbdoctor check"), "{}", steps(finding));
}
