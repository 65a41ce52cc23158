//! What a log holds of other services: not PostgreSQL's, and where to look instead.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

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
            "MySQLdb.",
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

static SIGNS: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let signs = STRANGERS
        .iter()
        .enumerate()
        .flat_map(|(index, stranger)| stranger.signs.iter().map(move |sign| (index, *sign)));
    let (owners, signs): (Vec<usize>, Vec<&str>) = signs.unzip();
    let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(signs);
    (automaton.expect("a few short texts fit"), owners)
});

/// How many lines are asked: what is never there is not looked for in all of a large log.
const PATIENCE: u32 = 50_000;

/// Those that were met, each with its first line and how many lines.
#[derive(Debug, Default)]
pub struct Strangers {
    met: [Option<u64>; STRANGERS.len()],
    asked: u32,
}

impl Strangers {
    /// Whether a line shows one that was not met yet.
    pub fn may_be_new(&mut self, line: &[u8]) -> bool {
        self.asked = self.asked.saturating_add(1);
        self.asked < PATIENCE && stranger_in(line).is_some_and(|index| self.met[index].is_none())
    }

    /// Notes the stranger of a line.
    pub fn meet(&mut self, line: &[u8], number: u64) {
        if let Some(index) = stranger_in(line) {
            self.met[index].get_or_insert(number);
        }
    }

    /// Those that were met, with the number of the first line.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Stranger, u64)> + '_ {
        STRANGERS
            .iter()
            .zip(&self.met)
            .filter_map(|(stranger, line)| line.map(|line| (stranger, line)))
    }
}

fn stranger_in(line: &[u8]) -> Option<usize> {
    let (automaton, owners) = &*SIGNS;
    automaton.find(line).map(|found| owners[found.pattern().as_usize()])
}
