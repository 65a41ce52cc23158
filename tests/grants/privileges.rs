use std::sync::OnceLock;

use dbdoctor::probe::privileges::{judge, more_questions, questions};
use dbdoctor::request::{Need, Request};
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{NoAnswer, ServerFacts};
use dbdoctor::verdict::{Fact, Notes, Probed};

use crate::server::{Server, answer, answers, facts};
use crate::{fact, finding, found, opened, pasted, request, target};

const ALL: &[Need] = &[Need::Usage, Need::Select, Need::Insert, Need::Update, Need::Delete];

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("max_connections = 60\nautovacuum = off", false))
}

async fn check_with(role: &str, database: &str, options: &str, request: &Request) -> (&'static str, Notes) {
    let client = server().connect_with(role, database, options).await.unwrap();
    let facts = facts(&client).await;
    let first = answers(&client, questions(request)).await;
    let more = answers(&client, more_questions(request, &first)).await;
    opened(judge(request, &target(role, database), &facts, first, more))
}

async fn check(role: &str, database: &str, needs: &[Need]) -> (&'static str, Notes) {
    check_with(role, database, "", &request(needs)).await
}

/// Every privilege that the role holds in its own name, on anything.
async fn held(database: &str, role: &str) -> String {
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
async fn a_schema_that_may_not_be_used_is_not_lost_from_the_search_path() {
    let schema = "CREATE ROLE @_app LOGIN;\nREVOKE USAGE ON SCHEMA public FROM PUBLIC;\nCREATE TABLE t (x int); GRANT ALL ON t TO @_app;\n\
         ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO @_app";
    server().database("closed", schema).await;
    let (word, notes) = check("closed_app", "closed", ALL).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("schema-usage", "fail")]));
    server().sql("closed", &pasted(&notes, "schema-usage").0).await;
    assert_eq!(found(&check("closed_app", "closed", ALL).await.1), vec![]);

    server().sql("closed", &pasted(&notes, "schema-usage").1).await;
    server().sql("closed", "CREATE SCHEMA AUTHORIZATION closed_app").await;
    let (word, notes) = check("closed_app", "closed", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("schema-usage", "warn")]));
}

#[tokio::test]
async fn a_missing_schema_is_named() {
    server().database("noschema", "CREATE ROLE @_app LOGIN;\nCREATE SCHEMA real").await;
    let mut asked = request(ALL);
    asked.schemas = vec!["o'dd".to_owned(), "public".to_owned()];
    let (word, notes) = check_with("noschema_app", "noschema", "", &asked).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("schema-missing", "fail")]));
    let finding = finding(&notes, "schema-missing");
    assert_eq!(finding.title, "schema \"o'dd\" does not exist in database \"noschema\"");
    assert!(
        finding
            .evidence
            .contains(&"schemas of the database: \"public\", \"real\"".to_owned()),
        "{finding:#?}"
    );
    assert!(finding.candidates.len() > 1);

    let (word, notes) = check_with("noschema_app", "noschema", "-c search_path=nowhere", &request(ALL)).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("schema-missing", "warn")]));
    let (word, notes) = check_with("noschema_app", "noschema", "-c search_path=\"\"", &request(ALL)).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
}

#[tokio::test]
async fn create_is_asked_of_the_schema_where_tables_are_made() {
    server()
        .database("making", "CREATE ROLE @_app LOGIN;\nREVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .await;
    let (word, notes) = check("making_app", "making", &[Need::Create]).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("schema-create", "fail")]));
    server().sql("making", "GRANT ALL ON DATABASE making TO making_app").await;
    assert_eq!(check("making_app", "making", &[Need::Create]).await.0, "broken");
    server().sql("making", &pasted(&notes, "schema-create").0).await;
    assert_eq!(found(&check("making_app", "making", &[Need::Create]).await.1), vec![]);
    assert_eq!(held("making", "making_app").await, "public:CREATE");
}

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
async fn read_only_by_default_names_the_place_that_set_it() {
    server().database("readonly", "CREATE ROLE @_app LOGIN").await;
    for place in ["ROLE readonly_app", "DATABASE readonly", "ROLE readonly_app IN DATABASE readonly"] {
        server()
            .sql("readonly", &format!("ALTER {place} SET default_transaction_read_only = on"))
            .await;
        let (word, notes) = check("readonly_app", "readonly", ALL).await;
        assert_eq!((word, found(&notes)), ("broken", vec![("read-only-default", "fail")]));
        assert_eq!(
            found(&check("readonly_app", "readonly", &[Need::Usage, Need::Select]).await.1),
            vec![]
        );
        let (run, _) = pasted(&notes, "read-only-default");
        assert!(
            run.contains(&format!("ALTER {place} RESET default_transaction_read_only;")),
            "{run}"
        );
        server().sql("readonly", &run).await;
        assert_eq!(found(&check("readonly_app", "readonly", ALL).await.1), vec![]);
    }
    let (_, notes) = check_with("readonly_app", "readonly", "-c default_transaction_read_only=on", &request(ALL)).await;
    let remedy = finding(&notes, "read-only-default").remedy.as_ref().unwrap();
    assert_eq!(remedy.steps[0].place.name(), "app-config");
}

