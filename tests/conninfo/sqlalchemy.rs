//! Our splitting of SQLAlchemy's URLs and its own.

use dbdoctor::conninfo::sqlalchemy;

use crate::corpus;
use crate::support::python;

const SCHEME: &str = "postgresql+psycopg2://";

type Split = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Vec<(String, String)>,
);

/// The corpus with the scheme of SQLAlchemy; its regular expression ends a query at a line feed, and it takes text alone.
fn urls() -> Vec<String> {
    corpus::to_parse()
        .into_iter()
        .filter_map(|text| String::from_utf8(text).ok())
        .filter_map(|text| text.strip_prefix("postgresql://").map(|rest| format!("{SCHEME}{rest}")))
        .filter(|text| !text.contains('\n') && !text.contains("%00"))
        .collect()
}

#[test]
fn every_url_is_split_as_sqlalchemy_splits_it() {
    let urls = urls();
    let question = serde_json::to_string(&urls).expect("text");
    let theirs: Vec<Option<Split>> = serde_json::from_str(&python::run_script("conninfo/make_url.py", &question)).expect("valid JSON");
    assert_eq!(urls.len(), theirs.len());
    let mut compared = 0;
    for (text, theirs) in urls.iter().zip(theirs) {
        let url = sqlalchemy::read(text.as_bytes(), SCHEME.len());
        let show = |part: &Option<Vec<u8>>| part.as_ref().map(|part| String::from_utf8_lossy(part).into_owned());
        let Some(theirs) = theirs else {
            let port = show(&url.port).unwrap_or_default();
            assert!(port.parse::<u64>().is_err(), "{text}: SQLAlchemy refuses the port {port:?}");
            continue;
        };
        let mut query: Vec<(String, String)> = url
            .query
            .iter()
            .map(|(name, value)| {
                (
                    String::from_utf8_lossy(name).into_owned(),
                    String::from_utf8_lossy(value).into_owned(),
                )
            })
            .collect();
        query.sort();
        let port = show(&url.port).map(|port| port.trim().parse::<i64>().map_or(port, |number| number.to_string()));
        let ours = (
            show(&url.user),
            show(&url.password),
            show(&url.host),
            port,
            show(&url.database),
            query,
        );
        assert_eq!(ours, theirs, "{text}");
        compared += 1;
    }
    assert!(compared > 300, "only {compared} URLs were compared");
}
