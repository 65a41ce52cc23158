//! Questions to a real Python: whose answer counts, what ends it, and what it may not repeat.

#![allow(clippy::unwrap_used)]

#[path = "lab/skip.rs"]
#[allow(unused_macros, unused_imports)]
mod skip;
#[path = "lab/workdir.rs"]
#[allow(dead_code)]
mod workdir;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use dbdoctor::application::runtime::Parts;
use dbdoctor::application::{Question, Runtime, Unanswered};
use dbdoctor::settings::environment::{Account, Environment};
use serde_json::{Value, json};

const PATIENT: Duration = Duration::from_mins(1);

fn runtime(directory: &Path, variables: &[(&str, &str)]) -> Runtime {
    let variables = [&[("PATH", "/usr/local/bin:/usr/bin:/bin")], variables].concat();
    Runtime::find(Parts {
        venv: None,
        programs: &[],
        directory,
        environment: &Environment::new(variables),
        account: None,
    })
}

fn ask(runtime: &Runtime, code: &str) -> Result<Value, Unanswered> {
    ask_within(runtime, code, PATIENT)
}

fn ask_within(runtime: &Runtime, code: &str, limit: Duration) -> Result<Value, Unanswered> {
    runtime.ask(&Question {
        name: "question",
        code,
        argument: json!({"number": 7}),
        limit,
    })
}

#[test]
fn chatter_is_not_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    // The application's own modules must not stand in for Python's, and are there for the question.
    std::fs::write(directory.path().join("json.py"), "raise SystemExit('not this one')\n").unwrap();
    std::fs::write(
        directory.path().join("shop.py"),
        "import os, sys\nprint('{\"answer\": 1}' * 100000, flush=True)\nos.system('echo \"{}\"; echo loud >&2')\nassert sys.stdin.read() == ''\nname = 'shop'\n",
    )
    .unwrap();
    let code = "
def answer(argument):
    import os, shop
    return [shop.name, argument['number'], os.environ['GREETING'], os.getcwd()]
";
    let runtime = runtime(directory.path(), &[("GREETING", "hello")]);
    let seen = ask(&runtime, code).unwrap();
    let here = directory.path().canonicalize().unwrap();
    assert_eq!(seen, json!(["shop", 7, "hello", here]));
    assert!(!directory.path().join("__pycache__").exists());
}

#[test]
fn what_is_raised_comes_with_its_place_and_without_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let text = "import os\nurl = os.environ['DATABASE_URL']\ntry:\n    int(url.split(':')[2].split('/')[0])\nexcept ValueError as error:\n    raise RuntimeError('cannot use ' + url) from error\n";
    std::fs::write(directory.path().join("shop.py"), text).unwrap();
    let url = "postgresql://app:s3cr/t-canary@db/shop";
    let runtime = runtime(directory.path(), &[("DATABASE_URL", url)]);
    let Err(Unanswered::Raised(raised)) = ask(&runtime, "def answer(_):\n    import shop") else {
        panic!("shop cannot be imported")
    };
    let own = raised.own_frame(directory.path()).unwrap();
    assert_eq!((own.file.file_name().unwrap().to_str(), own.line), (Some("shop.py"), 6));
    assert_eq!(raised.kind.raw(), "RuntimeError");
    assert_eq!(raised.root().kind.raw(), "ValueError");
    for text in [raised.to_string(), raised.root().to_string(), format!("{raised:?}")] {
        assert!(!text.contains("s3cr") && !text.contains("canary"), "{text}");
    }
    // A module that is not there is named, and so is the end of a program that ends itself.
    let Err(Unanswered::Raised(raised)) = ask(&runtime, "def answer(_):\n    import nowhere_to_be_found") else {
        panic!("there is no such module")
    };
    assert!(raised.to_string().contains("nowhere_to_be_found"), "{raised}");
    let Err(Unanswered::Raised(raised)) = ask(&runtime, "def answer(_):\n    raise SystemExit(3)") else {
        panic!("it ends itself")
    };
    assert_eq!(raised.to_string(), "SystemExit: 3");
}

