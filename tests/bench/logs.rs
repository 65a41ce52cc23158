//! Logs of many kinds, as an application, the servers beside it and its collectors write them.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// How much is made anew; a larger log repeats it.
const PIECE: usize = 32 << 20;

/// One kind of log.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    ordinary: &'static [&'static str],
    special: &'static [&'static str],
    /// How many of a thousand lines are special.
    share: usize,
}

pub static KINDS: &[Kind] = &[
    Kind {
        name: "one fault in a thousand lines",
        ordinary: ORDINARY,
        special: FAULTS,
        share: 1,
    },
    Kind {
        name: "no faults",
        ordinary: ORDINARY,
        special: &[],
        share: 0,
    },
    Kind {
        name: "10 % decoys",
        ordinary: ORDINARY,
        special: DECOYS,
        share: 100,
    },
    Kind {
        name: "10 % faults",
        ordinary: ORDINARY,
        special: FAULTS,
        share: 100,
    },
    Kind {
        name: "JSON, 2 % faults",
        ordinary: JSON,
        special: JSON_FAULTS,
        share: 20,
    },
    Kind {
        name: "10 % in other languages",
        ordinary: ORDINARY,
        special: TRANSLATED,
        share: 100,
    },
    Kind {
        name: "2 % tracebacks",
        ordinary: ORDINARY,
        special: TRACEBACKS,
        share: 20,
    },
];

/// `#` is a digit, `@` a hexadecimal digit; `%` is a number of up to five digits.
const ORDINARY: &[&str] = &[
    "1##.%.##.# - - [20/Nov/2026:1#:##:## +0000] \"GET /orders/%?page=# HTTP/1.1\" 200 % \"https://shop.example/cart/%\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
    "1##.%.##.# - - [20/Nov/2026:1#:##:## +0000] \"POST /api/v1/users/%/profile HTTP/1.1\" 302 % \"-\" \"python-requests/2.32.3\"",
    "Nov 20 1#:##:## web1 gunicorn[%]: 10.0.##.# - - [20/Nov/2026:1#:##:## +0000] \"GET /static/css/app.%.css HTTP/1.1\" 200 % \"-\" \"kube-probe/1.29\"",
    "2026-11-20 1#:##:##,### INFO [gunicorn.access] POST /cart/items 201 %ms request_id=@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@",
    "2026-11-20 1#:##:##,### DEBUG [app.orders] order % priced at ##.90 EUR for customer %",
    "2026-11-20 1#:##:##,### DEBUG django.db.backends (0.0##) SELECT \"shop_order\".\"id\", \"shop_order\".\"total\" FROM \"shop_order\" WHERE \"shop_order\".\"customer_id\" = % LIMIT 21; args=(%,); alias=default",
    "2026-11-20 1#:##:##.### UTC [%] app@shop LOG:  duration: ##.### ms  statement: SELECT o.id, o.total FROM orders o JOIN users u ON u.id = o.user_id WHERE u.email = $1",
    "2026-11-20 1#:##:##.### UTC [%] LOG:  checkpoint complete: wrote % buffers (0.#%); 0 WAL file(s) added, 0 removed, # recycled",
    "2026-11-20 1#:##:##.### UTC [%] app@shop LOG:  disconnection: session time: 0:00:##.### user=app database=shop host=10.0.##.# port=%",
    "Nov 20 1#:##:## web1 gunicorn[%]: [2026-11-20 1#:##:## +0000] [%] [INFO] Booting worker with pid: %",
    "Nov 20 1#:##:## web1 sshd[%]: Accepted publickey for deploy from 10.0.##.# port % ssh2: ED25519 SHA256:abc",
    "[2026-11-20 1#:##:##,###: INFO/ForkPoolWorker-#] Task shop.tasks.send_mail[@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@] succeeded in 0.###s: None",
    "2026-11-20 1#:##:##,### WARNING [urllib3.connectionpool] Retrying after connection broken by 'ReadTimeoutError'",
];

