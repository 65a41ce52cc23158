//! Whose session a line of a server's or pooler's log is about: the role and the database that stand before the message.

/// Names that stand for none.
const NOBODY: &[&str] = &["[unknown]", "(nouser)", "(nodb)", ""];

/// What a server's message begins with.
const SEVERITIES: [&str; 2] = ["FATAL: ", "ERROR: "];

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Session<'t> {
    pub role: Option<&'t str>,
    pub database: Option<&'t str>,
}

/// Where the head of a message ends that was recognised at a place: its severity belongs to it.
#[must_use]
pub fn end(message: &str, place: usize) -> usize {
    let severity = SEVERITIES.iter().find(|severity| message[place..].starts_with(**severity));
    place + severity.map_or(0, |severity| severity.len())
}

/// Reads what stands before the message: `user=app,db=shop`, `app@shop`, PgBouncer's `C-0x1: shop/app@10.0.3.7:5`.
#[must_use]
pub fn before(head: &str) -> Session<'_> {
    if !SEVERITIES.iter().any(|severity| head.contains(severity)) {
        return of_pooler(head);
    }
    let is_end = |c: char| matches!(c, ',' | ' ' | ']' | ')' | '|' | ';');
    let named = |name: &str| {
        let at = head.find(name)? + name.len();
        head[at..].split(is_end).next()
    };
    let role = named("user=").or_else(|| named("usr="));
    let database = named("db=").or_else(|| named("database=")).or_else(|| named("dbname="));
    if role.is_some() || database.is_some() {
        return Session::of(role, database);
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '[' | ']');
    // In a connection string, or behind a name, it is a piece of something else.
    if head.contains(['=', '%']) || head.contains("://") {
        return Session::default();
    }
    let mut words = head.split(|c: char| !(is_name(c) || c == '@'));
    let pair = words.find_map(|word| {
        word.split_once('@')
            .filter(|(role, database)| !role.is_empty() && !database.is_empty())
    });
    pair.map_or_else(Session::default, |(role, database)| Session::of(Some(role), Some(database)))
}

fn of_pooler(head: &str) -> Session<'_> {
    let Some(at) = head.find("C-0x").or_else(|| head.find("S-0x")) else {
        return Session::default();
    };
    let names = head[at..]
        .split_once(": ")
        .and_then(|(_, rest)| rest.split_once('@'))
        .and_then(|(names, _)| names.split_once('/'));
    names.map_or_else(Session::default, |(database, role)| Session::of(Some(role), Some(database)))
}

impl<'t> Session<'t> {
    fn of(role: Option<&'t str>, database: Option<&'t str>) -> Self {
        let known = |name: &&str| !NOBODY.contains(name) && !name.contains(['&', '=', '\'', ':', '/', '*']);
        Self {
            role: role.filter(known),
            database: database.filter(known),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_tells_role_and_database() {
        for head in [
            "[8840] app@shop FATAL: ",
            "[3]: [1-1] user=app,db=shop,app=psql,client=10.0.3.7 ERROR: 42501: ",
            "10.0.3.7(60542):app@shop:[15145]:1:28P01:psqlFATAL: ",
            "[7] WARNING C-0x7fbe: shop/app@10.0.3.7:5000 pooler error: ",
        ] {
            assert_eq!(before(head), Session::of(Some("app"), Some("shop")), "{head}");
        }
        for head in [
            "[8840] [unknown]@[unknown] FATAL: ",
            "ERROR: ",
            "root@web1 something ",
            "C-0x1: (nodb)/(nouser)@10.0.3.7:5 ",
        ] {
            assert_eq!(before(head), Session::default(), "{head}");
        }
    }
}
