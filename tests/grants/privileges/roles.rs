//! What the role is, whom it may become, and where it is let in.

use dbdoctor::request::Need;
use dbdoctor::verdict::Fact;

use super::{ALL, check, check_with, server};
use crate::{fact, finding, found, pasted, request};

#[tokio::test]
async fn ownership_is_handed_over_and_back() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_migr;\nGRANT CREATE ON SCHEMA public TO @_migr;\n\
         SET ROLE @_migr; CREATE TABLE t (id serial); CREATE VIEW v AS SELECT 1 AS one; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;\n\
         CREATE TABLE mine (x int); ALTER TABLE mine OWNER TO @_app";
    server().database("ddl", schema).await;
    let (word, notes) = check("ddl_app", "ddl", &[Need::Ddl]).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("not-owner", "fail")]));
    let (run, undo) = pasted(&notes, "not-owner");
    assert_eq!(run, "GRANT ddl_migr TO ddl_app;");
    server().sql("ddl", &run).await;
    assert_eq!(found(&check("ddl_app", "ddl", &[Need::Ddl]).await.1), vec![]);
    let app = server().connect("ddl_app", "ddl").await.unwrap();
    app.batch_execute("ALTER TABLE t ADD COLUMN y int; SET ROLE ddl_migr; CREATE TABLE later (x int)")
        .await
        .unwrap();
    server().sql("ddl", &undo).await;
    assert_eq!(check("ddl_app", "ddl", &[Need::Ddl]).await.0, "broken");

    // The third way stands in words: it cannot be taken back.
    let text = &finding(&notes, "not-owner").remedy.as_ref().unwrap().steps[1].text;
    let reassign = "REASSIGN OWNED BY ddl_migr TO ddl_app";
    assert!(text.contains(reassign) && text.contains("SET ROLE ddl_migr"), "{text}");
    server().sql("ddl", reassign).await;
    assert_eq!(found(&check("ddl_app", "ddl", &[Need::Ddl]).await.1), vec![]);
}

#[tokio::test]
async fn nobody_is_made_a_member_of_a_superuser() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE TABLE t (id serial); CREATE VIEW v AS SELECT 1 AS one";
    server().database("restored", schema).await;
    let (word, notes) = check("restored_app", "restored", &[Need::Ddl]).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("not-owner", "fail")]));
    let (run, undo) = pasted(&notes, "not-owner");
    assert_eq!(
        run,
        "ALTER TABLE public.t OWNER TO restored_app;\nALTER VIEW public.v OWNER TO restored_app;"
    );
    server().sql("restored", &run).await;
    assert_eq!(found(&check("restored_app", "restored", &[Need::Ddl]).await.1), vec![]);
    server().sql("restored", &undo).await;
    assert_eq!(check("restored_app", "restored", &[Need::Ddl]).await.0, "broken");
}

#[tokio::test]
async fn a_membership_that_does_not_inherit_is_a_candidate() {
    let schema = "CREATE ROLE @_app LOGIN NOINHERIT;\nCREATE ROLE @_rw;\nGRANT @_rw TO @_app;\nCREATE TABLE t (x int); GRANT ALL ON t TO @_rw;\n\
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC";
    server().database("dormant", schema).await;
    let (word, notes) = check("dormant_app", "dormant", ALL).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("table-access", "fail")]));
    let candidates = &finding(&notes, "table-access").candidates;
    assert_eq!(candidates.len(), 1);
    assert!(candidates[0].cause.contains("\"dormant_rw\""), "{candidates:?}");

    server().sql("dormant", "ALTER ROLE dormant_app SET role = dormant_rw").await;
    let (word, notes) = check("dormant_app", "dormant", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
    assert_eq!(fact(&notes, "role"), &Fact::from("dormant_rw"));
    assert_eq!(fact(&notes, "login_role"), &Fact::from("dormant_app"));
}

#[tokio::test]
async fn connect_that_was_revoked_is_granted_again() {
    server()
        .database("shut", "CREATE ROLE @_app LOGIN;\nREVOKE CONNECT ON DATABASE @ FROM PUBLIC")
        .await;
    let error = server().connect("shut_app", "shut").await.unwrap_err();
    let refusal = crate::server::refusal(&error).unwrap();
    assert_eq!(
        refusal.routine.as_ref().map(dbdoctor::foreign::Foreign::raw),
        Some("CheckMyDatabase")
    );
    let finding = dbdoctor::finding::privileges::connect_denied::finding(&"shut_app".into(), &"shut".into(), &refusal);
    let step = &finding.remedy.as_ref().unwrap().steps[0];
    server().sql(step.database.as_ref().unwrap(), step.run.as_ref().unwrap()).await;
    server().connect("shut_app", "shut").await.unwrap();
    server().sql("postgres", step.undo.as_ref().unwrap()).await;
    server().connect("shut_app", "shut").await.unwrap_err();
}

#[tokio::test]
async fn an_ordinary_superuser_is_a_warning_with_a_way_back() {
    server()
        .database("mighty", "CREATE ROLE @_app LOGIN SUPERUSER;\nCREATE TABLE t (x int)")
        .await;
    let (word, notes) = check("mighty_app", "mighty", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("superuser", "warn")]));
    let (run, undo) = pasted(&notes, "superuser");
    server().sql("mighty", &run).await;
    assert_eq!(check("mighty_app", "mighty", ALL).await.0, "broken");
    server().sql("mighty", &undo).await;
    assert_eq!(check("mighty_app", "mighty", ALL).await.0, "sound");
}

#[tokio::test]
async fn another_database_than_expected_is_told() {
    server()
        .database("elsewhere", "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_other")
        .await;
    let mut asked = request(ALL);
    asked.expect.database = Some("elsewhere".to_owned());
    asked.expect.user = Some("elsewhere_app".to_owned());
    assert_eq!(found(&check_with("elsewhere_app", "elsewhere", "", &asked).await.1), vec![]);
    asked.expect.database = Some("shop".to_owned());
    let (word, notes) = check_with("elsewhere_app", "elsewhere", "", &asked).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("wrong-database", "fail")]));
    assert_eq!(
        finding(&notes, "wrong-database").evidence,
        ["current_database() is \"elsewhere\", expected is \"shop\""]
    );

    asked.expect.database = None;
    server()
        .sql(
            "elsewhere",
            "GRANT elsewhere_other TO elsewhere_app; ALTER ROLE elsewhere_app SET role = elsewhere_other",
        )
        .await;
    let (_, notes) = check_with("elsewhere_app", "elsewhere", "", &asked).await;
    assert_eq!(
        finding(&notes, "wrong-database").title,
        "the session has role \"elsewhere_other\" instead of \"elsewhere_app\""
    );
}
