//! Every file that a check opens, in turn something else: a pipe that nobody writes to, a device without end, more bytes than anybody
//! wrote, a directory, a loop. The check ends, in little memory, and names the file where it could not do without.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Doctor, Run};
use crate::lab::dsn::Dsn;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::Root;
use crate::lab::skip::need;
use crate::lab::{account, authority};
use crate::locked_down::{own_namespaces, prepared};

const MEMORY: &str = "--data=300000000";

/// What takes the file's place.
const ODD: [fn(&Path); 5] = [pipe, device, long, directory, looped];

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
}

fn device(path: &Path) {
    symlink("/dev/zero", path).expect("the directory is ours");
}

fn long(path: &Path) {
    let sparse = fs::File::create(path).expect("the directory is ours");
    sparse.set_len(10_000_000_000).expect("a sparse file");
}

fn directory(path: &Path) {
    fs::create_dir(path).expect("the directory is ours");
}

fn looped(path: &Path) {
    symlink(path, path).expect("the directory is ours");
}

/// The check goes through, or says which file it could not do without.
#[track_caller]
fn told(run: &Run, path: &Path, what: &str) {
    assert!(run.stderr.is_empty(), "{what}: {}", run.stderr);
    assert!([0, 3, 10, 13, 14].contains(&run.status), "{what}: {} {}", run.status, run.stdout);
    let named = [path.file_name(), path.parent().map(Path::as_os_str)].into_iter().flatten();
    let is_named = named.map(|name| name.to_string_lossy()).any(|name| run.stdout.contains(&*name));
    assert!(run.status == 0 || is_named, "{what}: {}", run.stdout);
}

/// Puts each odd thing in the file's place, calls, and puts the file back.
#[track_caller]
fn in_turn(path: &Path, call: impl Fn() -> Doctor) {
    let saved = path.with_extension("saved");
    let was_there = fs::rename(path, &saved).is_ok();
    fs::create_dir_all(path.parent().expect("a file in a directory")).expect("the directory is ours");
    for (number, odd) in ODD.iter().enumerate() {
        odd(path);
        let run = call().under(&["prlimit", MEMORY, "--core=0"]).in_format("json");
        told(&run, path, &format!("{} as {number}", path.display()));
        fs::remove_file(path)
            .or_else(|_| fs::remove_dir(path))
            .expect("the directory is ours");
    }
    if was_there {
        fs::rename(&saved, path).expect("the directory is ours");
    }
}

/// A service that has all that services have.
fn service() -> (Root, Project) {
    let root = Root::with_service(
        "User=nobody\nWorkingDirectory=/srv/shop\nEnvironment=MACHINE=%m%o%H\nEnvironmentFile=-/etc/shop.env\nEnvironmentFile=/etc/url.env\n\
         ExecStart=/srv/venv/bin/gunicorn --config gunicorn.conf.py shop:app\n",
    );
    root.write("etc/systemd/system/shop.service.d/more.conf", "[Service]\nEnvironment=MORE=1\n");
    root.write("etc/shop.env", "SHOP=1\n");
    root.write("etc/url.env", format!("DATABASE_URL={}\n", Server::shared().dsn("app")));
    root.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    root.write("etc/os-release", "ID=debian\n");
    root.write("etc/hostname", "shop\n");
    root.write("srv/venv/pyvenv.cfg", "include-system-site-packages = false\n");
    let site = "srv/venv/lib/python3.11/site-packages";
    root.write(
        &format!("{site}/SQLAlchemy-2.0.40.dist-info/METADATA"),
        "Name: SQLAlchemy\nVersion: 2.0.40\n",
    );
    root.write(
        &format!("{site}/psycopg2-2.9.10.dist-info/METADATA"),
        "Name: psycopg2\nVersion: 2.9.10\n",
    );
    let project = Project::shop();
    project.write("gunicorn.conf.py", "workers = 2\n");
    project.write("shop.py", "engine = create_engine('postgresql://')\n");
    project.write("shop/settings.py", "DATABASES = {}\n");
    project.write("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n");
    project.write("old.sqlite3", "SQLite format 3\0");
    fs::create_dir_all(root.path.join("srv")).expect("the directory is ours");
    symlink(&project.path, root.path.join("srv/shop")).expect("the directory is ours");
    (root, project)
}

