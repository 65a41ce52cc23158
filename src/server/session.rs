//! A logged-in session. Passed on by the `auth` layer.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;
use tokio_postgres::config::{self, SslNegotiation};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::tls::{ChannelBinding, TlsConnect};
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage, SimpleQueryRow};

use super::error::ServerError;
use super::watch::{CancelKey, Method, Progress, Seen, Watch};
use super::wire;
use crate::foreign::Foreign;
use crate::net::socket::Address;
use crate::parting;
use crate::target::{self, Target};
use crate::tls::stream::SecuredStream;

/// What the server's log and `pg_stat_activity` call the doctor.
pub const APPLICATION_NAME: &str = "dbdoctor";

/// How long the server may take to hang up after the goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// How long to wait for that before what still runs is cancelled, and cancelled again.
const CANCEL_PAUSE: Duration = Duration::from_millis(50);

/// One row of a simple query's result, every value as text.
pub type Row = Vec<Option<String>>;

/// The rows of an answer, each value under the name of its column; NULL is left out.
pub type Table = Vec<BTreeMap<String, String>>;

/// Why a question has no rows.
#[derive(Debug)]
pub enum NoAnswer {
    /// The server refused the statement.
    Refused(ServerError),
    /// The connection broke, or the time limit passed.
    Lost(String),
}

/// What came back for one question.
pub type Answer = Result<Vec<Row>, NoAnswer>;

/// What the server told of itself while it let the role in.
#[derive(Debug, Clone, Default)]
pub struct ServerFacts {
    /// `15.18 (Debian 15.18-0+deb12u1)`
    pub version: Option<Foreign>,
    /// The major version; poolers may report one of their own.
    pub major: Option<u32>,
    /// The process id in `BackendKeyData`: a pooler's is not the server's.
    pub backend_pid: Option<i32>,
    /// The `ParameterStatus` messages seen at login, by name: `in_hot_standby`, `is_superuser`, `default_transaction_read_only` …
    pub parameters: BTreeMap<String, Foreign>,
}

impl ServerFacts {
    fn of(seen: &Seen) -> Self {
        let version = seen.parameters.get("server_version").cloned();
        let major = version
            .as_ref()
            .and_then(|version| version.raw().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        Self {
            version,
            major,
            backend_pid: seen.backend_pid,
            parameters: seen.parameters.clone(),
        }
    }
}

/// Why the server did not let the role in.
#[derive(Debug)]
pub enum NotLoggedIn {
    Refused(ServerError),
    /// It asked for a password, and there is none.
    NoPassword,
    /// It asked for a proof that the doctor cannot give.
    MethodUnsupported,
    /// It asked for a proof that `require_auth` does not allow; nothing was offered.
    MethodDisallowed,
    /// `channel_binding=require`, and the server does not offer it.
    NoChannelBinding,
    /// Its proof that it knows the password's secret was wrong, or its SASL messages were.
    ServerUnproven(String),
    /// It is no PostgreSQL; the first bytes tell what it is.
    NotPostgres(Vec<u8>),
    /// The role's SCRAM secret takes more work than the doctor's library does for a server; libpq does it.
    TooManyIterations,
    /// A message that has no place here.
    Unexpected(String),
    Closed,
    Broken(io::Error),
    /// Nothing, within the time limit.
    Silence,
}

/// A login that failed, with what was seen of it.
#[derive(Debug)]
pub struct FailedLogin {
    pub why: NotLoggedIn,
    pub seen: Seen,
}

/// A logged-in session on one connection.
#[derive(Debug)]
pub struct Session {
    client: Client,
    connection: JoinHandle<()>,
    address: Address,
    seen: Arc<Mutex<Seen>>,
    pub server: ServerFacts,
    /// `None` where the server asked for nothing.
    pub method: Method,
    pub encrypted: bool,
}

impl Session {
    /// Says who the role is, and proves it if asked. One attempt.
    ///
    /// # Errors
    ///
    /// Why the server did not let the role in.
    pub async fn login(stream: SecuredStream, address: &Address, target: &Target, limit: Duration) -> Result<Self, FailedLogin> {
        let encrypted = stream.is_encrypted();
        let config = config(target, encrypted);
        let (watch, shared) = Watch::new(stream, target.require_auth.clone());
        let seen = || shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let logging_in = async move { tokio::time::timeout(limit, config.connect_raw(watch, Handover)).await };
        // Once the role has said who it is, it waits for the answer and says goodbye.
        let part = |login| async {
            if let Ok(Ok((client, connection))) = login {
                drop::<Client>(client);
                let _ = tokio::time::timeout(GOODBYE_LIMIT, connection).await;
            }
        };
        match parting::finished(logging_in, part).await {
            Ok(Ok((client, connection))) => {
                let seen = seen();
                let witness = Arc::clone(&shared);
                Ok(Self {
                    client,
                    connection: tokio::spawn(async move {
                        // A connection that breaks later shows in the queries that it takes along.
                        if let Err(error) = connection.await {
                            note_farewell(&witness, &error);
                        }
                    }),
                    address: address.clone(),
                    seen: Arc::clone(&shared),
                    server: ServerFacts::of(&seen),
                    method: seen.method.unwrap_or(Method::NoneAsked),
                    encrypted,
                })
            }
            Ok(Err(error)) => {
                let seen = seen();
                Err(FailedLogin {
                    why: failure(&error, &seen, target),
                    seen,
                })
            }
            Err(_) => Err(FailedLogin {
                why: NotLoggedIn::Silence,
                seen: seen(),
            }),
        }
    }

