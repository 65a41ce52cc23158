//! Row-level security.

use dbdoctor::request::Need;

use super::{ALL, check, check_with, server};
use crate::server::answer;
use crate::{finding, found, pasted, request};

#[tokio::test]
async fn row_level_security_without_a_policy_is_an_empty_table() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_other;\nCREATE TABLE closed (x int); INSERT INTO closed VALUES (1); CREATE TABLE partly (x int); \
         CREATE TABLE open (x int); CREATE TABLE forced (x int);\n\
         ALTER TABLE closed ENABLE ROW LEVEL SECURITY; ALTER TABLE partly ENABLE ROW LEVEL SECURITY; ALTER TABLE open ENABLE ROW LEVEL SECURITY;\n\
         CREATE POLICY p ON closed TO @_other USING (true); CREATE POLICY q ON partly FOR SELECT TO @_app USING (true);\n\
         CREATE POLICY r ON open USING (x = 1); CREATE POLICY s ON closed AS RESTRICTIVE USING (true);\n\
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO @_app;\n\
         ALTER TABLE forced OWNER TO @_app; ALTER TABLE forced ENABLE ROW LEVEL SECURITY;\n\
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC";
    server().database("rls", schema).await;
    let (word, notes) = check("rls_app", "rls", ALL).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("row-security", "fail")]));
    let said = finding(&notes, "row-security");
    assert_eq!(
        said.evidence,
        [
            "public.closed (owner \"postgres\"): no policy for SELECT, INSERT, UPDATE, DELETE; its policies are for \"rls_other\"",
            "public.partly (owner \"postgres\"): no policy for INSERT, UPDATE, DELETE"
        ]
    );
    let app = server().connect("rls_app", "rls").await.unwrap();
    let rows = |answer: dbdoctor::server::session::Answer| answer.unwrap().len();
    assert_eq!(rows(answer(&app, "SELECT x FROM closed").await), 0);

    // The owner is subject to its own policies only where they are forced.
    server().sql("rls", "ALTER TABLE forced FORCE ROW LEVEL SECURITY").await;
    let (_, notes) = check("rls_app", "rls", &[Need::Select]).await;
    assert_eq!(finding(&notes, "row-security").evidence.len(), 2);
    let (run, undo) = pasted(&notes, "row-security");
    server().sql("rls", &run).await;
    assert_eq!(found(&check("rls_app", "rls", &[Need::Select]).await.1), vec![]);
    assert_eq!(rows(answer(&app, "SELECT x FROM closed").await), 1);
    server().sql("rls", &undo).await;
    assert_eq!(check("rls_app", "rls", &[Need::Select]).await.0, "broken");

    server().sql("rls", "GRANT rls_other TO rls_app").await;
    assert_eq!(
        finding(&check("rls_app", "rls", &[Need::Select]).await.1, "row-security")
            .evidence
            .len(),
        1
    );
    server().sql("rls", "ALTER ROLE rls_app BYPASSRLS").await;
    assert_eq!(found(&check("rls_app", "rls", ALL).await.1), vec![]);
    server()
        .sql("rls", "ALTER ROLE rls_app NOBYPASSRLS; ALTER ROLE rls_app SET row_security = off")
        .await;
    let (_, notes) = check("rls_app", "rls", &[Need::Usage]).await;
    assert_eq!(found(&notes), vec![("row-security", "fail")]);
    let (run, undo) = pasted(&notes, "row-security");
    assert_eq!(run, "ALTER ROLE rls_app RESET row_security;");
    server().sql("rls", &run).await;
    assert_eq!(found(&check("rls_app", "rls", &[Need::Usage]).await.1), vec![]);
    server().sql("rls", &undo).await;
    assert_eq!(
        found(&check("rls_app", "rls", &[Need::Usage]).await.1),
        vec![("row-security", "fail")]
    );
    server().sql("rls", &run).await;
    let (_, notes) = check_with("rls_app", "rls", "-c row_security=off", &request(&[Need::Usage])).await;
    let step = &finding(&notes, "row-security").remedy.as_ref().unwrap().steps[0];
    assert_eq!(step.place.name(), "app-config");
    assert_eq!(found(&check("rls_app", "rls", &[Need::Usage]).await.1), vec![]);
}
