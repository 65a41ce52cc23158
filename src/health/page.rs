//! An HTTP answer, as far as it was read.

use crate::foreign::Foreign;

/// The most headers that are read.
const HEADERS: usize = 100;
/// How much of a page's words is shown.
const EXCERPT: usize = 300;

/// A page.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub reason: Foreign,
    /// What answered, by its own words.
    pub server: Option<Foreign>,
    /// Where it sends the reader instead.
    pub location: Option<Foreign>,
    /// The words of the body, without markup.
    pub words: String,
}

impl Page {
    /// Reads what came; `None` while the head is not complete.
    ///
    /// # Errors
    ///
    /// When it is no HTTP.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, httparse::Error> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = response.parse(bytes)? else {
            return Ok(None);
        };
        let header = |name: &str| {
            let mut headers = response.headers.iter();
            headers
                .find(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| header.value)
        };
        let chunked = header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
        let body = &bytes[length..];
        let body = if chunked { unchunked(body) } else { body.to_vec() };
        Ok(Some(Self {
            status: response.code.unwrap_or_default(),
            reason: Foreign::new(response.reason.unwrap_or_default()),
            server: header("server").map(Foreign::from_bytes),
            location: header("location").map(Foreign::from_bytes),
            words: words(&String::from_utf8_lossy(&body)),
        }))
    }

    /// Whether nothing more is to come, by the length that the head tells.
    #[must_use]
    pub fn is_whole(bytes: &[u8]) -> bool {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let Ok(httparse::Status::Complete(length)) = response.parse(bytes) else {
            return false;
        };
        let told = response
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let told = told.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok());
        told.is_some_and(|told: usize| bytes.len() - length >= told)
    }

    /// `503 Service Unavailable`
    #[must_use]
    pub fn answer(&self) -> String {
        format!("{} {}", self.status, self.reason).trim_end().to_owned()
    }

    /// The beginning of the page's words.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let mut excerpt: String = self.words.chars().take(EXCERPT).collect();
        if excerpt.len() < self.words.len() {
            excerpt.push('…');
        }
        excerpt
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let end = start.saturating_add(size).min(rest.len());
        body.extend_from_slice(&rest[start..end]);
        rest = rest[end..].strip_prefix(b"\r\n").unwrap_or(&[]);
        if size == 0 {
            break;
        }
    }
    body
}

/// The text between the tags; what scripts and styles hold is nobody's words.
fn words(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let hidden = ["script", "style"].into_iter().find(|tag| {
            let begins = after.get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag));
            begins && after[tag.len()..].starts_with(['>', ' '])
        });
        let end = match hidden {
            Some(tag) => after.find(&format!("</{tag}")).map(|at| &after[at + 2..]),
            None => Some(after),
        };
        rest = end.and_then(|end| end.split_once('>')).map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let text = ["&quot;", "&#x27;", "&#39;", "&lt;", "&gt;", "&amp;"]
        .into_iter()
        .zip(["\"", "'", "'", "<", ">", "&"])
        .fold(text, |text, (entity, plain)| text.replace(entity, plain));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_and_markup_is_left_out() {
        let bytes = b"HTTP/1.1 500 Internal Server Error\r\nServer: gunicorn\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n<title>a</title><styl\r\n1f\r\ne>p{}</style><p>b &quot;c&quot;\r\n0\r\n\r\n";
        let page = Page::read(bytes).expect("HTTP").expect("a whole head");
        assert_eq!((page.status, page.words.as_str()), (500, "a b \"c\""));
        assert_eq!(page.answer(), "500 Internal Server Error");
    }

    #[test]
    fn a_head_that_is_not_there_yet_is_waited_for() {
        assert!(Page::read(b"HTTP/1.1 200 OK\r\nServer").expect("HTTP").is_none());
        assert!(Page::read(b"SSH-2.0-OpenSSH_9.2p1\r\n").is_err());
        assert!(Page::is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        assert!(!Page::is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"));
    }
}