const FAULTS: &[&str] = &[
    "2026-11-20 1#:##:##,### ERROR [%] psycopg2.OperationalError: connection to server at \"10.0.##.#\", port % failed: FATAL:  password authentication failed for user \"app\"",
    "2026-11-20 1#:##:##,### ERROR [django.request] django.db.utils.OperationalError: connection to server at \"db.example.com\" (10.0.##.#), port 5432 failed: Connection refused",
    "Nov 20 1#:##:## web1 gunicorn[%]: sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
    "2026-11-20 1#:##:##,### ERROR [%] psycopg.errors.InsufficientPrivilege: permission denied for table orders",
    "2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  no pg_hba.conf entry for host \"10.0.##.#\", user \"app\", database \"shop\", no encryption",
    "2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  sorry, too many clients already",
    "2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  role \"app#\" does not exist",
    "2026-11-20 1#:##:##,### ERROR psycopg2.OperationalError: could not translate host name \"db#.internal\" to address: Name or service not known",
    "2026-11-20 1#:##:##,### ERROR psycopg2.OperationalError: SSL connection has been closed unexpectedly",
];

/// Words of PostgreSQL's that are no faults, and the faults of others.
const DECOYS: &[&str] = &[
    "2026-11-20 1#:##:##,### ERROR [celery] redis.exceptions.ConnectionError: Error 111 connecting to 10.0.##.#:6379. Connection refused.",
    "2026-11-20 1#:##:##,### INFO [app.db] connection to server at \"db\" (10.0.##.#), port 5432 opened in % ms",
    "2026-11-20 1#:##:##,### WARNING [app.files] file \"report-@@@@@@.pdf\" does not exist, creating it",
    "2026-11-20 1#:##:##.### UTC [%] app@shop LOG:  connection authenticated: identity=\"app\" method=scram-sha-256 (/etc/postgresql/15/main/pg_hba.conf:##)",
    "2026-11-20 1#:##:##,### INFO [app.auth] password authentication for user \"user%\" succeeded from 10.0.##.#",
    "2026-11-20 1#:##:##,### ERROR [requests] HTTPSConnectionPool(host='api%.example.com', port=443): Max retries exceeded (Caused by NewConnectionError: [Errno 111] Connection refused)",
    "2026-11-20 1#:##:##,### ERROR [app.io] PermissionError: [Errno 13] Permission denied: '/var/log/shop/app%.log'",
    "2026-11-20 1#:##:##,### ERROR [app.search] elasticsearch.ConnectionError: certificate verify failed: unable to get local issuer certificate (10.0.##.#:9200)",
    "2026-11-20 1#:##:##,### INFO [alembic.runtime.migration] Running upgrade @@@@@@@@@@@@ -> @@@@@@@@@@@@, add column to table orders",
    "2026-11-20 1#:##:##,### ERROR [app.net] OSError: [Errno 113] No route to host: 10.0.##.#:% (request @@@@@@@@)",
    "2026-11-20 1#:##:##,### WARNING [app.cache] too many connections to memcached 10.0.##.#, database session kept for user %",
];

const JSON: &[&str] = &[
    "{\"time\": \"2026-11-20T1#:##:##.######Z\", \"level\": \"info\", \"logger\": \"app.http\", \"event\": \"request_finished\", \"path\": \"/orders/%\", \"status\": 200, \"duration_ms\": %, \"request_id\": \"@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@\"}",
    "{\"level\":\"debug\",\"ts\":1795687###.##,\"logger\":\"celery\",\"msg\":\"task shop.tasks.send_mail succeeded in 0.###s\",\"id\":\"@@@@@@@@\"}",
    "{\"timestamp\":\"2026-11-20T1#:##:##.###Z\",\"severity\":\"WARNING\",\"message\":\"slow request /cart/items took % ms\",\"user\":\"J\\u00fcrgen %\"}",
    "{\"log\":\"10.0.##.# - - [20/Nov/2026:1#:##:## +0000] \\\"GET /orders/% HTTP/1.1\\\" 200 %\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T1#:##:##.#########Z\"}",
];

