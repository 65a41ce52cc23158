//! What is installed in the service's virtual environment, against what the URL needs.

use std::fs;
use std::path::PathBuf;

use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::skip::need;
use crate::lab::workdir;

/// A virtual environment with the metadata of these packages.
fn with(packages: &[(&str, &str)]) -> PathBuf {
    let path = workdir::fresh("venv");
    let site = path.join("lib/python3.11/site-packages");
    for (name, version) in packages {
        let directory = site.join(format!("{}-{version}.dist-info", name.replace('-', "_")));
        fs::create_dir_all(&directory).unwrap();
        fs::write(
            directory.join("METADATA"),
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\ntext\nName: other\n"),
        )
        .unwrap();
    }
    fs::write(path.join("pyvenv.cfg"), "include-system-site-packages = false\n").unwrap();
    path
}

fn check(packages: &[(&str, &str)], url: &str) -> Doctor {
    Doctor::check()
        .env("DATABASE_URL", url)
        .args(["--until", "config", "--venv"])
        .arg(with(packages))
}

const PLAIN: &str = "postgresql://app@localhost/shop";

#[test]
fn the_driver_is_not_installed() {
    let psycopg2 = "postgresql+psycopg2://app@localhost/shop";
    check(&[("SQLAlchemy", "2.0.40"), ("psycopg", "3.2.1")], psycopg2)
        .run()
        .fails("config/driver-missing")
        .exemplifies("config/driver-missing");
    check(&[("SQLAlchemy", "2.0.40"), ("psycopg2-binary", "2.9.10")], psycopg2)
        .run()
        .sound();
    check(&[("Django", "5.2"), ("asyncpg", "0.30")], PLAIN)
        .run()
        .fails("config/driver-missing");
    check(&[("Django", "5.2"), ("psycopg", "3.2.1")], PLAIN).run().sound();
    check(&[("SQLAlchemy", "2.0.40")], PLAIN).run().fails("config/driver-missing");
    // Of an environment with none of these, nothing is known.
    check(&[("requests", "2.0")], PLAIN).run().sound();
}

#[test]
fn what_is_installed_decides_whose_reading_counts() {
    let socket = "postgresql://app@%2Frun%2Fpostgresql:5432/shop";
    let code = "config/parsers-disagree".to_owned();
    let alone = check(&[("psycopg", "3.2.1")], socket).run();
    assert!(!alone.codes().contains(&code), "{}", alone.stdout);
    let both = check(&[("SQLAlchemy", "2.0.40"), ("psycopg2-binary", "2.9.10")], socket).run();
    both.sound().warns(&code);
    let title = both.finding(&code)["title"].as_str().unwrap_or_default().to_owned();
    assert!(title.contains("SQLAlchemy 2.0") && !title.contains("django-environ"), "{title}");
}

#[test]
fn sqlalchemy_2_1_loads_another_driver() {
    let project = Project::shop();
    let packages = [("SQLAlchemy", "2.1.0"), ("psycopg2-binary", "2.9.10")];
    check(&packages, PLAIN).project(&project.path).run().fails("config/driver-mismatch");
    check(&[("SQLAlchemy", "2.0.40"), ("psycopg2", "2.9.10")], PLAIN)
        .project(&project.path)
        .run()
        .sound();
    // Code that puts a driver into the URL decides itself.
    project.write(
        "db.py",
        "url = os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg2:')\n",
    );
    check(&packages, PLAIN).project(&project.path).run().warns("config/driver-mismatch");
    let old = [("SQLAlchemy", "1.4.54"), ("psycopg", "3.2.1")];
    check(&old, "postgresql+psycopg://app@localhost/shop")
        .run()
        .fails("config/driver-mismatch");
}

#[test]
fn sqlalchemy_refuses_the_old_scheme() {
    let project = Project::shop();
    let packages = [("SQLAlchemy", "2.0.40"), ("psycopg2-binary", "2.9.10")];
    let url = "postgres://app@localhost/shop";
    check(&packages, url).project(&project.path).run().fails("config/legacy-scheme");
    check(&[("SQLAlchemy", "1.3.24"), ("psycopg2-binary", "2.9.10")], url)
        .project(&project.path)
        .run()
        .sound();
    project.write("db.py", "url = url.replace('postgres://', 'postgresql://', 1)\n");
    check(&packages, url).project(&project.path).run().sound();
}

#[test]
fn a_real_environment() {
    let venv = need!(Venv::shared());
    let run = Doctor::check()
        .env("DATABASE_URL", PLAIN)
        .args(["--until", "config", "--venv"])
        .arg(venv.path())
        .run();
    run.sound();
    let facts = run.row("config")["facts"].clone();
    let packages = facts["packages"].as_str().unwrap();
    let said = venv.run(
        venv.path(),
        "python",
        &[
            "-c",
            "import django, alembic, psycopg; print(django.__version__, alembic.__version__, psycopg.__version__)",
        ],
    );
    let versions: Vec<&str> = said.split_whitespace().collect();
    for (name, version) in ["django", "alembic", "psycopg"].iter().zip(versions) {
        assert!(packages.contains(&format!("{name} {version}")), "{name} {version}: {packages}");
    }
    assert!(facts["bundled_libpq"].to_string().contains("psycopg-binary"), "{facts:#}");
    let none = workdir::fresh("none");
    assert_eq!(Doctor::check().env("DATABASE_URL", PLAIN).arg("--venv").arg(none).run().status, 3);
}
