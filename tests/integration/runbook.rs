//! The commands to run by hand: run by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use crate::harness::Doctor;
use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::network::Network;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::project::Project;
use crate::lab::python::{Alembic, Django, Venv};
use crate::lab::server::Server;
use crate::lab::service::Root;
use crate::lab::skip::{self, need};
use crate::lab::{authority, canary, install, port, tools, workdir};

fn runbook() -> Doctor {
    Doctor::command("runbook")
}

/// The programs that the commands call, each with Debian's package.
const TOOLS: &[(&str, &str)] = &[
    ("nc", "netcat-openbsd"),
    ("dig", "bind9-dnsutils"),
    ("openssl", "openssl"),
    ("ss", "iproute2"),
];

/// Installs what is missing.
fn prepare() {
    static READY: LazyLock<()> = LazyLock::new(|| {
        for (program, package) in TOOLS {
            if let Err(why) = install::until_found(package, || tools::in_path(program)) {
                skip::note(&format!("{program}: {why}"));
            }
        }
    });
    *READY;
}

/// The commands of a target, to be run in its network.
struct ByHand {
    document: Value,
    password: String,
    network: Option<Network>,
    directory: PathBuf,
}

impl ByHand {
    fn of(call: Doctor, password: &str) -> Self {
        prepare();
        let run = call.in_format("json");
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        Self {
            document: run.json(),
            password: password.to_owned(),
            network: None,
            directory: workdir::fresh("by-hand"),
        }
    }

    fn in_network(mut self, network: &Network) -> Self {
        self.network = Some(network.clone());
        self
    }