const JSON_FAULTS: &[&str] = &[
    "{\"time\": \"2026-11-20T1#:##:##.######Z\", \"level\": \"error\", \"pid\": %, \"event\": \"psycopg2.OperationalError: connection to server at \\\"10.0.##.#\\\", port % failed: FATAL:  password authentication failed for user \\\"app\\\"\\n\"}",
    "{\"time\": \"2026-11-20T1#:##:##.######Z\", \"level\": \"error\", \"msg\": \"db down\", \"exc_info\": \"Traceback (most recent call last):\\n  File \\\"/srv/app/db.py\\\", line %, in connect\\n    conn = psycopg2.connect(dsn)\\npsycopg2.OperationalError: connection to server at \\\"db\\\" (10.0.##.#), port % failed: Connection refused\\n\"}",
    "{\"log\":\"2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  no pg_hba.conf entry for host \\\"10.0.##.#\\\", user \\\"app\\\", database \\\"shop\\\", no encryption\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T1#:##:##.#########Z\"}",
];

const TRANSLATED: &[&str] = &[
    "2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  Passwort-Authentifizierung für Benutzer »app#« fehlgeschlagen",
    "2026-11-20 1#:##:##,### ERROR [%] psycopg2.OperationalError: la connexion au serveur sur « db » (10.0.##.#), port % a échoué : Connexion refusée",
    "2026-11-20 1#:##:##.### UTC [%] app@shop ВАЖНО:  пользователь \"app#\" не прошёл проверку подлинности (по паролю)",
    "2026-11-20 1#:##:##.### UTC [%] app@shop FATAL:  ユーザー\"app#\"のパスワード認証に失敗しました",
    "2026-11-20 1#:##:##,### INFO [shop] Bestellung % für Kunde Müller ist bezahlt – danke",
];

const TRACEBACKS: &[&str] = &[
    "2026-11-20 1#:##:##,### ERROR [django.request] Internal Server Error: /orders/%
Traceback (most recent call last):
  File \"/srv/venv/lib/python3.11/site-packages/django/core/handlers/exception.py\", line ##, in inner
    response = get_response(request)
  File \"/srv/venv/lib/python3.11/site-packages/django/core/handlers/base.py\", line ###, in _get_response
    response = wrapped_callback(request, *callback_args, **callback_kwargs)
  File \"/srv/shop/views.py\", line ###, in get
    return self.render(request, orders)
  File \"/srv/venv/lib/python3.11/site-packages/psycopg2/__init__.py\", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
psycopg2.OperationalError: connection to server at \"db\" (10.0.##.#), port 5432 failed: Connection refused
\tIs the server running on that host and accepting TCP/IP connections?
",
    "2026-11-20 1#:##:##,### ERROR [django.request] Internal Server Error: /cart/%
Traceback (most recent call last):
  File \"/srv/venv/lib/python3.11/site-packages/django/core/handlers/exception.py\", line ##, in inner
    response = get_response(request)
  File \"/srv/venv/lib/python3.11/site-packages/redis/connection.py\", line ###, in connect
    sock = self._connect()
ConnectionRefusedError: [Errno 111] Connection refused",
];

impl Kind {
    /// Writes a log of this size.
    pub fn write(&self, path: &Path, bytes: usize) -> io::Result<()> {
        let piece = self.piece(bytes.min(PIECE));
        let mut file = BufWriter::new(File::create(path)?);
        let mut written = 0;
        while written < bytes {
            file.write_all(&piece)?;
            written += piece.len();
        }
        file.flush()
    }

    /// Lines that are made anew, at least so many bytes.
    pub fn piece(&self, bytes: usize) -> Vec<u8> {
        let mut dice = Dice(0x5eed);
        let mut piece = Vec::with_capacity(bytes + 1024);
        while piece.len() < bytes {
            let lines = if dice.throw(1000) < self.share {
                self.special
            } else {
                self.ordinary
            };
            let line = lines[dice.throw(lines.len())];
            for byte in line.bytes() {
                match byte {
                    b'#' => piece.push(b"0123456789"[dice.throw(10)]),
                    b'@' if !line.contains("app@shop") => piece.push(b"0123456789abcdef"[dice.throw(16)]),
                    b'%' => piece.extend_from_slice(dice.throw(99_999).to_string().as_bytes()),
                    other => piece.push(other),
                }
            }
            piece.push(b'\n');
        }
        piece
    }
}

/// Numbers that are the same in each run, by Knuth's generator.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}
