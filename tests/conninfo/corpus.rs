//! Connection strings: those known from the field, what is built from pieces, and mutations of both with a fixed seed.

/// Strings that parsers are known to disagree on.
const KNOWN: &[&str] = &[
    "postgresql://app:p@ss@h:5432/db",
    "postgresql://app:p/ss@h:5432/db",
    "postgresql://app:p#ss@h:5432/db",
    "postgresql://app:p?ss@h:5432/db",
    "postgresql://app:p:ss@h:5432/db",
    "postgresql://app:p%ss@h:5432/db",
    "postgresql://app:p+ss@h:5432/db",
    "postgresql://app:p&ss@h:5432/db",
    "postgresql://app:p[ss@h:5432/db",
    "postgresql://app:p ss@h:5432/db",
    "postgresql://app:p%40ss@h:5432/db",
    "postgresql://app:p%2Fss@h:5432/db",
    "postgresql://app:p%%ss@h/db",
    "postgresql://app:pw@h:5432/db ",
    "postgresql://app:pw@h:5432/db\n",
    "postgresql://app:pw@h:5432/db\r",
    "postgresql://app:pw@h:5432/a/b",
    "postgresql://app:pw@h:5432/a%20b",
    "postgresql://app:pw@h:5432/",
    "postgresql://app:pw@h",
    "postgresql://app:pw@h:abc/db",
    "postgresql://app:pw@h:/db",
    "postgresql://app:pw@h:99999/db",
    "postgresql://app:pw@/db",
    "postgresql://app:pw@:6432/db",
    "postgresql:///db?host=/var/run/postgresql",
    "postgresql://app@%2Fvar%2Frun%2Fpostgresql/db",
    "postgresql://app:pw@[::1]:5432/db",
    "postgresql://app:pw@[200z:]:5432/db",
    "postgresql://app:pw@[]/db",
    "postgresql://app:pw@[::1/db",
    "postgresql://app:pw@[::1]x/db",
    "postgresql://app:pw@::1:5432/db",
    "postgresql://app:pw@h1:1,h2:2/db",
    "postgresql://app:pw@h1,h2/db",
    "postgresql://app:pw@h1%2Ch2:1,2/db",
    "postgresql://app:pw@,h2:2/db",
    "postgresql://app:pw@Host.Example/db",
    "postgresql://app:pw@h/db?sslmode=require",
    "postgresql://app:pw@h/db?ssl=true",
    "postgresql://app:pw@h/db?ssl=require",
    "postgresql://app:pw@h/db?requiressl=1",
    "postgresql://app:pw@h/db?sslmode=verify-full&sslrootcert=/x.pem",
    "postgresql://app:pw@h/db?connect_timeout=5",
    "postgresql://app:pw@h/db?options=-c%20search_path%3Dfoo",
    "postgresql://app:pw@h/db?options=-csearch_path=foo",
    "postgresql://app:pw@h/db?host=h2&port=7",
    "postgresql://app:pw@h/db?user=a&user=b",
    "postgresql://app:pw@h/db?user=",
    "postgresql://app:pw@h/db?",
    "postgresql://app:pw@h?user=x&",
    "postgresql://app:pw@h/db?&user=x",
    "postgresql://app:pw@h/db?=x",
    "postgresql://app:pw@h/db?pgbouncer=true",
    "postgresql://app:pw@h/db?sslmode=require#frag",
    "postgresql://app:pw@h/db?max_protocol_version=3.2",
    "postgresql://app:pw@h/db?us%65r=x",
    "postgres://app:pw@h/db",
    "postgres://",
    "postgresql://",
    "postgresql://@",
    "postgresql://:@/",
    "postgresql://%00@h/db",
    "postgresql://%4@h/db",
    "postgresql://app:pw@ h /db",
    "postgresql://app:pw@h/ db?sslmode= require ",
    "postgresql+psycopg2://app:pw@h/db",
    "postgresql+asyncpg://app:pw@h/db",
    "postgis://app:pw@h/db",
    "POSTGRESQL://app:pw@h/db",
    "POSTGRESQL://app:pw@h/db?sslmode=disable",
    "\"postgresql://app:pw@h/db\"",
    " postgresql://app:pw@h/db",
    "postgresql://a%40srv:pw@h/db",
    "postgresql://a@srv:pw@h/db",
    "postgresql:/app:pw@h/db",
    "postgresql//app:pw@h/db",
    "jdbc:postgresql://h/db?user=x",
    "app:pw@h:5432/db",
    "",
    " ",
    "None",
    "host=h user=app password='p w' dbname=db",
    "host=h user=app password=p w dbname=db",
    r"host=h password='it\'s \\ x' user=a\ b",
    r"host = 'h'  port = 5432 user=\",
    "host=h password='open",
    "host='' user=''",
    "host=h,user=x",
    "host= user=x",
    "host=a host=b",
    "host=h password=a='b'",
    "host='h'user='x'",
    "host=h\tuser=x\nport=1\x0b",
    "postgresql://app:päss@h/db",
    "postgresql://app:pw@h/db?sslmode",
    "postgresql://app:pw@h/db?application_name=a+b",
    "postgresql://app:@h/db",
    "postgresql://:pw@h/db",
    "postgresql://app:p://w@h/db",
    "service=x",
    "servicefile=x",
];

