//! The migration trees of public projects, as Alembic and Django themselves see them.
//!
//! A sample by default; all of them with `DBDOCTOR_TESTS=full`. The packages come from the package index, once.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dbdoctor::migrations::django::{Graph, Key};
use dbdoctor::migrations::{alembic, survey};
use serde_json::json;

use crate::alembic::same_order;
use crate::lab::skip;
use crate::lab::workdir;
use crate::tools::{ask, python, strings};

/// A package that carries script directories of Alembic's, by their paths.
struct Carrier {
    package: &'static str,
    trees: &'static [&'static str],
    sample: bool,
}

const ALEMBIC: &[Carrier] = &[
    Carrier {
        package: "optuna==5.0.0",
        trees: &["optuna/storages/_rdb/alembic"],
        sample: true,
    },
    Carrier {
        package: "dagster==1.13.28",
        trees: &["dagster/_core/storage/alembic"],
        sample: true,
    },
    // Branches to expand and to contract, named by constants of another module.
    Carrier {
        package: "glance==33.0.0",
        trees: &["glance/db/sqlalchemy/alembic_migrations"],
        sample: true,
    },
    Carrier {
        package: "magnum==23.0.0",
        trees: &["magnum/db/sqlalchemy/alembic"],
        sample: true,
    },
    Carrier {
        package: "octavia==19.0.0",
        trees: &["octavia/db/migration/alembic_migrations"],
        sample: false,
    },
    Carrier {
        package: "rucio==41.5.1",
        trees: &["rucio/db/sqla/migrate_repo"],
        sample: false,
    },
    Carrier {
        package: "zenml==0.98.0",
        trees: &["zenml/zen_stores/migrations"],
        sample: false,
    },
    Carrier {
        package: "apache-airflow-core==3.3.2",
        trees: &["airflow/migrations"],
        sample: false,
    },
    Carrier {
        package: "ckan==2.12.0",
        trees: &[
            "ckan/migration",
            "ckanext/activity/migration/activity",
            "ckanext/tracking/migration/tracking",
        ],
        sample: false,
    },
    Carrier {
        package: "mlflow==3.18.0",
        trees: &["mlflow/store/db_migrations", "mlflow/server/auth/db/migrations"],
        sample: false,
    },
    Carrier {
        package: "jupyterhub==6.1.1",
        trees: &["jupyterhub/alembic"],
        sample: false,
    },
];

/// Packages with applications of Django's, and the entries of `INSTALLED_APPS` for those.
struct Site {
    name: &'static str,
    packages: &'static [&'static str],
    installed: &'static [&'static str],
}

const CONTRIB: &[&str] = &[
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.flatpages",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sites",
];

const SAMPLE: Site = Site {
    name: "django-sample",
    packages: &["Django==5.2.19", "django-taggit==6.1.0"],
    installed: &["taggit"],
};

const FULL: Site = Site {
    name: "django-full",
    packages: &[
        "Django==5.2.19",
        "django-allauth==65.21.1",
        "social-auth-app-django==8.0.0",
        "django-oauth-toolkit==3.4.1",
        "django-celery-beat==2.9.0",
        "django-celery-results==2.6.0",
        "wagtail==8.0.1",
        "django-cms==5.1.3",
        // What django-cms imports and does not ask for.
        "packaging==25.0",
    ],
    installed: &[
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "social_django",
        "oauth2_provider",
        "django_celery_beat",
        "django_celery_results",
        "cms",
        "menus",
        "treebeard",
        "taggit",
        "modelcluster",
        "wagtail",
        "wagtail.admin",
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.contrib.search_promotions",
        "wagtail.contrib.simple_translation",
        "wagtail.documents",
        "wagtail.embeds",
        "wagtail.images",
        "wagtail.search",
        "wagtail.users",
        "modelsearch",
    ],
};

fn is_full() -> bool {
    std::env::var("DBDOCTOR_TESTS").is_ok_and(|wanted| wanted == "full")
}

/// The directory with these packages, fetched once.
fn fetched(name: &str, packages: &[&str], options: &[&str]) -> Result<PathBuf, String> {
    let place = workdir::lasting().join("public").join(name);
    let marker = place.join("fetched");
    let wanted = packages.join("\n");
    if fs::read_to_string(&marker).is_ok_and(|there| there == wanted) {
        return Ok(place);
    }
    let _ = fs::remove_dir_all(&place);
    let output = Command::new(python())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"])
        .arg(&place)
        .args(options)
        .args(packages)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{} cannot be had from the package index: {last}", packages.join(", ")));
    }
    fs::write(&marker, wanted).map_err(|error| error.to_string())?;
    Ok(place)
}