    fn steps(&self, topic: &str) -> Vec<Value> {
        let sections = self.document["sections"].as_array().unwrap();
        let section = sections.iter().find(|section| section["topic"] == topic);
        section.unwrap_or_else(|| panic!("no section {topic}"))["steps"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The command of a topic that calls this tool.
    fn step(&self, topic: &str, tool: &str) -> Value {
        let mut steps = self.steps(topic).into_iter().filter(|step| step["tool"] == tool);
        steps.next().unwrap_or_else(|| panic!("{topic} has no {tool}: {:#}", self.document))
    }

    /// Pastes the variables, types the password, and pastes the command. How it ended, and what it showed.
    fn paste(&self, step: &Value) -> (i32, String) {
        let prelude: Vec<String> = self.steps("connection").iter().map(run_of).collect();
        let mut words = self.network.as_ref().map_or_else(Vec::new, Network::prefix);
        words.extend(["sh", "-c"].map(Into::into));
        words.push(format!("{}\n{}", prelude.join("\n"), run_of(step)).into());
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", &self.directory)
            .env("PGHOST", "what.this.shell.has.set.before")
            .env("PGSERVICE", "nosuch")
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh is there");
        let typed = format!("{}\n", self.password);
        let _ = std::io::Write::write_all(&mut child.stdin.take().expect("piped"), typed.as_bytes());
        let output = child.wait_with_output().expect("it is our child");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (output.status.code().unwrap_or(-1), said.concat())
    }

    /// The commands of the topics, each of which has to end well.
    fn all_is_well(&self, topics: &[&str]) {
        for topic in topics {
            for step in self.steps(topic) {
                // Of names of /etc/hosts alone the name servers know nothing, and their absence from there is no fault.
                if step["tool"] == "dig" || run_of(&step).starts_with("grep -nwF") {
                    continue;
                }
                let (status, said) = self.paste(&step);
                let goods = looks(&step);
                let mut goods = goods.iter().filter(|look| look["code"].is_null());
                let expected = i32::from(goods.any(|look| look["shows"].as_str().unwrap().ends_with("exit code 1")));
                assert_eq!(status, expected, "{}\n{said}", run_of(&step));
                for look in looks(&step) {
                    let fragment = look["says"].as_str().unwrap_or("\u{0}");
                    assert!(look["code"].is_null() || !said.contains(fragment), "{}\n{said}", run_of(&step));
                }
            }
        }
    }

    /// Some command of the topic shows what stands beside this code.
    fn tells(&self, topic: &str, code: &str) {
        let mut all = String::new();
        for step in self.steps(topic) {
            let (_, said) = self.paste(&step);
            let told = looks(&step)
                .iter()
                .any(|look| look["code"] == code && look["says"].as_str().is_some_and(|fragment| said.contains(fragment)));
            if told {
                return;
            }
            let _ = write!(all, "$ {}\n{said}\n", run_of(&step));
        }
        panic!("nothing tells {code}:\n{all}");
    }
}

fn run_of(step: &Value) -> String {
    step["run"].as_str().expect("a command").to_owned()
}

fn looks(step: &Value) -> Vec<Value> {
    step["look"].as_array().expect("a list").clone()
}

/// The runbook of this connection, which is read from an env file.
fn of(dsn: &Dsn) -> Doctor {
    runbook().args(["--env-file"]).arg(env_file(dsn))
}

fn env_file(dsn: &Dsn) -> PathBuf {
    let path = workdir::fresh("settings").join("app.env");
    fs::write(&path, format!("DEBUG=1\nDATABASE_URL={dsn}\n")).unwrap();
    path
}

const NETWORK_TOPICS: &[&str] = &["config", "dns", "tcp", "tls", "auth", "privileges", "pool"];

#[test]
fn a_whole_runbook() {
    let server = Server::shared();
    let call = of(&server.dsn("app")).project(&Project::shop().path);
    for format in ["human", "markdown"] {
        let run = call.clone().in_format(format);
        assert_eq!(run.status, 0, "{}", run.stderr);
        insta::assert_snapshot!(format!("runbook_{format}"), run.normalised());
    }
}

#[test]
fn every_command_works_over_tls() {
    ByHand::of(of(&Server::shared().dsn("app")), &canary::of("app")).all_is_well(NETWORK_TOPICS);
}

#[test]
fn every_command_works_over_the_socket() {
    let by_hand = ByHand::of(of(&Server::shared().socket_dsn("app")), &canary::of("app"));
    by_hand.all_is_well(NETWORK_TOPICS);
    let sections = by_hand.document["sections"].as_array().unwrap();
    for topic in ["dns", "tls"] {
        let section = sections.iter().find(|section| section["topic"] == topic).unwrap();
        assert!(section["skipped"].is_string(), "{section:#}");
    }
}

#[test]
fn every_command_works_over_ipv6_and_with_several_hosts() {
    let dsn = Server::shared().dsn("app").sslmode("require");
    for host in ["[::1]", "127.0.0.1"] {
        ByHand::of(of(&dsn.clone().host(host)), &canary::of("app")).all_is_well(NETWORK_TOPICS);
    }
    let several = format!("localhost:{},127.0.0.1", Server::shared().port());
    ByHand::of(of(&dsn.host(&several)), &canary::of("app")).all_is_well(NETWORK_TOPICS);
}

#[test]
fn every_command_works_with_an_awkward_password() {
    let dsn = Server::shared().dsn("awkward").password(&canary::awkward());
    ByHand::of(of(&dsn), &canary::awkward()).all_is_well(&["auth", "privileges"]);
}

/// The whole as one script, with the password typed into it.
#[test]
fn the_whole_runs_as_a_script() {
    prepare();
    let run = of(&Server::shared().dsn("app")).in_format("human");
    let script = workdir::fresh("script").join("by-hand.sh");
    fs::write(&script, &run.stdout).unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg("printf '%s\\n' \"$0\" | sh \"$1\" 2>&1")
        .arg(canary::of("app"))
        .arg(&script)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for shown in ["Verification: OK", "accepting connections", "max_connections", "standby"] {
        assert!(said.contains(shown), "{shown}:\n{said}");
    }
}

#[test]
fn refusals_are_told_as_check_tells_them() {
    let server = Server::shared();
    let require = |role: &str| server.dsn(role).sslmode("require");
    let cases = [
        ("auth", require("app").password(&canary::wrong()), "auth/password-rejected"),
        ("auth", require("app").no_password(), "auth/password-missing"),
        ("auth", require("nohba"), "auth/no-hba-entry"),
        ("auth", require("rejected"), "auth/hba-rejected"),
        ("auth", require("nologin"), "auth/login-not-permitted"),
        ("auth", require("limited"), "pool/role-limit"),
        ("auth", server.socket_dsn("peered"), "auth/peer-mismatch"),
        ("tcp", require("app").port(port::free()), "tcp/refused"),
        ("tcp", server.socket_dsn("app").host("/nonexistent"), "tcp/socket-missing"),
    ];
    for (topic, dsn, code) in cases {
        let checked = Doctor::check().dsn(&dsn).run();
        assert!(checked.codes().contains(&code.to_owned()), "{}", checked.stdout);
        let password = dsn.typed_password();
        ByHand::of(of(&dsn), &password).tells(topic, code);
    }
}

#[test]
fn faults_of_certificates_are_told_as_check_tells_them() {
    let authority = authority::get();
    let plain = Server::with(|settings| settings.certificate = None);
    let step = ByHand::of(of(&plain.dsn("app").sslmode("require")), &canary::of("app"));
    let (_, said) = step.paste(&step.step("tls", "openssl"));
    // What stands beside tls/not-supported-by-server.
    assert!(!said.contains("ESTABLISHED") && !said.contains("rror"), "{said}");
    step.tells("auth", "tls/not-supported-by-server");
    for (identity, code) in [
        (&authority.expired, "tls/certificate-expired"),
        (&authority.not_yet_valid, "tls/certificate-not-yet-valid"),
        (&authority.wrong_host, "tls/host-mismatch"),
    ] {
        let server = Server::with(|settings| settings.certificate = Some(identity.clone()));
        ByHand::of(of(&server.dsn("app")), &canary::of("app")).tells("tls", code);
    }
    let unknown = Server::shared()
        .dsn("app")
        .with("sslrootcert", &authority.other_root.display().to_string());
    ByHand::of(of(&unknown), &canary::of("app")).tells("tls", "tls/ca-unknown");
}

#[test]
fn names_are_told_as_check_tells_them() {
    let network = need!(need!(Dns::shared()).network());
    let dsn = |name: &str| Server::shared().dsn("app").host(name).sslmode("require");
    ByHand::of(of(&dsn("db.lab.test")), &canary::of("app"))
        .in_network(&network)
        .all_is_well(NETWORK_TOPICS);
    for (name, code) in [("nosuch.lab.test", "dns/name-not-found"), ("db.broken.test", "dns/server-failure")] {
        ByHand::of(of(&dsn(name)), &canary::of("app"))
            .in_network(&network)
            .tells("dns", code);
    }
    let found = ByHand::of(of(&dsn("db.lab.test")), "").in_network(&network);
    let (status, said) = found.paste(&found.step("dns", "dig"));
    assert!(status == 0 && said.contains("127.0.0.1"), "{said}");
}

/// The interpreter and the project are those that were found.
#[test]
fn the_migration_tool_is_called_as_the_project_has_it() {
    let venv = need!(Venv::shared());
    let database = Server::shared().copy();
    database.sql("DROP TABLE alembic_version");
    let project = Alembic::init(venv, &database);
    project.revision("aaaa");
    project.run(&["upgrade", "head"]);
    project.revision("bbbb");
    crate::lab::python::grant_all(&database, "app");
    let dsn = Server::shared().dsn("app").database(&database.name);
    let call = of(&dsn).project(&project.path).arg("--venv").arg(venv.path());
    let by_hand = ByHand::of(call, &canary::of("app"));
    let (status, heads) = by_hand.paste(&by_hand.step("migrations", "alembic"));
    assert!(status == 0 && heads.contains("bbbb (head)"), "{heads}");
    let (status, recorded) = by_hand.paste(&by_hand.step("migrations", "psql"));
    assert!(status == 0 && recorded.contains("aaaa"), "{recorded}");
}

#[test]
fn django_is_called_as_the_project_has_it() {
    let venv = need!(Venv::shared());
    let database = Server::shared().copy();
    let project = Django::start(venv, &database);
    project.manage(&["migrate", "shop", "0001"]);
    crate::lab::python::grant_all(&database, "app");
    let dsn = Server::shared().dsn("app").database(&database.name);
    let call = of(&dsn).project(&project.path).arg("--venv").arg(venv.path());
    let by_hand = ByHand::of(call, &canary::of("app"));
    let (status, plan) = by_hand.paste(&by_hand.step("migrations", "python"));
    assert!(
        status == 0 && plan.contains("[X]  shop.0001_customer") && plan.contains("[ ]  shop.0002_mail"),
        "{plan}"
    );
    let (status, recorded) = by_hand.paste(&by_hand.step("migrations", "psql"));
    assert!(
        status == 0 && recorded.contains("0001_customer") && !recorded.contains("0002_mail"),
        "{recorded}"
    );
}

/// Targets that make a shell stumble, from every kind of place.
fn all_kinds() -> Vec<Doctor> {
    let root = Root::with_service("User=root\nEnvironmentFile=/etc/shop.env\nExecStart=/srv/venv/bin/gunicorn shop:app\n");
    root.write("etc/shop.env", "DATABASE_URL=postgresql://app:x@db/shop\n");
    let url = |rest: &str| runbook().dsn(format!("postgresql://app:secret@{rest}"));
    let odd = Project::shop();
    let mut calls = vec![
        url("db.example.com:5433/shop?sslmode=verify-full&sslrootcert=/etc/my%20ca.pem"),
        url("[2001:db8::7]:5433/it%27s%20a%20shop?sslmode=verify-ca&sslrootcert=/ca.pem"),
        url("a.example,b.example:6000/shop?target_session_attrs=read-write&load_balance_hosts=random&channel_binding=require"),
        url("db/shop?sslmode=require&sslcert=/c.crt&sslkey=/it's.key&sslsni=0&ssl_min_protocol_version=TLSv1.3"),
        url("db/shop?sslnegotiation=direct&sslmode=require&sslrootcert=system"),
        url("db/shop?options=-c%20search_path%3D%22a%20b%22&require_auth=scram-sha-256"),
        url("/shop?host=/var/run/postgresql"),
        url("/shop?host=@abstract"),
        runbook().dsn("host=db.example hostaddr=10.0.0.7 dbname='a$b`c' user='o''brien' password=x"),
        runbook().args(["--unit", "shop", "--root"]).arg(&root.path),
        runbook().arg("--pid").arg(std::process::id().to_string()),
        runbook().env("PGHOST", "db.example.com").env("PGDATABASE", "shop"),
        runbook()
            .env("DB_HOST", "db.example.com")
            .env("DB_NAME", "shop")
            .env("DB_PASSWORD", "x"),
    ];
    calls.push(
        url("db/shop")
            .args(["--schema", "it's", "--schema", "a\nSQL\nb", "--needs", "select"])
            .project(&odd.path),
    );
    calls
}

#[test]
fn shellcheck_finds_nothing() {
    let shellcheck = need!(install::until_found("shellcheck", || tools::in_path("shellcheck")));
    for call in all_kinds() {
        let run = call.clone().in_format("human");
        let script = workdir::fresh("script").join("by-hand.sh");
        fs::write(&script, &run.stdout).unwrap();
        let output = Command::new(&shellcheck).arg(&script).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", run.stdout);
        has_no_wide_comment(&run.stdout);
    }
}

fn has_no_wide_comment(script: &str) {
    for line in script.lines().filter(|line| line.starts_with('#')) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn settings_that_cannot_be_read_leave_what_is_known() {
    let path = workdir::fresh("settings").join("app.env");
    fs::write(&path, "DATABASE_URL=mysql://app@db/shop\n").unwrap();
    let run = runbook().arg("--env-file").arg(&path).in_format("human");
    assert_eq!(run.status, 10, "{}", run.stdout);
    assert!(run.stdout.contains("# fail: config/not-postgres"), "{}", run.stdout);
    assert!(run.stdout.contains("grep -noE"), "{}", run.stdout);
    let missing = Path::new("/nonexistent/app.env");
    let run = runbook().arg("--env-file").arg(missing).in_format("json");
    assert_eq!((run.status, &run.json()["exit_code"]), (10, &Value::from(10)));
}

#[test]
fn the_console_of_a_pooler_is_asked() {
    let pooler = PgBouncer::before(Server::shared());
    let by_hand = ByHand::of(of(&pooler.dsn("monitor")), &canary::of("monitor"));
    let step = by_hand.steps("pool").into_iter().find(|step| run_of(step).contains("SHOW POOLS"));
    let (status, said) = by_hand.paste(&step.expect("a step"));
    for shown in ["cl_waiting", "pool_size", "max_client_conn"] {
        assert!(status == 0 && said.contains(shown), "{shown}: {said}");
    }
}
