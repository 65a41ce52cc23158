use std::sync::OnceLock;

use dbdoctor::probe::privileges::{judge, questions};
use dbdoctor::request::{Need, Request};
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{NoAnswer, ServerFacts};
use dbdoctor::verdict::{Fact, Notes, Probed};

use crate::server::{Server, answers, facts};
use crate::{fact, finding, found, opened, pasted, request, target};

const ALL: &[Need] = &[Need::Usage, Need::Select, Need::Insert, Need::Update, Need::Delete];

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("max_connections = 60\nautovacuum = off", false))
}

async fn check_with(role: &str, database: &str, options: &str, request: &Request) -> (&'static str, Notes) {
    let client = server().connect_with(role, database, options).await.unwrap();
    let facts = facts(&client).await;
    let answers = answers(&client, questions(request)).await;
    opened(judge(request, &target(role, database), &facts, answers))
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
    assert_eq!(run.lines().count(), 3);
    server().sql("ddl", &run).await;
    assert_eq!(found(&check("ddl_app", "ddl", &[Need::Ddl]).await.1), vec![]);
    server().sql("ddl", &undo).await;
    assert_eq!(
        server()
            .value(
                "ddl",
                "SELECT count(*) FROM pg_class WHERE relowner = 'ddl_migr'::regrole AND relkind IN ('r', 'v', 'm')"
            )
            .await,
        "3"
    );
    server().sql("ddl", "GRANT ddl_migr TO ddl_app").await;
    assert_eq!(found(&check("ddl_app", "ddl", &[Need::Ddl]).await.1), vec![]);
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
        let answers = answers(&client, questions(&asked)).await;
        let (_, notes) = opened(judge(&asked, &target("postgres", "postgres"), &ServerFacts::default(), answers));
        assert_eq!(found(&notes), expected);
    }
}

#[tokio::test]
async fn a_refused_question_spoils_no_other_and_never_passes_for_sound() {
    server().database("refused", "CREATE ROLE @_app LOGIN").await;
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
    let judged = |answers| judge(&asked, &target("refused_app", "refused"), &ServerFacts::default(), answers);

    let mut some = answers(&client, questions(&asked)).await;
    some[4] = Err(refused());
    let (word, notes) = opened(judged(some));
    assert_eq!(word, "sound");
    let Fact::List(unseen) = fact(&notes, "not_seen") else {
        panic!("{notes:?}")
    };
    assert_eq!(
        unseen,
        &["the default privileges: ERROR 57014: canceling statement due to statement timeout"]
    );

    let mut some = answers(&client, questions(&asked)).await;
    some[2] = Err(refused());
    assert!(matches!(judged(some), Probed::Broke(_)));
    let mut some = answers(&client, questions(&asked)).await;
    some[0] = Err(NoAnswer::Lost("connection closed".to_owned()));
    assert!(matches!(judged(some), Probed::Broke(_)));
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
    for settings in ["", "default_transaction_read_only = on"] {
        let server = Server::start(settings, false);
        if settings.is_empty() {
            server
                .sql("postgres", "ALTER ROLE ALL SET default_transaction_read_only = on")
                .await;
        }
        let client = server.connect("postgres", "postgres").await.unwrap();
        let seen = answers(&client, questions(&asked)).await;
        let (_, notes) = opened(judge(&asked, &target("postgres", "postgres"), &ServerFacts::default(), seen));
        assert_eq!(found(&notes), [("read-only-default", "fail"), ("superuser", "warn")]);
        let (run, undo) = pasted(&notes, "read-only-default");
        if settings.is_empty() {
            server.sql("postgres", &run).await;
            assert_eq!(server.value("postgres", "SHOW default_transaction_read_only").await, "off");
            server.sql("postgres", &undo).await;
            assert_eq!(server.value("postgres", "SHOW default_transaction_read_only").await, "on");
        } else {
            assert_eq!(undo, "");
            assert!(run.starts_with("SELECT "), "{run}");
            assert_eq!(finding(&notes, "read-only-default").candidates.len(), 2);
        }
    }
}
