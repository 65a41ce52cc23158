//! Large migration trees: what is known of them without running them, against the tools themselves.

use std::fs;
use std::path::Path;

use super::call::Call;
use super::duel::Duel;
use super::scale::Scale;
use crate::lab::database::Database;
use crate::lab::python::{Alembic, Django, Venv};
use crate::lab::server::Server;

pub fn print(scale: &Scale) {
    let venv = match Venv::of_peers() {
        Ok(venv) => venv,
        Err(reason) => return println!("not measured: {reason}"),
    };
    let server = Server::shared();
    alembic(scale, venv, &Database::empty(server));
    django(scale, venv, &Database::empty(server));
}

fn alembic(scale: &Scale, venv: &'static Venv, database: &Database) {
    let project = Alembic::init(venv, database);
    for at in 0..scale.migrations {
        let down = at.checked_sub(1).map_or("None".to_owned(), |before| format!("'r{before}'"));
        let text = format!(
            "\"\"\"change {at}\n\nRevision ID: r{at}\nRevises: {down}\n\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\nrevision = \
             'r{at}'\ndown_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    op.add_column('thing', \
             sa.Column('f{at}', sa.Text))\n\n\ndef downgrade():\n    op.drop_column('thing', 'f{at}')\n"
        );
        fs::write(project.path.join(format!("migrations/versions/r{at}_change.py")), text).expect("the project is ours");
    }
    project.run(&["stamp", "head"]);
    for command in ["heads", "current"] {
        let theirs = Call::new(venv.program("alembic")).args([command]).directory(&project.path);
        let what = format!("alembic {command}, {} revisions", scale.migrations);
        Duel::fight(&ours(scale, &project.path), &theirs, scale.slow_pairs).print(&what);
    }
}

fn django(scale: &Scale, venv: &'static Venv, database: &Database) {
    let project = Django::start(venv, database);
    for at in 3..=scale.migrations {
        let before = match at {
            3 => "0002_mail".to_owned(),
            _ => format!("{:04}_more", at - 1),
        };
        let text = format!(
            "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n\n    dependencies = [\n        ('shop', \
             '{before}'),\n    ]\n\n    operations = [\n        migrations.AlterField('customer', 'name', \
             models.CharField(max_length={at})),\n    ]\n"
        );
        project.write(&format!("shop/migrations/{at:04}_more.py"), &text);
    }
    let theirs = Call::new(venv.program("python"))
        .args(["manage.py", "migrate", "--check"])
        .directory(&project.path)
        .or_status(1);
    let what = format!("manage.py migrate --check, {} migrations", scale.migrations);
    Duel::fight(&ours(scale, &project.path), &theirs, scale.slow_pairs).print(&what);
}

fn ours(scale: &Scale, project: &Path) -> Call {
    Call::new(&scale.binary).args(["migrations", "--project"]).args([project])
}
