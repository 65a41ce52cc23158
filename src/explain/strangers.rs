//! What a log holds of other services: not PostgreSQL's, and where to look instead.

/// Another service's trouble.
#[derive(Debug)]
pub struct Stranger {
    /// Whose it is, and what it says.
    pub what: &'static str,
    /// Where to look.
    pub advice: &'static str,
    signs: &'static [&'static str],
}

static STRANGERS: &[Stranger] = &[
    Stranger {
        what: "nginx cannot reach the application (that is its 502 or 504)",
        advice: "the application is down or does not answer: read its own log, journalctl -u with the unit of the address behind \"upstream:\" in \
                 that line (gunicorn, uvicorn, uwsgi), or the container's log, and give that to dbdoctor explain",
        signs: &[
            "while connecting to upstream",
            "upstream prematurely closed connection",
            "no live upstreams while",
            "while reading response header from upstream",
        ],
    },
    Stranger {
        what: "a web server's own page (502, 503 or 504): it cannot reach the application behind it",
        advice: "the application is down or does not answer: read the application's log, and the web server's error log at that moment, and give \
                 them to dbdoctor explain",
        signs: &[
            "<title>502 Bad Gateway</title>",
            "<title>503 Service Temporarily Unavailable</title>",
            "<title>504 Gateway Time-out</title>",
        ],
    },
    Stranger {
        what: "Redis (or Valkey) cannot be reached or refuses",
        advice: "look at the Redis server and the application's REDIS_URL; it has no part in the connection to PostgreSQL",
        signs: &[
            "redis.exceptions.",
            "redis/connection.py",
            "NOAUTH Authentication required",
            "WRONGPASS invalid username",
        ],
    },
    Stranger {
        what: "MySQL or MariaDB",
        advice: "it is another database server: look at its settings",
        signs: &[
            "pymysql.err.",
            "MySQLdb._exceptions.",
            "MySQLdb.connect",
            "MySQLdb.DataError",
            "MySQLdb.DatabaseError",
            "MySQLdb.Error:",
            "MySQLdb.IntegrityError",
            "MySQLdb.InterfaceError",
            "MySQLdb.InternalError",
            "MySQLdb.MySQLError",
            "MySQLdb.NotSupportedError",
            "MySQLdb.OperationalError",
            "MySQLdb.ProgrammingError",
            "mysql.connector.errors",
            "Can't connect to MySQL server",
            "Access denied for user '",
        ],
    },
    Stranger {
        what: "the message broker (AMQP) cannot be reached or refuses",
        advice: "look at the broker and the application's broker URL",
        signs: &[
            "kombu.exceptions.",
            "amqp.exceptions.",
            "pika.exceptions.",
            "consumer: Cannot connect to amqp",
        ],
    },
    Stranger {
        what: "the mail server (SMTP) cannot be reached or refuses",
        advice: "look at the application's mail settings",
        signs: &["smtplib.SMTP", "smtplib.py\", line"],
    },
    Stranger {
        what: "an HTTP service that the application calls cannot be reached",
        advice: "look at that service; the address stands in the line",
        signs: &[
            "requests.exceptions.",
            "urllib3.exceptions.",
            "httpx.ConnectError",
            "httpcore.ConnectError",
            "aiohttp.client_exceptions.",
            "botocore.exceptions.",
        ],
    },
];

/// The signs of all, each with the place of its stranger in the list.
pub fn signs() -> impl Iterator<Item = (usize, &'static str)> {
    let strangers = STRANGERS.iter().enumerate();
    strangers.flat_map(|(index, stranger)| stranger.signs.iter().map(move |sign| (index, *sign)))
}

/// Those that were met, each with its first line.
#[derive(Debug, Default)]
pub struct Strangers {
    met: [Option<u64>; STRANGERS.len()],
}

impl Strangers {
    /// Whether one was met.
    #[must_use]
    pub fn knows(&self, index: usize) -> bool {
        self.met[index].is_some()
    }

    /// Notes where one was first met.
    pub fn meet(&mut self, index: usize, line: u64) {
        self.met[index].get_or_insert(line);
    }

    /// Those that were met, with the number of the first line.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Stranger, u64)> + '_ {
        STRANGERS
            .iter()
            .zip(&self.met)
            .filter_map(|(stranger, line)| line.map(|line| (stranger, line)))
    }
}
