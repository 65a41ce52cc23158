//! A Django project under Gunicorn that fills the server: each thread keeps a connection for each database, or each process a pool.

use std::time::{Duration, Instant};

use super::filled::{USABLE, recommended, small, wait_for, wait_until_full};
use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::release::Release;
use crate::lab::server::Server;
use crate::lab::service::{Gunicorn, answer};
use crate::lab::session::Session;

const SETTINGS: &str = "
import os
SECRET_KEY = 'x'
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'website.urls'
DATABASES = {ENTRIES
}
";

const ENTRY: &str = "
    'ALIAS': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'shop', 'USER': 'app', 'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': '127.0.0.1', 'PORT': os.environ['DB_PORT'],
        KEEPING,
    },";

/// The pause makes requests that come together meet in different threads.
const URLS: &str = "
from django.db import connections
from django.http import HttpResponse
from django.urls import path
def root(request):
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute('SELECT pg_sleep(0.2)')
    return HttpResponse('sold')
urlpatterns = [path('', root)]
";

/// How the project keeps its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// `CONN_MAX_AGE`, for this many databases of the same server.
    PerThread { databases: i64 },
    /// `OPTIONS['pool']`, since 5.1.
    Pool,
}

/// What one process may open: its threads, or its pool's size.
type Each = i64;

impl Keeping {
    /// So many that the largest that fits leaves no slot.
    fn workers(self) -> i64 {
        match self {
            Self::PerThread { databases } => 4 / databases,
            Self::Pool => 4,
        }
    }

    fn databases(self) -> i64 {
        match self {
            Self::PerThread { databases } => databases,
            Self::Pool => 1,
        }
    }

    fn formula(self, each: Each) -> String {
        let workers = self.workers();
        let total = workers * each * self.databases();
        match self {
            Self::PerThread { databases: 1 } => format!("{workers} workers × {each} threads = {total}"),
            Self::PerThread { databases } => format!("{workers} workers × {each} threads × {databases} databases = {total}"),
            Self::Pool => format!("{workers} workers × pool size {each} = {total}, without any overflow"),
        }
    }

    fn project(self, each: Each) -> Project {
        let keeping = match self {
            Self::PerThread { .. } => "'CONN_MAX_AGE': None".to_owned(),
            Self::Pool => format!("'OPTIONS': {{'pool': {{'min_size': 1, 'max_size': {each}}}}}"),
        };
        let entries: String = ["default", "stock"]
            .iter()
            .zip(0..self.databases())
            .map(|(alias, _)| ENTRY.replace("ALIAS", alias).replace("KEEPING", &keeping))
            .collect();
        let project = Project::empty();
        for (name, text) in [
            (
                "manage.py",
                "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'website.settings')\n",
            ),
            ("website/__init__.py", ""),
            ("website/settings.py", &SETTINGS.replace("ENTRIES", &entries)),
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

    fn start(self, venv: &Venv, server: &Server, each: Each) -> Gunicorn {
        let dsn = server.dsn("app").to_string();
        let variables = [
            ("DATABASE_URL", dsn.as_str()),
            ("DB_PASSWORD", &crate::lab::canary::of("app")),
            ("DB_PORT", &server.port().to_string()),
            ("PATH", "/usr/bin:/bin"),
        ];
        let threads = match self {
            Self::PerThread { .. } => each,
            // More than the pool has connections.
            Self::Pool => each + 2,
        };
        // No worker takes in more than it has threads: the others get the rest.
        let (workers, threads) = (self.workers().to_string(), threads.to_string());
        let arguments = ["--workers", &workers, "--threads", &threads, "--worker-connections", &threads];
        Gunicorn::start(venv, &self.project(each).path, &variables, &arguments)
    }
}

/// Lets requests come, so many at a time, until so many connections are open.
fn serve(gunicorn: &Gunicorn, server: &Server, connections: i64) {
    let connections = usize::try_from(connections).expect("a small number");
    let deadline = Instant::now() + Duration::from_mins(2);
    while server.sessions_of("app") < connections {
        assert!(Instant::now() < deadline, "{}", server.log());
        let port = gunicorn.port;
        let requests: Vec<_> = (0..2 * connections).map(|_| std::thread::spawn(move || answer(port))).collect();
        for request in requests {
            request.join().expect("the request ends");
        }
    }
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

/// What is recommended, as the finding puts it.
fn largest(keeping: Keeping, detail: &serde_json::Value) -> Each {
    if keeping == Keeping::Pool {
        return recommended(detail);
    }
    let (_, rest) = detail
        .as_str()
        .expect("a text")
        .split_once("The largest that fits: ")
        .expect("a recommendation");
    let (number, _) = rest.split_once(" threads in each worker").expect("a number of threads");
    number.parse().expect("a number")
}

pub fn django_fills_the_server(venv: &Venv, release: &Release, keeping: Keeping) {
    let server = small(release);
    let check = |role: &str| Doctor::check().args(["--skip", "migrations"]).dsn(server.dsn(role));
    let filled = |each: Each| keeping.workers() * each * keeping.databases();

    // Twelve in each worker are more than there is room for; two of them have work so far.
    let greedy = keeping.start(venv, &server, 12);
    serve(&greedy, &server, 2);
    let run = Doctor::check()
        .args(["--skip", "migrations", "--pid", &greedy.pid().to_string()])
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(facts["demand_formula"], keeping.formula(12), "{}", run.stdout);
    run.sound().warns("pool/demand-exceeds-capacity");
    let each = largest(keeping, &run.finding("pool/demand-exceeds-capacity")["detail"]);
    assert_eq!(filled(each), USABLE);
    drop(greedy);
    wait_for(&server, 0);

    // One less than fits in each: some slots are left, and the counts are the superuser's, whose session is one of them.
    let nearly = keeping.start(venv, &server, each - 1);
    serve(&nearly, &server, filled(each - 1));
    let mut superuser = server.session("postgres", "postgres");
    for role in ["app", "monitor"] {
        let used = settled(&mut superuser, filled(each - 1) + 1);
        let facts = check(role).run().row("pool")["facts"].clone();
        let own = if role == "app" { filled(each - 1) } else { 0 };
        assert_eq!(
            (&facts["usable"], &facts["used"], &facts["used_by_role"], &facts["used_in_database"]),
            (&USABLE.into(), &used.into(), &own.into(), &filled(each - 1).into()),
            "{role}: {facts:#}"
        );
    }
    drop(superuser);
    drop(nearly);
    wait_for(&server, 0);

    // What was recommended gets in to the last, and the slots are taken.
    let mark = server.log_mark();
    let fitting = keeping.start(venv, &server, each);
    serve(&fitting, &server, USABLE);
    wait_until_full(&server, USABLE);
    let log = server.log_since(mark);
    assert!(!log.contains("remaining connection slots"), "{log}");
    check("app").run().fails_in("auth", "pool/reserved-slots-only");
}
