//! Tables, views, columns and sequences, and the grants that give what is missing.

use dbdoctor::probe::privileges::{more_questions, questions};
use dbdoctor::request::Need;
use dbdoctor::verdict::Fact;

use super::{ALL, check, check_with, held, server};
use crate::server::answers;
use crate::{fact, finding, found, pasted, request};

#[tokio::test]
async fn an_owner_passes() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE SCHEMA shop AUTHORIZATION @_app;\nSET ROLE @_app; CREATE TABLE shop.t (id serial PRIMARY KEY);\n\
                  ALTER ROLE @_app SET search_path = 'shop', public";
    server().database("owner", schema).await;
    let (word, notes) = check("owner_app", "owner", &[ALL, &[Need::Create, Need::Ddl]].concat()).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
    assert_eq!(
        notes.summary,
        "role \"owner_app\" may use schemas \"public\", \"shop\" and has what it needs on its only table"
    );
    assert_eq!(fact(&notes, "sequences"), &Fact::Count(1));
}

#[tokio::test]
async fn an_empty_database_passes() {
    server().database("bare", "CREATE ROLE @_app LOGIN").await;
    let (word, notes) = check("bare_app", "bare", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
    assert_eq!(notes.summary, "schema \"public\": no tables yet");
}

#[tokio::test]
async fn the_remedy_grants_what_is_missing_and_nothing_else() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_migr;\nCREATE SCHEMA \"Sales\" AUTHORIZATION @_migr;\nCREATE EXTENSION pg_stat_statements SCHEMA \"Sales\";\n\
         SET ROLE @_migr; SET search_path = \"Sales\";\
         CREATE TABLE a (id serial, x int); CREATE TABLE \"b \"\"; DROP\" (id int GENERATED ALWAYS AS IDENTITY);\
         CREATE TABLE held (x int); GRANT SELECT ON held TO @_app; CREATE TABLE closed (x int); GRANT ALL ON closed TO @_app;\
         CREATE TABLE part (x int) PARTITION BY RANGE (x); CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (9);\
         CREATE VIEW v AS SELECT 1 AS one; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one";
    server().database("gap", schema).await;
    let before = held("gap", "gap_app").await;
    let mut asked = request(ALL);
    asked.schemas = vec!["Sales".to_owned()];
    let (word, notes) = check_with("gap_app", "gap", "", &asked).await;
    assert_eq!(word, "broken");
    let expected = vec![
        ("schema-usage", "fail"),
        ("table-access", "fail"),
        ("table-access", "info"),
        ("sequence-access", "fail"),
        ("default-privileges", "warn"),
    ];
    assert_eq!(found(&notes), expected);
    assert_eq!(
        finding(&notes, "table-access").title,
        "role \"gap_app\" lacks SELECT, INSERT, UPDATE, DELETE on 6 of 8 tables and views"
    );
    assert_eq!(
        finding(&notes, "sequence-access").title,
        "role \"gap_app\" lacks USAGE on sequence \"Sales\".a_id_seq"
    );

    let client = server().connect("postgres", "gap").await.unwrap();
    let mut undo = Vec::new();
    for finding in notes.findings.iter().filter(|finding| finding.severity.name() != "info") {
        for step in &finding.remedy.as_ref().unwrap().steps {
            assert_eq!(step.database.as_deref(), Some("gap"));
            client.batch_execute(step.run.as_ref().unwrap()).await.unwrap();
            undo.push(step.undo.clone().unwrap());
        }
    }
    let (word, notes) = check_with("gap_app", "gap", "", &asked).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("table-access", "info")]));
    let mut expected: Vec<String> = vec!["Sales:USAGE".into(), "a_id_seq:USAGE".into(), "m:SELECT".into(), "v:SELECT".into()];
    for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
        for table in ["a", "b \"; DROP", "held", "part", "default-r"] {
            expected.push(format!("{table}:{privilege}"));
        }
    }
    expected.push("default-S:USAGE".into());
    let after = held("gap", "gap_app").await;
    for grant in &expected {
        assert!(after.contains(grant), "{grant} in {after}");
    }
    let closed = before.split_whitespace().filter(|grant| grant.starts_with("closed:")).count();
    assert_eq!(after.matches(':').count(), expected.len() + closed, "{after}");

    for statement in &undo {
        client.batch_execute(statement).await.unwrap();
    }
    assert_eq!(held("gap", "gap_app").await, before);
}

#[tokio::test]
async fn one_statement_serves_a_schema_that_lacks_everything() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_migr;\nGRANT CREATE ON SCHEMA public TO @_migr;\n\
         SET ROLE @_migr; CREATE TABLE a (id serial); CREATE TABLE b (id serial);\
         ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC";
    server().database("whole", schema).await;
    let (word, notes) = check("whole_app", "whole", ALL).await;
    assert_eq!(
        (word, found(&notes)),
        ("broken", vec![("table-access", "fail"), ("sequence-access", "fail")])
    );
    let (run, undo) = pasted(&notes, "table-access");
    assert_eq!(
        run,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO whole_app;"
    );
    assert_eq!(
        undo,
        "REVOKE SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM whole_app;"
    );
    assert_eq!(
        pasted(&notes, "sequence-access").0,
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO whole_app;"
    );
    assert_eq!(
        finding(&notes, "table-access").remedy.as_ref().unwrap().steps[0].actor.as_deref(),
        Some("the owner \"whole_migr\" or a superuser")
    );
    let (word, notes) = check("whole_app", "whole", &[Need::Usage]).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
}