    /// Asks everything in one flight: each question in a read-only transaction of its own that is rolled back, so that one refused
    /// statement spoils no other and a transaction pooler needs nothing else. The answers come in the order of the questions.
    pub async fn ask(&self, questions: &[String], limit: Duration) -> Vec<Answer> {
        // The server's own limits come first, so that a statement that is held up is refused and spoils no other.
        let statement_ms = (limit * 3 / 4).as_millis().max(1);
        let lock_ms = (limit / 20).as_millis().max(1);
        let until = tokio::time::Instant::now() + limit;
        let asked = questions.iter().map(|question| async move {
            // Compiling a query over the catalogue takes longer than running it.
            let statements = format!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = {statement_ms}; SET LOCAL lock_timeout = {lock_ms}; SET LOCAL jit = off; {question}"
            );
            let both = async { tokio::join!(self.client.simple_query(&statements), self.client.batch_execute("ROLLBACK")) };
            // What has come until then counts.
            let (answer, rolled_back) = tokio::time::timeout_at(until, both).await.map_err(|_| late(limit))?;
            if let Err(error) = rolled_back {
                note_farewell(&self.seen, &error);
            }
            let messages = answer.map_err(|error| self.no_answer(&error))?;
            messages.into_iter().filter_map(row).collect()
        });
        join_all(asked).await
    }

    /// Runs commands of a pooler's console, one after the other: it knows no transactions. What it does not know has no answer.
    pub async fn show<const N: usize>(&self, commands: [&str; N], limit: Duration) -> [Result<Table, NoAnswer>; N] {
        let until = tokio::time::Instant::now() + limit;
        let asked = commands.map(|command| async move {
            let answer = tokio::time::timeout_at(until, self.client.simple_query(command))
                .await
                .map_err(|_| late(limit))?;
            let messages = answer.map_err(|error| self.no_answer(&error))?;
            messages.into_iter().filter_map(named_row).collect()
        });
        let mut answers = join_all(asked).await.into_iter();
        std::array::from_fn(|_| answers.next().unwrap_or_else(|| Err(late(limit))))
    }

    fn no_answer(&self, error: &Error) -> NoAnswer {
        note_farewell(&self.seen, error);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match (error.as_db_error(), seen.excess, &seen.farewell) {
            (Some(error), ..) => NoAnswer::Refused(error.into()),
            (None, Some(excess), _) => NoAnswer::Lost(excess.to_string()),
            (None, None, Some(farewell)) => NoAnswer::Lost(format!("the server ended the session: {farewell}")),
            (None, None, None) => NoAnswer::Lost(Foreign::new(error.to_string()).to_string()),
        }
    }

    /// Ends the session as the protocol wants it. Statements that still run are cancelled first: the server reads the farewell only
    /// after them.
    pub async fn goodbye(mut self) {
        drop(self.client);
        let cancel_key = self.seen.lock().unwrap_or_else(PoisonError::into_inner).cancel_key.take();
        let until = Instant::now() + GOODBYE_LIMIT;
        while tokio::time::timeout(CANCEL_PAUSE, &mut self.connection).await.is_err() && Instant::now() < until {
            if let Some(key) = &cancel_key {
                // A request that does not arrive is made good by the next, or by the statement's own time limit.
                let _ = tokio::time::timeout(CANCEL_PAUSE, cancel(&self.address, key)).await;
            }
        }
    }
}

/// Keeps the words with which the server ends a session: they come in answer to whatever was asked last.
fn note_farewell(seen: &Mutex<Seen>, error: &Error) {
    let ends = |error: &&DbError| matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    if let Some(error) = error.as_db_error().filter(ends) {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.farewell.get_or_insert_with(|| error.into());
    }
}

/// Asks the server, on a connection of its own, to cancel what the session runs.
async fn cancel(address: &Address, key: &CancelKey) -> io::Result<()> {
    let mut socket = address.connect().await?;
    socket.write_all(&wire::cancel_request(key.0.reveal())).await?;
    // The server closes the connection once it has dealt with the request.
    socket.read(&mut [0]).await.map(drop)
}