#[test]
fn what_hangs_is_ended_with_all_its_children() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("pids");
    let code = "
def answer(argument):
    import os, subprocess, time
    child = subprocess.Popen(['sleep', '600'])
    open('pids', 'w').write(f'{os.getpid()} {child.pid}')
    time.sleep(600)
";
    let runtime = runtime(directory.path(), &[]);
    let began = Instant::now();
    let limit = Duration::from_secs(3);
    assert!(matches!(ask_within(&runtime, code, limit), Err(Unanswered::TooLate(told)) if told == limit));
    assert!(began.elapsed() < Duration::from_mins(1));
    let pids = std::fs::read_to_string(mark).unwrap();
    for pid in pids.split(' ') {
        assert!(gone(pid), "process {pid} is still there");
    }
}

/// Whether the process ends soon; one that has ended and that nobody waited for counts.
fn gone(pid: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    let alive = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
    while alive() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    !alive()
}

#[test]
fn threads_and_exit_handlers_are_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let code = "
def answer(argument):
    import atexit, threading, time
    atexit.register(time.sleep, 600)
    threading.Thread(target=time.sleep, args=(600,)).start()
    return 'here'
";
    let began = Instant::now();
    assert_eq!(ask(&runtime(directory.path(), &[]), code).unwrap(), json!("here"));
    assert!(began.elapsed() < PATIENT);
}

#[test]
fn an_end_without_an_answer() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = runtime(directory.path(), &[("API_TOKEN", "tok-canary-1")]);
    let code = "def answer(argument):\n    import os, sys\n    sys.stderr.write('x' * 100000 + ' no luck with tok-canary-1\\x1b[2J')\n    sys.stderr.flush()\n    os._exit(5)";
    let Err(Unanswered::Died { how, said }) = ask(&runtime, code) else {
        panic!("there is no answer")
    };
    assert!(how.contains('5'), "{how}");
    assert!(said.raw().ends_with("no luck with ***\u{1b}[2J"), "{said}");
    assert!(!said.to_string().contains('\u{1b}') && said.to_string().len() < 3_000);
    assert!(matches!(
        ask(&runtime, "def answer(argument):\n    return 'x' * 20_000_000"),
        Err(Unanswered::Unfit(_))
    ));
    assert!(matches!(
        ask(&runtime, "def answer(argument):\n    return object()"),
        Err(Unanswered::Raised(_))
    ));
    assert!(matches!(
        runtime.ask::<Vec<u8>>(&Question {
            name: "question",
            code: "def answer(argument):\n    return 'text'",
            argument: Value::Null,
            limit: PATIENT
        }),
        Err(Unanswered::Unfit(_))
    ));
    assert!(matches!(
        ask(&Runtime::impossible("no"), "def answer(argument):\n    pass"),
        Err(Unanswered::Impossible(_))
    ));
}

#[test]
fn it_runs_as_the_services_user() {
    if !std::fs::metadata("/proc/self").is_ok_and(|status| std::os::unix::fs::MetadataExt::uid(&status) == 0) {
        return skip::note("only root becomes another user");
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let nobody = Account::find("nobody").unwrap();
    let runtime = Runtime::find(Parts {
        venv: None,
        programs: &[],
        directory: directory.path(),
        environment: &Environment::new([("PATH", "/usr/bin:/bin")]),
        account: Some(nobody.clone()),
    });
    let seen = ask(
        &runtime,
        "def answer(argument):\n    import os\n    return [os.getuid(), os.getgid()]",
    )
    .unwrap();
    assert_eq!(seen, json!([nobody.uid, nobody.gid]));
    assert!(runtime.described().ends_with("as user \"nobody\""), "{}", runtime.described());
}
