//! A Django project under Gunicorn whose persistent connections fill the server: each thread keeps one.

use std::time::{Duration, Instant};

use super::filled::{USABLE, counted, small, wait_for};
use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::release::Release;
use crate::lab::server::Server;
use crate::lab::service::{Gunicorn, answer};
use crate::lab::session::Session;
use crate::lab::skip::need;

const WORKERS: i64 = 4;

const SETTINGS: &str = "
import os
SECRET_KEY = 'x'
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'website.urls'
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql',
    'NAME': 'shop', 'USER': 'app', 'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': '127.0.0.1', 'PORT': os.environ['DB_PORT'],
    'CONN_MAX_AGE': None,
}}
";

/// The pause makes requests that come together meet in different threads.
const URLS: &str = "
from django.db import connection
from django.http import HttpResponse
from django.urls import path
def root(request):
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_sleep(0.2)')
    return HttpResponse('sold')
urlpatterns = [path('', root)]
";

fn project() -> Project {
    let project = Project::empty();
    for (name, text) in [
        (
            "manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'website.settings')\n",
        ),
        ("website/__init__.py", ""),
        ("website/settings.py", SETTINGS),
        ("website/urls.py", URLS),
        (
            "shop.py",
            "import manage\nfrom django.core.wsgi import get_wsgi_application\napp = get_wsgi_application()\n",
        ),
    ] {
        project.write(name, text);
    }
    project
}

fn start(venv: &Venv, server: &Server, project: &Project, threads: i64) -> Gunicorn {
    let dsn = server.dsn("app").to_string();
    let variables = [
        ("DATABASE_URL", dsn.as_str()),
        ("DB_PASSWORD", &crate::lab::canary::of("app")),
        ("DB_PORT", &server.port().to_string()),
        ("PATH", "/usr/bin:/bin"),
    ];
    // No worker takes in more than it has threads: the others get the rest.
    let each = threads.to_string();
    let arguments = ["--workers", &WORKERS.to_string(), "--threads", &each, "--worker-connections", &each];
    let gunicorn = Gunicorn::start(venv, &project.path, &variables, &arguments);
    gunicorn.wait_for_workers(usize::try_from(WORKERS).expect("a small number"));
    gunicorn
}

/// Lets requests come, so many at a time, until so many connections have been opened; what the log says then.
fn serve(gunicorn: &Gunicorn, server: &Server, mark: usize, connections: i64) -> String {
    let connections = usize::try_from(connections).expect("a small number");
    let deadline = Instant::now() + Duration::from_mins(2);
    while server.log_since(mark).matches("connection authorized: user=app").count() < connections {
        assert!(Instant::now() < deadline, "{}", server.log_since(mark));
        let port = gunicorn.port;
        let requests: Vec<_> = (0..connections).map(|_| std::thread::spawn(move || answer(port))).collect();
        for request in requests {
            request.join().expect("the request ends");
        }
    }
    server.log_since(mark)
}

/// The superuser's count of all clients, once those who are leaving have left.
fn settled(superuser: &mut Session, expected: i64) -> i64 {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let count = superuser.run("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
        let count: i64 = count.trim().parse().expect("a number");
        if count == expected {
            return count;
        }
        assert!(Instant::now() < deadline, "{count} clients, not {expected}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn persistent_connections_fill_the_server() {
    let venv = need!(Venv::shared());
    let server = small(Release::installed());
    let project = project();
    let check = |role: &str| Doctor::check().args(["--skip", "migrations"]).dsn(server.dsn(role));

    // Twelve threads in each worker are more than there is room for; two of them have work so far.
    let mark = server.log_mark();
    let greedy = start(venv, &server, &project, 12);
    serve(&greedy, &server, mark, 2);
    let run = Doctor::check()
        .args(["--skip", "migrations", "--pid", &greedy.pid().to_string()])
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(facts["demand_formula"], "4 workers × 12 threads = 48", "{}", run.stdout);
    run.sound().warns("pool/demand-exceeds-capacity");
    let detail = run.finding("pool/demand-exceeds-capacity")["detail"].to_string();
    let threads = USABLE / WORKERS;
    assert!(
        detail.contains(&format!("The largest that fits: {threads} threads in each worker")),
        "{detail}"
    );
    drop(greedy);
    wait_for(&server, 0);

    // One thread less than fits in each: some slots are left, and the counts are the superuser's, whose session is one of them.
    let mark = server.log_mark();
    let nearly = start(venv, &server, &project, threads - 1);
    let filled = WORKERS * (threads - 1);
    serve(&nearly, &server, mark, filled);
    let mut superuser = server.session("postgres", "postgres");
    for role in ["app", "monitor"] {
        let used = settled(&mut superuser, filled + 1);
        let facts = check(role).run().row("pool")["facts"].clone();
        let own = if role == "app" { filled } else { 0 };
        assert_eq!(
            (&facts["usable"], &facts["used"], &facts["used_by_role"], &facts["used_in_database"]),
            (&USABLE.into(), &used.into(), &own.into(), &filled.into()),
            "{role}: {facts:#}"
        );
    }
    drop(superuser);
    drop(nearly);
    wait_for(&server, 0);

    // What was recommended gets in to the last thread, and the slots are taken.
    let mark = server.log_mark();
    let fitting = start(venv, &server, &project, threads);
    let log = serve(&fitting, &server, mark, USABLE);
    assert!(!log.contains("remaining connection slots"), "{log}");
    assert_eq!(counted(&server), USABLE);
    check("app").run().fails_in("auth", "pool/reserved-slots-only");
}
