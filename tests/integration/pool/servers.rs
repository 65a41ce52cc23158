//! Command lines of application servers, read here and by the servers themselves.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use dbdoctor::app_server;
use dbdoctor::secret::Secret;

use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::skip::need;

/// A command line, variables, and files beside it.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

const CASES: &[Case] = &[
    ("gunicorn -w 3 shop:app", &[], &[]),
    ("gunicorn -w3 -k gthread --threads=4 shop:app", &[], &[]),
    ("gunicorn -w=3 --threads 2 --preload -b :8000 shop:app", &[], &[]),
    ("gunicorn shop:app -w 2 -w 5", &[], &[]),
    ("gunicorn shop:app", &[], &[]),
    ("gunicorn shop:app", &[("WEB_CONCURRENCY", "2")], &[]),
    ("gunicorn -w 4 shop:app", &[("WEB_CONCURRENCY", "2")], &[]),
    (
        "gunicorn shop:app",
        &[("WEB_CONCURRENCY", "2"), ("GUNICORN_CMD_ARGS", "--workers=4 --threads=2")],
        &[],
    ),
    (
        "gunicorn --threads 3 shop:app",
        &[("GUNICORN_CMD_ARGS", "--name 'my -w 9 shop' --threads 5 --workers 2")],
        &[],
    ),
    ("gunicorn shop:app", &[], &[("gunicorn.conf.py", "workers = 5\nthreads = 2\n")]),
    ("gunicorn -w 1 shop:app", &[], &[("gunicorn.conf.py", "workers = 5\nthreads = 2\n")]),
    (
        "gunicorn shop:app",
        &[("WEB_CONCURRENCY", "7"), ("N", "6")],
        &[("gunicorn.conf.py", "import os\nworkers = int(os.environ['N']) // 2\n")],
    ),
    (
        "gunicorn shop:app",
        &[("GUNICORN_CMD_ARGS", "-c other.py -w 2")],
        &[("gunicorn.conf.py", "workers = 5\n"), ("other.py", "workers = 8\nthreads = 3\n")],
    ),
    (
        "gunicorn --config file:conf.py shop:app",
        &[],
        &[("conf.py", "worker_class = 'gevent'\nworker_connections = 20\n")],
    ),
    ("gunicorn -k gevent --worker-connections 50 -w 2 shop:app", &[], &[]),
    ("gunicorn --worker-class=gevent shop:app", &[], &[]),
    // The file is looked for where gunicorn is started.
    (
        "gunicorn --chdir below shop:app",
        &[],
        &[
            ("gunicorn.conf.py", "workers = 5\n"),
            ("below/gunicorn.conf.py", "workers = 6\n"),
            ("below/shop.py", "def app(environ, start_response):\n    pass\n"),
        ],
    ),
    ("uvicorn --workers 3 shop:app", &[], &[]),
    ("uvicorn shop:app --workers=2 --port 8000", &[("WEB_CONCURRENCY", "4")], &[]),
    ("uvicorn shop:app", &[("WEB_CONCURRENCY", "4")], &[]),
    ("uvicorn shop:app", &[("WEB_CONCURRENCY", "4"), ("UVICORN_WORKERS", "2")], &[]),
    ("uvicorn shop:app", &[], &[]),
    ("hypercorn -w 2 shop:app", &[], &[]),
    ("hypercorn --workers 3 --bind 0.0.0.0:8000 shop:app", &[], &[]),
    ("hypercorn shop:app", &[], &[]),
    (
        "hypercorn --config conf.toml shop:app",
        &[],
        &[("conf.toml", "bind = 'localhost:8000'\nworkers = 4\n")],
    ),
    (
        "hypercorn -c conf.toml -w 2 shop:app",
        &[],
        &[("conf.toml", "bind = 'localhost:8000'\nworkers = 4\n")],
    ),
    ("granian --interface wsgi --workers 3 --blocking-threads 2 shop:app", &[], &[]),
    ("granian --interface=wsgi --workers=3 shop:app", &[], &[]),
    (
        "granian --interface wsgi shop:app",
        &[("GRANIAN_BLOCKING_THREADS", "7"), ("GRANIAN_WORKERS", "2")],
        &[],
    ),
    ("granian --interface wsgi --backlog 512 --backpressure 90 shop:app", &[], &[]),
    ("granian --interface asgi --workers 2 shop:app", &[], &[]),
    ("granian shop:app", &[("GRANIAN_INTERFACE", "wsgi"), ("GRANIAN_WORKERS", "2")], &[]),
    ("granian shop:app", &[], &[]),
    ("waitress-serve --threads=6 shop:app", &[], &[]),
    ("waitress-serve --threads 8 --port=8000 shop:app", &[], &[]),
    ("waitress-serve shop:app", &[], &[]),
    ("celery -A tasks worker -c 5", &[], &[]),
    ("celery -A tasks worker --concurrency=5 -l info -Q fast,slow", &[], &[]),
    ("celery -A tasks worker --concurrency 5 -B", &[], &[]),
    ("celery -A tasks worker --autoscale=8,2", &[], &[]),
    ("celery -A tasks worker --autoscale 8,2 -c 4", &[], &[]),
    ("celery -A tasks worker -P threads -c 3", &[], &[]),
    ("celery -A tasks worker --pool=threads --concurrency 30", &[], &[]),
    ("celery -A tasks worker --pool=solo", &[], &[]),
    ("celery -A tasks worker", &[], &[]),
];