fn config(target: &Target, encrypted: bool) -> Config {
    let mut config = Config::new();
    config
        .user(target.user.raw())
        .dbname(target.database.raw())
        .application_name(APPLICATION_NAME);
    if let Some(password) = &target.password {
        config.password(password.secret.reveal());
    }
    if let Some(options) = &target.options {
        config.options(options.raw());
    }
    config.channel_binding(match target.channel_binding {
        target::ChannelBinding::Disable => config::ChannelBinding::Disable,
        target::ChannelBinding::Prefer => config::ChannelBinding::Prefer,
        target::ChannelBinding::Require => config::ChannelBinding::Require,
    });
    // The stream is secured already: tokio-postgres only has to take it over, without an SSLRequest of its own.
    config.ssl_mode(if encrypted {
        config::SslMode::Require
    } else {
        config::SslMode::Disable
    });
    config.ssl_negotiation(SslNegotiation::Direct);
    config
}

fn failure(error: &Error, seen: &Seen, target: &Target) -> NotLoggedIn {
    if let Some(error) = error.as_db_error() {
        return NotLoggedIn::Refused(error.into());
    }
    if let Some(bytes) = &seen.foreign {
        return NotLoggedIn::NotPostgres(bytes.clone());
    }
    if let (Some(allowed), Some(method)) = (&target.require_auth, seen.method)
        && !allowed.allows(method.required_name())
    {
        return NotLoggedIn::MethodDisallowed;
    }
    if let Some(excess) = seen.excess {
        return NotLoggedIn::Unexpected(excess.to_string());
    }
    let scram = matches!(seen.method, Some(Method::ScramSha256 | Method::ScramSha256Plus));
    if scram && seen.progress >= Progress::Authenticated && !seen.proven {
        return NotLoggedIn::ServerUnproven("it let the role in without a proof of its own".to_owned());
    }
    let by_scram = scram && seen.progress < Progress::Authenticated;
    let source = std::error::Error::source(error);
    if let Some(error) = source.and_then(|source| source.downcast_ref::<io::Error>()) {
        let text = Foreign::new(error.to_string()).to_string();
        return match error.kind() {
            _ if scram && text.contains("iteration count exceeds") => NotLoggedIn::TooManyIterations,
            // What postgres-protocol says of a SASL message that makes no sense, or whose proof is wrong; the words that let the role
            // in may have come with it.
            _ if scram && text.contains("SCRAM") => NotLoggedIn::ServerUnproven(text),
            io::ErrorKind::InvalidInput if by_scram => NotLoggedIn::ServerUnproven(text),
            io::ErrorKind::InvalidInput if matches!(seen.method, Some(Method::Unknown(_))) => NotLoggedIn::MethodUnsupported,
            // And of a message that ends too early; the end of the stream has another kind.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => NotLoggedIn::Unexpected(text),
            kind => NotLoggedIn::Broken(io::Error::new(kind, text)),
        };
    }
    let text = source.map_or_else(|| error.to_string(), ToString::to_string);
    match text.as_str() {
        "password missing" if target.password.is_none() => NotLoggedIn::NoPassword,
        "unsupported authentication method" | "unsupported SASL mechanism" => NotLoggedIn::MethodUnsupported,
        "server did not use channel binding" => NotLoggedIn::NoChannelBinding,
        _ if error.is_closed() => NotLoggedIn::Closed,
        _ if by_scram => NotLoggedIn::ServerUnproven(Foreign::new(text).to_string()),
        _ => NotLoggedIn::Unexpected(Foreign::new(text).to_string()),
    }
}

fn late(limit: Duration) -> NoAnswer {
    NoAnswer::Lost(format!("no answer within {} s", limit.as_secs_f32()))
}

fn row(message: SimpleQueryMessage) -> Option<Result<Row, NoAnswer>> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some((0..row.len()).map(|column| value(&row, column)).collect())
}

fn named_row(message: SimpleQueryMessage) -> Option<Result<BTreeMap<String, String>, NoAnswer>> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    let columns = row.columns().iter().enumerate();
    let named = columns.map(|(index, column)| Ok(value(&row, index)?.map(|value| (column.name().to_owned(), value))));
    Some(named.filter_map(Result::transpose).collect())
}

/// One value as text; a server that sends other bytes has not kept to the encoding.
fn value(row: &SimpleQueryRow, column: usize) -> Result<Option<String>, NoAnswer> {
    match row.try_get(column) {
        Ok(value) => Ok(value.map(str::to_owned)),
        Err(_) => Err(NoAnswer::Lost("a value in the answer is not UTF-8, which was asked for".to_owned())),
    }
}

/// Takes a secured stream over as it is.
struct Handover;

type Watched = Watch<SecuredStream>;

impl TlsConnect<Watched> for Handover {
    type Stream = Watched;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Watched, Self::Error>>;

    fn connect(self, stream: Watched) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

impl tokio_postgres::tls::TlsStream for Watched {
    fn channel_binding(&self) -> ChannelBinding {
        self.watched().channel_binding()
    }
}
