//! How long large trees take. The times are printed, not judged.

use std::time::Instant;

use dbdoctor::migrations::survey;

use crate::project::{ENV, INI, project, revision, write};

const SIZE: usize = 5_000;

#[test]
fn five_thousand_revisions() {
    let directory = project(&[("alembic.ini", INI), ("migrations/env.py", ENV)]);
    for at in 0..SIZE {
        let down = if at == 0 { "None".to_owned() } else { format!("'r{}'", at - 1) };
        write(
            directory.path(),
            &format!("migrations/versions/{at:05}_x.py"),
            &revision(&format!("'r{at}'"), &down, "None", "None"),
        );
    }
    let start = Instant::now();
    let trees = survey(directory.path(), None);
    eprintln!("{SIZE} Alembic revisions: {:?}", start.elapsed());
    let graph = &trees.alembic[0].graph;
    assert_eq!(graph.heads(), [format!("r{}", SIZE - 1)]);
    let applied = graph.applied(["r10"]);
    assert_eq!((applied.count(), graph.pending(&applied).len()), (11, SIZE - 11));
}

#[test]
fn five_thousand_django_migrations() {
    let directory = project(&[("manage.py", ""), ("shop/__init__.py", ""), ("shop/migrations/__init__.py", "")]);
    for at in 0..SIZE {
        let dependencies = if at == 0 {
            String::new()
        } else {
            format!("('shop', '{:05}_x')", at - 1)
        };
        write(
            directory.path(),
            &format!("shop/migrations/{at:05}_x.py"),
            &format!(
                "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n\n    dependencies = [\n        \
                 {dependencies}\n    ]\n\n    operations = [\n        migrations.AddField('thing', 'f{at}', \
                 models.CharField(max_length=10, default='')),\n    ]\n"
            ),
        );
    }
    let start = Instant::now();
    let trees = survey(directory.path(), None);
    eprintln!("{SIZE} Django migrations, read: {:?}", start.elapsed());
    let graph = dbdoctor::migrations::django::Graph::link(&trees.django[0], &|_| true, &std::collections::HashSet::new());
    eprintln!("{SIZE} Django migrations, linked: {:?}", start.elapsed());
    assert_eq!((graph.leaves().len(), graph.pending().len()), (1, SIZE));
}
