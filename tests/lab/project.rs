//! Applications on disk: a small Flask shop with Alembic's migrations, as Flask-Migrate lays them out.

use std::fs;
use std::path::{Path, PathBuf};

use super::{schema, workdir};

/// The shop's revisions, base first; the last is [`schema::HEAD`].
pub const REVISIONS: [&str; 3] = ["a1b2c3d4e5f6", "b2c3d4e5f607", schema::HEAD];

/// A directory with an application's code.
#[derive(Debug)]
pub struct Project {
    pub path: PathBuf,
}

impl Project {
    /// A directory without any application.
    pub fn empty() -> Self {
        Self {
            path: workdir::fresh("project"),
        }
    }

    /// The shop, with its three revisions.
    pub fn shop() -> Self {
        let project = Self::empty();
        project.write("app.py", APP);
        project.write("requirements.txt", "Flask\nFlask-SQLAlchemy\nFlask-Migrate\npsycopg2-binary\n");
        project.write("migrations/alembic.ini", INI);
        project.write("migrations/env.py", ENV);
        let [first, second, third] = REVISIONS;
        project
            .revision(
                first,
                &[],
                "op.create_table('customer', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.Text))",
            )
            .revision(
                second,
                &[first],
                "op.create_table('orders', sa.Column('id', sa.Integer, primary_key=True))",
            )
            .revision(
                third,
                &[second],
                "op.create_table('invoice', sa.Column('id', sa.Integer, primary_key=True))",
            )
    }

    /// Adds a revision that follows these; without any, a base.
    pub fn revision(self, id: &str, follows: &[&str], upgrade: &str) -> Self {
        let quoted: Vec<String> = follows.iter().map(|id| format!("'{id}'")).collect();
        let down = match quoted.as_slice() {
            [] => "None".to_owned(),
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        let text = format!(
            "\"\"\"change {id}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\ndown_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    pass\n"
        );
        self.write(&format!("migrations/versions/{id}_change.py"), &text);
        self
    }

    /// Takes a revision's file away.
    pub fn without(self, id: &str) -> Self {
        fs::remove_file(self.path.join(format!("migrations/versions/{id}_change.py"))).expect("the revision is there");
        self
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        write(&self.path.join(name), text);
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file in a directory")).expect("the project is ours");
    fs::write(path, text).expect("the project is ours");
}

const APP: &str = "\
import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']
db = SQLAlchemy(app)
Migrate(app, db)
";

const INI: &str = "\
[alembic]

[loggers]
keys = root

[logger_root]
level = WARN
handlers =
";

const ENV: &str = "\
from alembic import context
from flask import current_app


def run_migrations_online():
    engine = current_app.extensions['migrate'].db.engine
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
";
