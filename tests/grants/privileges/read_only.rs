//! Sessions that cannot write, and the place that made them so.

use dbdoctor::probe::privileges::{judge, more_questions, questions};
use dbdoctor::request::{Need, Request};
use dbdoctor::server::session::ServerFacts;
use dbdoctor::verdict::Notes;

use super::{ALL, check, check_with, server};
use crate::server::{Server, answers};
use crate::{finding, found, opened, pasted, request, target};

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
        let (_, notes) = opened(judge(
            &asked,
            &target("postgres", "postgres"),
            &ServerFacts::default(),
            &first,
            &more,
        ));
        assert_eq!(found(&notes), expected);
    }
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
    let (_, notes) = opened(judge(&asked, &target("app", "postgres"), &ServerFacts::default(), &first, &more));
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
        let (_, notes) = opened(judge(
            asked,
            &target("postgres", "postgres"),
            &ServerFacts::default(),
            &first,
            &more,
        ));
        if found(&notes).contains(&("read-only-default", "fail")) {
            return notes;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the server never became read-only");
}