#[test]
fn alembic_trees() {
    for carrier in ALEMBIC.iter().filter(|carrier| carrier.sample || is_full()) {
        let name = carrier.package.split("==").next().unwrap();
        match fetched(name, &[carrier.package], &["--no-deps"]) {
            Ok(root) => {
                let trees = survey(&root, None);
                for path in carrier.trees {
                    let tree = trees.alembic.iter().find(|tree| tree.path.ends_with(path));
                    compare(&root, path, tree.unwrap_or_else(|| panic!("no tree in {path}: {trees:?}")));
                }
            }
            Err(reason) => skip::note(&reason),
        }
    }
}

fn compare(root: &Path, path: &str, tree: &alembic::Tree) {
    assert_eq!(tree.unread, [], "{path}: everything is literal");
    let order = tree.graph.order();
    let rows: Vec<Vec<String>> = [0, order.len() / 3, order.len() / 2, order.len() - 1]
        .iter()
        .map(|&at| vec![order[at].clone()])
        .chain([Vec::new(), tree.graph.effective_heads()])
        .collect();
    let said = ask("alembic_oracle.py", root, &json!({"script": path, "stubs": true, "rows": rows}));
    assert!(said["error"].is_null(), "{path}: {said}");
    assert!(order.len() == strings(&said["order"]).len() && !order.is_empty(), "{path}");
    assert_eq!(tree.graph.heads(), strings(&said["heads"]), "{path}");
    assert_eq!(tree.graph.effective_heads(), strings(&said["effective_heads"]), "{path}");
    assert_eq!(tree.graph.bases(), strings(&said["bases"]), "{path}");
    same_order(&tree.graph, &order, &strings(&said["order"]));
    for (rows, said) in rows.iter().zip(said["pending"].as_array().unwrap()) {
        let applied = tree.graph.applied(rows.iter().map(String::as_str));
        let pending: Vec<String> = tree.graph.pending(&applied).iter().map(|one| one.id.clone()).collect();
        same_order(&tree.graph, &pending, &strings(said));
    }
    eprintln!("{path}: {} revisions", order.len());
}

#[test]
fn django_applications() {
    let sites: &[Site] = if is_full() { &[SAMPLE, FULL] } else { &[SAMPLE] };
    for site in sites {
        match fetched(site.name, site.packages, &[]) {
            Ok(root) => compare_site(&root, site),
            Err(reason) => skip::note(&reason),
        }
    }
}

fn compare_site(root: &Path, site: &Site) {
    let installed: Vec<&str> = CONTRIB.iter().chain(site.installed).copied().collect();
    let trees = survey(root, None);
    let [tree] = &trees.django[..] else { panic!("one tree: {trees:?}") };
    let said = |rows: &[[&str; 2]]| {
        let question = json!({"installed": installed, "rows": rows, "labels": null, "user": null});
        ask("django_oracle.py", root, &question)
    };
    let everything = said(&[]);
    assert!(everything["error"].is_null(), "{}: {everything}", site.name);
    let plan = strings(&everything["plan"]);
    let labels: HashSet<&str> = plan.iter().map(|name| name.split_once('.').unwrap().0).collect();
    for label in &labels {
        assert!(tree.app(label).is_some(), "no application {label}");
    }
    let considered = |label: &str| labels.contains(label);
    for applied in [0, plan.len() / 3, plan.len() / 2, plan.len() - 1, plan.len()] {
        let rows: Vec<[&str; 2]> = plan[..applied].iter().map(|name| name.split_once('.').unwrap().into()).collect();
        let said = said(&rows);
        let recorded: HashSet<Key> = rows.iter().map(|[app, name]| Key::new(*app, *name)).collect();
        let graph = Graph::link(tree, &considered, &recorded);
        assert_eq!(graph.faults(), [], "{}", site.name);
        let names = |keys: Vec<&Key>| keys.into_iter().map(ToString::to_string).collect::<Vec<String>>();
        assert_eq!(names(graph.leaves()), strings(&said["leaves"]), "{}", site.name);
        assert_eq!(names(graph.plan()), strings(&said["plan"]), "{}", site.name);
        assert_eq!(names(graph.pending()), strings(&said["pending"]), "{}", site.name);
        assert_eq!(graph.inconsistencies(), [], "{}", site.name);
        assert!(said["inconsistent"].is_null(), "{said}");
    }
    eprintln!("{}: {} migrations of {} applications", site.name, plan.len(), labels.len());
}
