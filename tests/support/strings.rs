//! Connection strings: those known from the field, what is built from pieces, and mutations of both with a fixed seed.

use std::collections::HashSet;

#[path = "random.rs"]
mod random;

use random::Random;

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

/// The known strings, then as many generated ones, all of them different.
pub fn generated(count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = KNOWN.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut taken: HashSet<Vec<u8>> = all.iter().cloned().collect();
    let mut random = Random(seed);
    let wanted = all.len() + count;
    while all.len() < wanted {
        let text = match random.below(4) {
            0 => built(&mut random),
            1 => composed(&mut random),
            _ => mutated(KNOWN[random.below(KNOWN.len())].as_bytes(), &mut random),
        };
        if taken.insert(text.clone()) {
            all.push(text);
        }
    }
    all
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

/// A URL with every part there or not, and a few odd characters in any of them.
fn composed(random: &mut Random) -> Vec<u8> {
    let mut text = pick(SCHEMES, random).to_vec();
    text.extend_from_slice(b"://");
    if random.below(4) > 0 {
        text.extend(word(random));
        if random.below(5) > 0 {
            text.push(b':');
            text.extend(word(random));
        }
        text.push(b'@');
    }
    for index in 0..=random.below(5).saturating_sub(2) {
        if index > 0 {
            text.push(b',');
        }
        text.extend_from_slice(pick(HOSTS, random));
        if random.below(2) > 0 {
            text.push(b':');
            text.extend_from_slice(pick(PORTS, random));
        }
    }
    if random.below(6) > 0 {
        text.push(b'/');
        text.extend(word(random));
    }
    for index in 0..random.below(4) {
        text.push(if index > 0 { b'&' } else { b'?' });
        text.extend_from_slice(pick(PARAMETERS, random));
        text.push(b'=');
        text.extend(word(random));
    }
    text
}

fn pick(list: &[&'static [u8]], random: &mut Random) -> &'static [u8] {
    list[random.below(list.len())]
}

/// Mostly plain letters, with up to two odd pieces.
fn word(random: &mut Random) -> Vec<u8> {
    let mut text = pick(WORDS, random).to_vec();
    for _ in 0..random.below(4).saturating_sub(1) {
        let at = random.below(text.len() + 1);
        text.splice(at..at, pick(PIECES, random).iter().copied());
    }
    text
}

const SCHEMES: &[&[u8]] = &[
    b"postgresql",
    b"postgresql",
    b"postgresql",
    b"postgres",
    b"Postgresql",
    b"postgresql+psycopg2",
    b"postgresql+psycopg",
    b"postgresql+asyncpg",
    b"postgresql+pg8000",
    b"pgsql",
    b"psql",
    b"postgis",
    b"timescale",
    b"cockroach",
    b"redshift",
    b"prometheus_postgresql",
    b"mysql",
];

const HOSTS: &[&[u8]] = &[
    b"h",
    b"Db.Example.COM",
    b"10.0.0.1",
    b"[::1]",
    b"[fe80::1%25eth0]",
    b"[FE80::1%Eth0]",
    b"[1.2.3.4]",
    b"[v1.x]",
    b"[::g]",
    b"%2Fvar%2Frun%2FPostgresql",
    b"",
    b"h%2Cg",
    b"[h]",
    b"\xef\xbc\x8f",
    b"\xc3\x84\xc3\xb6",
];

const PORTS: &[&[u8]] = &[
    b"5432", b"6432", b"0", b"05432", b"65536", b"", b"abc", b" 5432 ", b"+5", b"-1", b"5_4", b"5%34",
];

const PARAMETERS: &[&[u8]] = &[
    b"sslmode",
    b"host",
    b"host",
    b"port",
    b"user",
    b"password",
    b"dbname",
    b"database",
    b"service",
    b"options",
    b"currentSchema",
    b"conn_max_age",
    b"ssl",
    b"requiressl",
    b"sslnegotiation",
    b"target_session_attrs",
    b"gsslib",
    b"ssl_min_protocol_version",
    b"prepared_statement_cache_size",
    b"require_auth",
    b"channel_binding",
    b"min_protocol_version",
    b"connect_timeout",
    b"x y",
];

const WORDS: &[&[u8]] = &[
    b"app",
    b"shop",
    b"require",
    b"disable",
    b"verify-full",
    b"true",
    b"FALSE",
    b"5",
    b"007",
    b"h1:1",
    b"h1,h2",
    b"1,2",
    b"h2",
    b"direct",
    b"any",
    b"",
    b"/tmp",
    b"%2Ftmp%2Fx",
    b"::1",
    b"%C3%A4%ff",
    b"TLSv1.2",
];
