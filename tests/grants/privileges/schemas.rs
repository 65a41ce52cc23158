//! Schemas and the search path.

use dbdoctor::request::Need;

use super::{ALL, check, check_with, held, server};
use crate::{finding, found, pasted, request};

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