#[test]
fn command_lines_mean_what_the_servers_make_of_them() {
    let venv = need!(Venv::of_applications());
    let mut wrong = Vec::new();
    for (line, variables, files) in CASES {
        let project = Project::empty();
        project.write("shop.py", "def app(environ, start_response):\n    pass\n");
        project.write("tasks.py", "from celery import Celery\napp = Celery('tasks')\n");
        for (name, text) in *files {
            project.write(name, text);
        }
        let original = original(venv, &project.path, line, variables);
        let words: Vec<Secret> = line.split(' ').map(Secret::new).collect();
        let known: BTreeMap<String, Secret> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Secret::new(*value)))
            .collect();
        let read = app_server::read(&words, &known, Some(&project.path), true);
        let number = |told: &Option<app_server::Told>| told.as_ref().and_then(app_server::Told::number);
        let read = [number(&read.workers), number(&read.threads)];
        if read != original {
            wrong.push(format!("{line} {variables:?}: {read:?}, and not {original:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The processes and the threads of each; `None` is for the event loop or the code to say.
fn original(venv: &Venv, directory: &Path, line: &str, variables: &[(&str, &str)]) -> [Option<u32>; 2] {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/pool/servers.py");
    let output = Command::new(venv.program("python"))
        .arg(script)
        .args(line.split(' '))
        .current_dir(directory)
        .env_clear()
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables.iter().copied())
        .output()
        .expect("the virtual environment is there");
    let said = String::from_utf8_lossy(&output.stdout);
    let answer = said.lines().last().unwrap_or_default();
    serde_json::from_str(answer).unwrap_or_else(|error| panic!("{line}: {error}: {said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// uWSGI says itself how many requests it can serve at a time.
#[test]
fn uwsgi_has_the_cores_that_were_read() {
    let venv = need!(Venv::of_applications());
    for (line, ini) in [
        ("uwsgi --ini shop.ini", "[uwsgi]\nprocesses = 4\nthreads = 2\n"),
        ("uwsgi shop.ini -p 3", "[uwsgi]\n; processes = 9\nenable-threads = true\n"),
        ("uwsgi --ini shop.ini --workers=2", "[other]\nprocesses = 5\n[uwsgi]\nthreads = 3\n"),
        ("uwsgi --ini shop.ini", "[uwsgi]\nmaster = true\n"),
    ] {
        let project = Project::empty();
        project.write("shop.ini", ini);
        project.write("shop.py", "def application(environ, start_response):\n    pass\n");
        let words: Vec<Secret> = line.split(' ').map(Secret::new).collect();
        let read = app_server::read(&words, &BTreeMap::new(), Some(&project.path), true);
        let cores = [read.workers, read.threads].map(|told| told.and_then(|told| told.number()).expect("a number"));
        let cores = cores.iter().product::<u32>();
        let (_, arguments) = line.split_once(' ').expect("arguments");
        let log = project.path.join("log");
        let mut uwsgi = Command::new(venv.program("uwsgi"))
            .args(arguments.split(' '))
            .args(["--socket", "127.0.0.1:0", "--wsgi-file", "shop.py"])
            .current_dir(&project.path)
            .stdin(std::process::Stdio::null())
            .stdout(fs::File::create(&log).expect("the project is ours"))
            .stderr(fs::File::options().append(true).open(&log).expect("it was made"))
            .process_group(0)
            .spawn()
            .expect("the virtual environment is there");
        let said = wait_for(&log, "Operational MODE");
        let group = format!("-{}", uwsgi.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).status();
        let _ = uwsgi.wait();
        assert!(said.contains(&format!("for {cores} cores")), "{line}: {cores}: {said}");
    }
}

fn wait_for(log: &Path, text: &str) -> String {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    loop {
        let said = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
        if said.contains(text) {
            return said;
        }
        assert!(std::time::Instant::now() < deadline, "{said}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
