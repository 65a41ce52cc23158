//! The layer `privileges`.

mod read_only;
mod roles;
mod row_security;
mod schemas;
mod tables;

use std::sync::OnceLock;

use dbdoctor::probe::privileges::{judge, more_questions, questions};
use dbdoctor::request::{Need, Request};
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{Answer, NoAnswer, ServerFacts};
use dbdoctor::verdict::{Fact, Notes, Probed};

use crate::server::{Server, answers, facts};
use crate::{fact, found, opened, request, target};

pub const ALL: &[Need] = &[Need::Usage, Need::Select, Need::Insert, Need::Update, Need::Delete];

pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("max_connections = 60\nautovacuum = off", false))
}

pub async fn check_with(role: &str, database: &str, options: &str, request: &Request) -> (&'static str, Notes) {
    let client = server().connect_with(role, database, options).await.unwrap();
    let facts = facts(&client).await;
    let first = answers(&client, questions(request)).await;
    let more = answers(&client, more_questions(request, &first)).await;
    opened(judge(request, &target(role, database), &facts, &first, &more))
}

pub async fn check(role: &str, database: &str, needs: &[Need]) -> (&'static str, Notes) {
    check_with(role, database, "", &request(needs)).await
}

/// Every privilege that the role holds in its own name, on anything.
pub async fn held(database: &str, role: &str) -> String {
    let query = format!(
        "SELECT string_agg(what, ' ' ORDER BY what) FROM (
           SELECT c.relname || ':' || x.privilege_type AS what FROM pg_class c, aclexplode(c.relacl) x WHERE x.grantee = '{role}'::regrole
           UNION ALL SELECT c.relname || '.' || a.attname || ':' || x.privilege_type FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,
             aclexplode(a.attacl) x WHERE x.grantee = '{role}'::regrole
           UNION ALL SELECT n.nspname || ':' || x.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) x WHERE x.grantee = '{role}'::regrole
           UNION ALL SELECT 'default-' || d.defaclobjtype::text || ':' || x.privilege_type FROM pg_default_acl d, aclexplode(d.defaclacl) x
             WHERE x.grantee = '{role}'::regrole) held"
    );
    server().value(database, &query).await
}

#[tokio::test]
async fn a_refused_question_spoils_no_other_and_never_passes_for_sound() {
    server()
        .database("refused", "CREATE ROLE @_app LOGIN;\nCREATE TABLE t (x int)")
        .await;
    let client = server().connect("refused_app", "refused").await.unwrap();
    let asked = request(ALL);
    let refused = || {
        NoAnswer::Refused(ServerError {
            severity: "ERROR".into(),
            sqlstate: "57014".into(),
            message: "canceling statement due to statement timeout".into(),
            ..ServerError::default()
        })
    };
    let judged = |answers: Vec<Answer>, more: Vec<Answer>| {
        judge(&asked, &target("refused_app", "refused"), &ServerFacts::default(), &answers, &more)
    };

    let mut some = answers(&client, questions(&asked)).await;
    some[3] = Err(refused());
    let more = answers(&client, more_questions(&asked, &some)).await;
    let (word, notes) = opened(judged(some, more));
    assert_eq!((word, found(&notes)), ("broken", vec![("table-access", "fail")]));
    let Fact::List(unseen) = fact(&notes, "not_seen") else {
        panic!("{notes:?}")
    };
    assert_eq!(
        unseen,
        &["the default privileges: ERROR 57014: canceling statement due to statement timeout"]
    );

    let some = answers(&client, questions(&asked)).await;
    assert!(matches!(judged(some, vec![Err(refused())]), Probed::Broke(_)));
    let mut some = answers(&client, questions(&asked)).await;
    some[1] = Err(refused());
    assert!(matches!(judged(some, Vec::new()), Probed::Broke(_)));
    let mut some = answers(&client, questions(&asked)).await;
    some[0] = Err(NoAnswer::Lost("connection closed".to_owned()));
    assert!(matches!(judged(some, Vec::new()), Probed::Broke(_)));
}
