//! A throwaway server, and the questions as the chain asks them.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use dbdoctor::foreign::Foreign;
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{Answer, NoAnswer, ServerFacts};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

/// Where `initdb` and `postgres` are; `DBDOCTOR_PG_BIN` names another major's.
fn bin() -> PathBuf {
    std::env::var_os("DBDOCTOR_PG_BIN").map_or_else(|| PathBuf::from("/usr/lib/postgresql/15/bin"), PathBuf::from)
}

/// Runs until its standard input closes: that is when the tests' process ends, however it ends.
const SCRIPT: &str = r#"
set -e
dir=$(mktemp -d "${TMPDIR:-/tmp}/dbdoctor-test.XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$BIN/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C --pgdata="$dir/data" >"$dir/initdb" 2>&1
test -z "$STANDBY" || touch "$dir/data/standby.signal"
printf '%s\n' "$SETTINGS" >>"$dir/data/postgresql.conf"
"$BIN/postgres" -D "$dir/data" -p "$PORT" -k "$dir" -c listen_addresses=127.0.0.1 -c fsync=off >"$dir/log" 2>&1 </dev/null &
server=$!
for _ in $(seq 1200); do
  if grep -q 'ready to accept' "$dir/log"; then echo ready; break; fi
  kill -0 "$server" || { cat "$dir/log" >&2; exit 1; }
  sleep 0.05
done
cat >/dev/null
kill -INT "$server"
wait "$server" || true
"#;

#[derive(Debug)]
pub struct Server {
    pub port: u16,
    // Its end of the pipe keeps the server alive.
    _child: Child,
}

impl Server {
    pub fn start(settings: &str, standby: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // PostgreSQL refuses to run as root.
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh", "-c", SCRIPT]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", SCRIPT]);
            command
        };
        let mut child = command
            .env("BIN", bin())
            .env("PORT", port.to_string())
            .env("SETTINGS", settings)
            .env("STANDBY", if standby { "1" } else { "" })
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(
            line.trim(),
            "ready",
            "PostgreSQL of {} did not start; is it installed?",
            bin().display()
        );
        Self { port, _child: child }
    }

    pub async fn connect(&self, role: &str, database: &str) -> Result<Client, Error> {
        self.connect_with(role, database, "").await
    }

    pub async fn connect_with(&self, role: &str, database: &str, options: &str) -> Result<Client, Error> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(role).dbname(database);
        config.application_name("test").options(options);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Runs SQL as a superuser; each statement on its own.
    pub async fn sql(&self, database: &str, statements: &str) {
        self.connect("postgres", database)
            .await
            .unwrap()
            .batch_execute(statements)
            .await
            .unwrap_or_else(|error| panic!("{statements}\n{error:?}"));
    }

    /// One value, as a superuser.
    pub async fn value(&self, database: &str, query: &str) -> String {
        let client = self.connect("postgres", database).await.unwrap();
        let rows = answer(&client, query).await.unwrap();
        rows[0][0].clone().unwrap_or_default()
    }

    /// A database of the test's own; `@` in the statements stands for its name, which roles use as a prefix.
    pub async fn database(&self, name: &str, statements: &str) {
        let admin = self.connect("postgres", "postgres").await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        for statement in statements.replace('@', name).split(";\n") {
            self.sql(name, statement).await;
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// Asks as the chain does: each question in a read-only transaction of its own.
pub async fn answer(client: &Client, question: &str) -> Answer {
    let wrapped = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'; {question}");
    let answer = match client.simple_query(&wrapped).await {
        Ok(messages) => Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()),
                _ => None,
            })
            .collect()),
        Err(error) => match refusal(&error) {
            Some(refusal) => Err(NoAnswer::Refused(refusal)),
            None => Err(NoAnswer::Lost(error.to_string())),
        },
    };
    client.batch_execute("ROLLBACK").await.unwrap();
    answer
}

pub async fn answers(client: &Client, questions: Vec<String>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for question in questions {
        let answer = answer(client, &question).await;
        if let Err(error) = &answer {
            panic!("{question}\n{error:?}");
        }
        answers.push(answer);
    }
    answers
}

pub fn refusal(error: &Error) -> Option<ServerError> {
    let error = error.as_db_error()?;
    Some(ServerError::from(error))
}

/// What the login would have told.
pub async fn facts(client: &Client) -> ServerFacts {
    let rows = answer(
        client,
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000, pg_backend_pid()",
    )
    .await
    .unwrap();
    ServerFacts {
        version: rows[0][0].as_deref().map(Foreign::from),
        major: rows[0][1].as_deref().map(|major| major.parse().unwrap()),
        backend_pid: rows[0][2].as_deref().map(|pid| pid.parse().unwrap()),
        ..ServerFacts::default()
    }
}