#[tokio::test]
async fn a_view_in_the_schema_keeps_its_writes_closed() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE TABLE a (x int); CREATE TABLE b (x int); CREATE VIEW v AS SELECT * FROM a";
    server().database("mixed", schema).await;
    let (_, notes) = check("mixed_app", "mixed", &[Need::Select, Need::Insert]).await;
    let (run, _) = pasted(&notes, "table-access");
    assert_eq!(
        run,
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO mixed_app;\nGRANT INSERT ON public.a, public.b TO mixed_app;"
    );
}

#[tokio::test]
async fn grants_on_columns_are_told_from_none_and_survive_the_undo() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE TABLE t (a int, \"B b\" int, c int); GRANT SELECT (a, \"B b\") ON t TO @_app;\n\
         CREATE TABLE every (a int, b int); GRANT SELECT (a, b) ON every TO @_app;\nALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO @_app";
    server().database("cols", schema).await;
    let before = held("cols", "cols_app").await;
    let (word, notes) = check("cols_app", "cols", &[Need::Select]).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("table-access", "warn")]));
    assert_eq!(finding(&notes, "table-access").evidence, ["public.t (table): SELECT (a, B b)"]);
    let (run, undo) = pasted(&notes, "table-access");
    assert_eq!(run, "GRANT SELECT ON public.t TO cols_app;");
    server().sql("cols", &run).await;
    assert_eq!(found(&check("cols_app", "cols", &[Need::Select]).await.1), vec![]);
    server().sql("cols", &undo).await;
    assert_eq!(held("cols", "cols_app").await, before);
}

#[tokio::test]
async fn default_privileges_of_another_role_cover_nothing() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_migr;\nGRANT CREATE ON SCHEMA public TO @_migr;\n\
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO @_app;\n\
         SET ROLE @_migr; CREATE TABLE t (x int); GRANT SELECT ON t TO @_app";
    server().database("defaults", schema).await;
    let (word, notes) = check("defaults_app", "defaults", &[Need::Usage, Need::Select]).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("default-privileges", "warn")]));
    server().sql("defaults", &pasted(&notes, "default-privileges").0).await;
    server().sql("defaults", "SET ROLE defaults_migr; CREATE TABLE later (x int)").await;
    assert_eq!(
        found(&check("defaults_app", "defaults", &[Need::Usage, Need::Select]).await.1),
        vec![]
    );
}

#[tokio::test]
async fn a_foreign_table_may_be_there_to_be_read() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;\n\
         CREATE FOREIGN TABLE f (x int) SERVER far; GRANT SELECT ON f TO @_app; CREATE FOREIGN TABLE g (x int) SERVER far";
    server().database("distant", schema).await;
    let (word, notes) = check("distant_app", "distant", &[Need::Select, Need::Insert]).await;
    assert_eq!(
        (word, found(&notes)),
        ("broken", vec![("table-access", "fail"), ("table-access", "info")])
    );
    assert_eq!(
        finding(&notes, "table-access").title,
        "role \"distant_app\" lacks SELECT, INSERT on foreign table public.g"
    );
}

#[tokio::test]
async fn of_many_tables_those_that_differ_are_named() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_group;\nGRANT @_group TO @_app;\n\
         DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE format('CREATE TABLE t%s (id serial, x int)', i); END LOOP; END $$;\n\
         CREATE TABLE identity_too (id int GENERATED ALWAYS AS IDENTITY);\nCREATE VIEW v AS SELECT x FROM t1;\nCREATE MATERIALIZED VIEW m AS SELECT x FROM t1;\n\
         CREATE TABLE p (x int) PARTITION BY RANGE (x);\nCREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (9);\n\
         GRANT SELECT ON t7 TO @_group;\nGRANT SELECT, INSERT ON t8 TO @_app;\nGRANT SELECT ON t9 TO PUBLIC;\nCREATE SEQUENCE alone;\n\
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;\nALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC";
    server().database("many", schema).await;
    let before = held("many", "many_app").await;
    let (_, notes) = check("many_app", "many", ALL).await;
    let (run, undo) = pasted(&notes, "table-access");
    assert_eq!(
        run.lines().collect::<Vec<_>>()[..4],
        [
            "BEGIN;",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO many_app;",
            "REVOKE INSERT, UPDATE, DELETE ON public.v FROM many_app;",
            "COMMIT;"
        ]
    );
    let (sequences, sequences_undo) = pasted(&notes, "sequence-access");
    assert_eq!(
        sequences,
        "BEGIN;\nGRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO many_app;\nREVOKE USAGE ON SEQUENCE public.alone FROM many_app;\nCOMMIT;"
    );
    server().sql("many", &format!("{run}\n{sequences}")).await;
    assert_eq!(found(&check("many_app", "many", ALL).await.1), vec![]);
    let after = held("many", "many_app").await;
    assert!(
        after.contains("v:SELECT") && !after.contains("v:INSERT") && !after.contains("alone:"),
        "{after}"
    );
    server().sql("many", &format!("{undo}\n{sequences_undo}")).await;
    assert_eq!(held("many", "many_app").await, before);
}

/// What one flight of questions has settled costs no second one.
#[tokio::test]
async fn a_maker_without_sequences_leaves_nothing_to_ask() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE ROLE @_migr;\nGRANT CREATE ON SCHEMA public TO @_migr;\n\
         SET ROLE @_migr; ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO @_app; CREATE TABLE t (x int)";
    server().database("plain", schema).await;
    let asked = request(ALL);
    let first = async || {
        let client = server().connect("plain_app", "plain").await.unwrap();
        more_questions(&asked, &answers(&client, questions(&asked)).await)
    };
    assert_eq!(first().await, Vec::<String>::new());
    let client = server().connect("postgres", "plain").await.unwrap();
    client
        .batch_execute("SET ROLE plain_migr; CREATE TABLE u (id serial); GRANT USAGE ON u_id_seq TO plain_app")
        .await
        .unwrap();
    assert_eq!(first().await.len(), 1);
}