#[tokio::test]
async fn a_standby_fails_a_writer_and_passes_a_reader() {
    let standby = Server::start("", true);
    let client = standby.connect("postgres", "postgres").await.unwrap();
    for (needs, expected) in [
        (ALL, vec![("read-only-replica", "fail"), ("superuser", "warn")]),
        (&[Need::Select], vec![("superuser", "warn")]),
    ] {
        let asked = request(needs);
        let first = answers(&client, questions(&asked)).await;
        let more = answers(&client, more_questions(&asked, &first)).await;
        let (_, notes) = opened(judge(&asked, &target("postgres", "postgres"), &ServerFacts::default(), first, more));
        assert_eq!(found(&notes), expected);
    }
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
    let judged = |answers, more| judge(&asked, &target("refused_app", "refused"), &ServerFacts::default(), answers, more);

    let mut some = answers(&client, questions(&asked)).await;
    some[2] = Err(refused());
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
async fn read_only_for_everybody_is_told_from_a_line_in_the_configuration() {
    let asked = request(ALL);
    let server = Server::start("", false);
    for change in [
        "ALTER ROLE ALL SET default_transaction_read_only = on",
        "ALTER SYSTEM SET default_transaction_read_only = on",
    ] {
        server.sql("postgres", change).await;
        server.sql("postgres", "SELECT pg_reload_conf()").await;
        let notes = until_read_only(&server, &asked).await;
        assert_eq!(found(&notes), [("read-only-default", "fail"), ("superuser", "warn")]);
        let (run, _) = pasted(&notes, "read-only-default");
        // psql sends statement by statement; ALTER SYSTEM wants no transaction around it.
        let client = server.connect("postgres", "postgres").await.unwrap();
        for statement in run.split_inclusive(";\n") {
            client.batch_execute(statement).await.unwrap();
        }
        let mut tries = 0;
        while server.value("postgres", "SHOW default_transaction_read_only").await == "on" {
            tries += 1;
            assert!(tries < 100, "{run}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    let server = Server::start("default_transaction_read_only = on", false);
    let notes = until_read_only(&server, &asked).await;
    let said = finding(&notes, "read-only-default");
    assert_eq!(said.candidates.len(), 2);
    let step = &said.remedy.as_ref().unwrap().steps[0];
    assert_eq!(step.place.name(), "database-host");
    assert!(step.text.contains("/postgresql.conf"), "{}", step.text);

    // A role that may not see the file is shown how a superuser finds it.
    server
        .sql(
            "postgres",
            "BEGIN READ WRITE; CREATE ROLE app LOGIN; ALTER DATABASE postgres OWNER TO app; COMMIT",
        )
        .await;
    let client = server.connect("app", "postgres").await.unwrap();
    let first = answers(&client, questions(&asked)).await;
    let more = answers(&client, more_questions(&asked, &first)).await;
    let (_, notes) = opened(judge(&asked, &target("app", "postgres"), &ServerFacts::default(), first, more));
    let (run, _) = pasted(&notes, "read-only-default");
    let rows = server
        .value("postgres", &run.replace("setting, source, sourcefile, sourceline", "sourcefile"))
        .await;
    assert!(rows.ends_with("/postgresql.conf"), "{rows}");
}

/// What is found once a new session begins read-only: the configuration is read again in a moment of the server's own choosing.
async fn until_read_only(server: &Server, asked: &Request) -> Notes {
    for _ in 0..100 {
        let client = server.connect("postgres", "postgres").await.unwrap();
        let first = answers(&client, questions(asked)).await;
        let more = answers(&client, more_questions(asked, &first)).await;
        let (_, notes) = opened(judge(asked, &target("postgres", "postgres"), &ServerFacts::default(), first, more));
        if found(&notes).contains(&("read-only-default", "fail")) {
            return notes;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the server never became read-only");
}

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

#[tokio::test]
async fn a_search_path_that_misses_the_tables_is_told() {
    let schema = "CREATE ROLE @_app LOGIN;\nCREATE SCHEMA shop AUTHORIZATION @_app;\nCREATE TABLE shop.orders (x int); ALTER TABLE shop.orders OWNER TO @_app";
    server().database("path", schema).await;
    let (word, notes) = check("path_app", "path", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("search-path", "warn")]));
    assert_eq!(
        finding(&notes, "search-path").title,
        "the search path finds no table, and schema \"shop\" holds 1 table"
    );
    let (run, undo) = pasted(&notes, "search-path");
    let app = server().connect("path_app", "path").await.unwrap();
    app.batch_execute(&run).await.unwrap();
    assert_eq!(found(&check("path_app", "path", ALL).await.1), vec![]);
    app.batch_execute(&undo).await.unwrap();
    assert_eq!(found(&check("path_app", "path", ALL).await.1), vec![("search-path", "warn")]);

    // The role's own schema comes first, and takes the names away from "public".
    server().sql("path", "ALTER SCHEMA shop RENAME TO path_app; CREATE TABLE orders (x int); GRANT ALL ON orders TO path_app; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO path_app").await;
    let (word, notes) = check("path_app", "path", ALL).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("search-path", "info")]));
    assert_eq!(
        finding(&notes, "search-path").evidence[1],
        "\"path_app\".\"orders\" hides \"public\".\"orders\""
    );
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
