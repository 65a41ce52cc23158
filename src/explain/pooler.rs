//! PgBouncer's log: it says up to three times why it turned a client away.

/// Whether a line says of the same client or server, right behind the first, what the first said: `closing because: …`, then `pooler error: …`; before
/// both, what the server said, or that there is no such user.
#[must_use]
pub fn says_again(first: &str, line: &str) -> bool {
    may_say_again(line)
        && (first.contains("server login failed: ") && line.contains("closing because: ")
            || peer(line).is_some_and(|of| peer(first) == Some(of)))
}

/// Whether a line may say what the one before it said.
#[must_use]
pub fn may_say_again(line: &str) -> bool {
    ["closing because: ", "pooler error: ", " connect failed: "]
        .iter()
        .any(|said| line.contains(said))
}

/// Whether a pooler says that what came was no client of a database: a health check, or a scan.
#[must_use]
pub fn is_of_no_client(text: &str) -> bool {
    const SAID: &[&str] = &[
        "client sent partial pkt in startup phase",
        "bad startup packet",
        "bad packet header",
        "client unexpected eof",
    ];
    SAID.iter().any(|said| text.contains(said))
}

/// Address and port in `C-0x561bd8fa2310: shop/app@10.0.3.11:47328 closing because: …`, of a server in `S-0x…`.
fn peer(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(" C-0x").or_else(|| line.split_once(" S-0x"))?;
    let (_, rest) = rest.split_once('@')?;
    rest.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::says_again;

    #[test]
    fn a_client_is_turned_away_once() {
        let closing = "2026-11-25 23:28:34.199 UTC [7] LOG C-0x561b: busy/app@10.0.3.11:47400 closing because: query_wait_timeout (age=2s)";
        let error = "2026-11-25 23:28:34.199 UTC [7] WARNING C-0x561b: busy/app@10.0.3.11:47400 pooler error: query_wait_timeout";
        let login = "2026-11-25 23:28:34.199 UTC [7] WARNING server login failed: FATAL database \"nope\" does not exist";
        assert!(says_again(closing, error));
        assert!(says_again(login, closing));
        assert!(!says_again(error, closing.replace("47400", "47401").as_str()));
        assert!(!says_again(closing, login));
    }
}