#[test]
fn of_the_unit() {
    let (root, _project) = service();
    let call = || Doctor::check().args(["--unit", "shop", "--until", "dns", "--root"]).arg(&root.path);
    for file in [
        "etc/systemd/system/shop.service",
        "etc/systemd/system/shop.service.d/more.conf",
        "etc/shop.env",
        "etc/url.env",
        "etc/machine-id",
        "etc/os-release",
        "etc/hostname",
        "etc/passwd",
        "etc/group",
    ] {
        in_turn(&root.path.join(file), call);
    }
}

#[test]
fn of_the_installed_packages() {
    let (root, _project) = service();
    let call = || Doctor::check().args(["--unit", "shop", "--until", "dns", "--root"]).arg(&root.path);
    for file in [
        "srv/venv/pyvenv.cfg",
        "srv/venv/lib/python3.11/site-packages/SQLAlchemy-2.0.40.dist-info/METADATA",
    ] {
        in_turn(&root.path.join(file), call);
    }
}

#[test]
fn of_the_code() {
    let (root, project) = service();
    let call = || {
        Doctor::check()
            .args(["--unit", "shop", "--skip", "migrations", "--root"])
            .arg(&root.path)
    };
    let shop: Vec<PathBuf> = ["gunicorn.conf.py", "shop.py", "shop/settings.py", "manage.py", "old.sqlite3"]
        .iter()
        .map(|name| project.path.join(name))
        .collect();
    for path in &shop {
        in_turn(path, call);
    }
    for name in [
        "migrations/alembic.ini",
        "migrations/env.py",
        "migrations/versions/odd.py",
        "pyproject.toml",
        "setup.cfg",
        "uwsgi.ini",
    ] {
        in_turn(&project.path.join(name), call);
    }
}

#[test]
fn that_the_settings_name() {
    let directory = crate::lab::workdir::fresh("named");
    let path = |name: &str| directory.join(name);
    let with = |name: &str, path: &Path| Server::shared().dsn("app").with(name, &path.display().to_string());
    for name in ["sslrootcert", "sslcrl"] {
        in_turn(&path(name), || Doctor::check().dsn(with(name, &path(name))));
    }
    let (certificate, key) = authority::get().client.write(&directory, "client");
    let certified = |certificate: &Path, key: &Path| -> Dsn {
        let dsn = Server::shared().dsn("certified").no_password();
        dsn.with("sslcert", &certificate.display().to_string())
            .with("sslkey", &key.display().to_string())
    };
    in_turn(&certificate, || Doctor::check().dsn(certified(&certificate, &key)));
    in_turn(&key, || Doctor::check().dsn(certified(&certificate, &key)));
    let lists = path("lists");
    for name in ["5ed36f99.r0", "no list"] {
        in_turn(&lists.join(name), || Doctor::check().dsn(with("sslcrldir", &lists)));
    }
    let no_password = Server::shared().dsn("app").no_password();
    in_turn(&path("pgpass"), || {
        Doctor::check()
            .dsn(&no_password)
            .env("PGPASSFILE", path("pgpass").display().to_string())
    });
    in_turn(&path("services"), || {
        let call = Doctor::check().env("PGSERVICE", "shop");
        call.env("PGSERVICEFILE", path("services").display().to_string())
    });
    in_turn(&path("secret"), || {
        Doctor::check().env("DATABASE_URL_FILE", path("secret").display().to_string())
    });
    in_turn(&path("app.env"), || Doctor::check().arg("--env-file").arg(path("app.env")));
}

#[test]
fn of_its_own() {
    let directory = crate::lab::workdir::fresh("targets");
    let file = directory.join("dbdoctor.toml");
    for odd in ODD {
        odd(&file);
        let run = Doctor::check().directory(&directory).args(["--target", "shop"]).in_format("json");
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("dbdoctor.toml"), "{}", run.stderr);
        fs::remove_file(&file)
            .or_else(|_| fs::remove_dir(&file))
            .expect("the directory is ours");
    }
}

/// By the application's own Python, which is asked.
#[test]
fn that_django_reads() {
    let venv = need!(Venv::of_applications());
    let project = Project::empty();
    project.write("website/__init__.py", "");
    let settings = project.path.join("website/settings.py");
    for odd in [device, long, directory, looped] {
        odd(&settings);
        let call = Doctor::check().args(["--until", "config", "--django", "website.settings", "--venv"]);
        let call = call.arg(venv.path()).project(&project.path);
        let run = call.under(&["prlimit", MEMORY, "--core=0"]).in_format("json");
        assert_eq!(run.status, 10, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("website.settings"), "{}", run.stdout);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
        fs::remove_file(&settings)
            .or_else(|_| fs::remove_dir(&settings))
            .expect("the directory is ours");
    }
}

