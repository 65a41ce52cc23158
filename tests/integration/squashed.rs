//! Migrations that Django's own command squashed, in every state that a database can be in, against Django's own word.

use crate::harness::Run;
use crate::lab::database::Database;
use crate::lab::python::{Django, Venv};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::migrations::examine;

const SQUASHED: &str = "0001_customer_squashed_0002_mail";

/// What `showmigrations --plan` does not mark as applied.
fn pending(django: &Django) -> Vec<String> {
    let plan = django.manage(&["showmigrations", "--plan"]);
    let waiting = plan.lines().filter_map(|line| line.strip_prefix("[ ]  "));
    waiting
        .map(|line| line.split_whitespace().next().expect("a name").to_owned())
        .collect()
}

#[track_caller]
fn same_as_django(run: &Run, django: &Django) {
    let theirs = pending(django);
    if theirs.is_empty() {
        run.sound();
        assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
        return;
    }
    assert_eq!(run.status, 16, "{}", run.stdout);
    assert_eq!(
        run.row("migrations")["facts"]["pending"],
        theirs.len(),
        "{theirs:?}: {}",
        run.stdout
    );
    for name in theirs {
        assert!(
            run.stdout.contains(&name) || run.codes().contains(&"migrations/never-applied".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn as_django_itself_sees_them() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    let check = || examine(&database, &django.path).run();
    django.manage(&["squashmigrations", "shop", "0001", "0002", "--noinput"]);
    // Nothing, a part, and all of what is replaced is applied.
    same_as_django(&check(), &django);
    assert_eq!(pending(&django), [format!("shop.{SQUASHED}")]);
    django.remove(&format!("shop/migrations/{SQUASHED}.py"));
    django.manage(&["migrate", "shop", "0001"]);
    django.manage(&["squashmigrations", "shop", "0001", "0002", "--noinput"]);
    same_as_django(&check(), &django);
    assert_eq!(pending(&django), ["shop.0002_mail"]);
    django.manage(&["migrate"]);
    same_as_django(&check(), &django);

    // The squashed one counts once the originals are gone, as the last step of a squash has it.
    let file = django.path.join(format!("shop/migrations/{SQUASHED}.py"));
    let text = std::fs::read_to_string(&file).expect("Django wrote it");
    let begin = text.find("    replaces").expect("a list");
    let end = begin + text[begin..].find('\n').expect("a line");
    std::fs::write(&file, format!("{}{}", &text[..begin], &text[end..])).expect("the project is ours");
    django.remove("shop/migrations/0001_customer.py");
    django.remove("shop/migrations/0002_mail.py");
    let run = check();
    run.sound().warns("migrations/record-without-file");
    assert!(pending(&django).is_empty());
}