/// Settings whose values libpq validates; the host is a directory without a socket, so that nothing is contacted.
const CHECKED: &[&str] = &[
    "sslmode=require",
    "sslmode=required",
    "sslmode=''",
    "sslmode=Require",
    "channel_binding=yes",
    "channel_binding=require",
    "gssencmode=disable",
    "gssencmode=never",
    "target_session_attrs=any",
    "target_session_attrs=master",
    "load_balance_hosts=random",
    "load_balance_hosts=1",
    "require_auth=md5,scram-sha-256",
    "require_auth=!md5,!none",
    "require_auth=md5,!none",
    "require_auth=md5,md5",
    "require_auth=nothing",
    "require_auth=''",
    "require_auth=md5,",
    "sslnegotiation=direct",
    "sslnegotiation=direct sslmode=require",
    "sslnegotiation=fast",
    "sslrootcert=system",
    "sslrootcert=system sslmode=require",
    "sslrootcert=system sslmode=verify-full",
    "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
    "ssl_min_protocol_version=tlsv1.3",
    "ssl_min_protocol_version=1.3",
    "ssl_max_protocol_version=''",
    "sslcertmode=maybe",
    "port=0",
    "port=65535",
    "port=65536",
    "port=abc",
    "port=' 5432 '",
    "port='54 32'",
    "port=+5432",
    "port=-1",
    "port=''",
    "port=99999999999999999999",
    "port=1,2",
    "host=/nonexistent,/nonexistent port=1,2,3",
    "host=/nonexistent,/nonexistent port=1,",
    "host=/nonexistent,/nonexistent hostaddr=127.0.0.1",
    "connect_timeout=5",
];

/// Everything to parse.
pub fn to_parse() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = KNOWN.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut random = Random(0x5DEE_CE66_D1CE_4E5B);
    for _ in 0..1_500 {
        all.push(mutated(KNOWN[random.below(KNOWN.len())].as_bytes(), &mut random));
    }
    for _ in 0..500 {
        all.push(built(&mut random));
    }
    all
}

/// Everything to validate, with a host that cannot be reached.
pub fn to_check() -> Vec<Vec<u8>> {
    CHECKED
        .iter()
        .map(|text| format!("host=/nonexistent user=u {text}").into_bytes())
        .collect()
}

const PIECES: &[&[u8]] = &[
    b"@",
    b"/",
    b":",
    b"?",
    b"&",
    b"=",
    b"%",
    b"%2",
    b"%zz",
    b"%00",
    b"%41",
    b"%2C",
    b",",
    b"[",
    b"]",
    b" ",
    b"  ",
    b"'",
    b"\\",
    b"\n",
    b"\t",
    b"#",
    b"host",
    b"user=",
    b"password=",
    b"sslmode=require",
    b"ssl=true",
    b"postgresql://",
    b"x",
    b"\xc3\xa4",
    b"\xff",
    b"+",
    b"'' ",
];

fn mutated(text: &[u8], random: &mut Random) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len() + 1);
        match random.below(3) {
            0 => drop(text.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
            1 if at < text.len() => drop(text.remove(at)),
            _ => {
                let end = (at + random.below(4)).min(text.len());
                text.splice(at..end, PIECES[random.below(PIECES.len())].iter().copied());
            }
        }
    }
    text
}

fn built(random: &mut Random) -> Vec<u8> {
    let mut text = if random.below(3) > 0 {
        b"postgresql://".to_vec()
    } else {
        Vec::new()
    };
    for _ in 0..random.below(14) {
        text.extend_from_slice(PIECES[random.below(PIECES.len())]);
    }
    text
}

/// Xorshift: the same sequence on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }
}