#[test]
fn that_has_a_process_number() {
    let directory = crate::lab::workdir::fresh("pid");
    let (file, targets) = (directory.join("shop.pid"), directory.join("dbdoctor.toml"));
    fs::write(&targets, format!("[targets.shop]\npid_file = \"{}\"\n", file.display())).expect("the directory is ours");
    in_turn(&file, || Doctor::check().directory(&directory).args(["--target", "shop"]));
}

/// Each is there, and another user's.
#[test]
fn that_may_not_be_read() {
    need!(account::is_root().then_some(()).ok_or("what the tests own they may read"));
    let directory = crate::lab::workdir::fresh("closed");
    account::give(&directory);
    let closed = directory.join("closed");
    fs::write(&closed, "x").expect("the directory is ours");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o600)).expect("the file is ours");
    let shown = closed.display().to_string();
    let dsn = Server::shared().dsn("app");
    let certified = Server::shared().dsn("certified").no_password().with("sslcert", &shown);
    for (call, status) in [
        (Doctor::check().args(["--env-file", &shown]), 10),
        (Doctor::check().args(["--config", &shown, "--target", "shop"]), 2),
        (Doctor::check().env("DATABASE_URL_FILE", &shown), 10),
        (Doctor::check().env("PGSERVICE", "shop").env("PGSERVICEFILE", &shown), 10),
        (Doctor::check().dsn(dsn.clone().no_password()).env("PGPASSFILE", &shown), 14),
        (Doctor::check().dsn(dsn.clone().with("sslrootcert", &shown)), 13),
        (Doctor::check().dsn(certified.with("sslkey", &shown)), 13),
        // As libpq does: a list that cannot be read is passed over.
        (Doctor::check().dsn(dsn.with("sslcrl", &shown)), 0),
        (Doctor::command("explain").arg(&closed), 2),
    ] {
        let run = call.by_an_ordinary_user().in_format("json");
        assert_eq!(run.status, status, "{}{}", run.stdout, run.stderr);
        assert!(status == 0 || [run.stdout, run.stderr].concat().contains("closed"));
    }
}

/// Those that the C library opens too: it may wait, and the check does not.
#[test]
fn of_the_system() {
    need!(own_namespaces());
    let directory = crate::lab::workdir::fresh("system");
    for file in [
        "passwd",
        "group",
        "hosts",
        "resolv.conf",
        "nsswitch.conf",
        "host.conf",
        "gai.conf",
        "services",
    ] {
        // What can be bound over a file is a file of another kind, not a directory.
        for odd in [pipe, long] {
            let path = directory.join(file);
            odd(&path);
            let preparation = format!("[ -e /etc/{file} ] || exit 77; mount --bind {} /etc/{file}", path.display());
            let call = prepared(Doctor::check().dsn(Server::shared().dsn("app")), &preparation);
            let run = call.args(["--timeout", "2s"]).in_format("json");
            fs::remove_file(&path).expect("the directory is ours");
            if run.status == 77 {
                continue;
            }
            assert!(run.stderr.is_empty(), "{file}: {}", run.stderr);
            assert!([0, 3, 11].contains(&run.status), "{file}: {}", run.stdout);
            run.json();
        }
    }
}

/// A file system of a server that is gone keeps whoever asks it waiting.
#[test]
fn on_a_file_system_that_does_not_answer() {
    need!(own_namespaces());
    need!(fs::metadata("/dev/fuse").map_err(|error| format!("/dev/fuse: {error}")));
    let mount = crate::lab::workdir::fresh("hung");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/hung_mount.py");
    let (at, on_it) = (mount.display().to_string(), mount.join("shop").display().to_string());
    let dsn = Server::shared().dsn("app");
    for call in [
        Doctor::check().args(["--env-file", &on_it]),
        Doctor::check().dsn(&dsn).args(["--project", &on_it]),
        Doctor::check().dsn(dsn.clone().with("sslrootcert", &on_it)),
        Doctor::check().dsn(dsn.clone().with("sslcrldir", &on_it)),
        Doctor::check().dsn(dsn.clone().no_password()).env("PGPASSFILE", &on_it),
    ] {
        let run = call.args(["--timeout", "1s"]).under(&["python3", script, &at]).in_format("json");
        assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("a file system does not answer"), "{}", run.stdout);
    }
}
