//! Other tools, by their state tables on a real server.

use dbdoctor::verdict::Notes;

use crate::project::{project, write};
use crate::server::Server;

/// What a tool has in the database, and what the layer says to that; `-` is nothing.
struct Case {
    tool: &'static str,
    tables: &'static str,
    files: &'static [&'static str],
    codes: &'static [&'static str],
    summary: &'static str,
}

const CASES: &[Case] = &[
    Case {
        tool: "golang-migrate",
        tables: "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, true)",
        files: &[
            "migrations/000001_a.up.sql",
            "migrations/000002_b.up.sql",
            "migrations/000003_c.up.sql",
        ],
        codes: &["fail migrations/dirty"],
        summary: "golang-migrate: \"2\" failed half way, or has not ended",
    },
    Case {
        tool: "golang-migrate",
        tables: "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, false)",
        files: &[
            "migrations/000001_a.up.sql",
            "migrations/000001_a.down.sql",
            "migrations/000002_b.up.sql",
            "migrations/000003_c.up.sql",
        ],
        codes: &["fail migrations/pending"],
        summary: "golang-migrate: 1 migration in migrations not recorded as applied",
    },
    Case {
        tool: "Rails or dbmate",
        tables: "CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240101000000')",
        files: &["db/migrate/20240101000000_a.rb"],
        codes: &[],
        summary: "Rails or dbmate: 1 migration applied",
    },
    Case {
        tool: "Ecto",
        tables: "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp); INSERT INTO schema_migrations VALUES (20240101000000)",
        files: &[
            "priv/repo/migrations/20240101000000_a.exs",
            "priv/repo/migrations/20240102000000_b.exs",
        ],
        codes: &["fail migrations/pending"],
        summary: "Ecto: 1 migration in priv/repo/migrations not recorded as applied",
    },
    Case {
        tool: "Prisma",
        tables: "CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text, \
                 rolled_back_at timestamptz, started_at timestamptz DEFAULT now(), applied_steps_count int); \
                 INSERT INTO _prisma_migrations (migration_name, finished_at) VALUES ('1_a', now()), ('2_b', NULL)",
        files: &["prisma/migrations/1_a/migration.sql", "prisma/migrations/2_b/migration.sql"],
        codes: &["fail migrations/dirty"],
        summary: "Prisma: \"2_b\" failed half way, or has not ended",
    },
    Case {
        tool: "Flyway",
        tables: "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200), type varchar(20), \
                 script varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp DEFAULT now(), execution_time int, success boolean); \
                 INSERT INTO flyway_schema_history VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 0, 'x', now(), 1, true), \
                 (2, '2', 'b', 'SQL', 'V2__b.sql', 0, 'x', now(), 1, false)",
        files: &[],
        codes: &["fail migrations/dirty"],
        summary: "Flyway: \"V2__b.sql\" failed half way, or has not ended",
    },
    Case {
        // A baseline stands for what was there before; undo scripts and repeatable ones wait for nothing.
        tool: "Flyway",
        tables: "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200), type varchar(20), \
                 script varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp DEFAULT now(), execution_time int, success boolean); \
                 INSERT INTO flyway_schema_history VALUES (1, '2', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'x', now(), 0, true), \
                 (2, '2.1', 'c', 'SQL', 'V2_1__c.sql', 0, 'x', now(), 1, true)",
        files: &[
            "db/migration/V1__a.sql",
            "db/migration/V2__b.sql",
            "db/migration/V2_1__c.sql",
            "db/migration/V2_10__d.sql",
            "db/migration/U2_1__c.sql",
            "db/migration/R__views.sql",
        ],
        codes: &["fail migrations/pending"],
        summary: "Flyway: 1 migration in db/migration not recorded as applied",
    },
    Case {
        tool: "TypeORM",
        tables: "CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL); \
                 INSERT INTO migrations (timestamp, name) VALUES (1700000000000, 'A1700000000000')",
        files: &["src/migration/1700000000000-A.ts", "src/migration/1700000001000-B.ts"],
        codes: &["fail migrations/pending"],
        summary: "TypeORM: 1 migration in src/migration not recorded as applied",
    },
    Case {
        tool: "EF Core",
        tables: "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" varchar(150) PRIMARY KEY, \"ProductVersion\" varchar(32) NOT NULL); \
                 INSERT INTO \"__EFMigrationsHistory\" VALUES ('20240101000000_Init', '8.0.0')",
        files: &[
            "Migrations/20240101000000_Init.cs",
            "Migrations/20240101000000_Init.Designer.cs",
            "Migrations/20240102000000_More.cs",
            "Migrations/20240102000000_More.Designer.cs",
            "Migrations/AppDbContextModelSnapshot.cs",
        ],
        codes: &["fail migrations/pending"],
        summary: "EF Core: 1 migration in Migrations not recorded as applied",
    },
    Case {
        tool: "aerich",
        tables: "CREATE TABLE aerich (id serial PRIMARY KEY, version varchar(255) NOT NULL, app varchar(100) NOT NULL, content jsonb NOT NULL); \
                 INSERT INTO aerich (version, app, content) VALUES ('0_20261125164925_init.py', 'models', '{}')",
        files: &[
            "migrations/models/0_20261125164925_init.py",
            "migrations/models/1_20261126164925_more.py",
        ],
        codes: &["fail migrations/pending"],
        summary: "aerich: 1 migration in migrations/models not recorded as applied",
    },
    Case {
        tool: "Liquibase",
        tables: "CREATE TABLE databasechangelog (id text, author text, filename text, exectype text, md5sum text); \
                 INSERT INTO databasechangelog VALUES ('1', 'a', 'x', 'EXECUTED', ''); \
                 CREATE TABLE databasechangeloglock (id int, locked boolean, lockgranted timestamp, lockedby text); \
                 INSERT INTO databasechangeloglock VALUES (1, true, now(), 'host (10.0.0.1)')",
        files: &[],
        codes: &["warn migrations/locked"],
        summary: "Liquibase holds its migration lock",
    },
    Case {
        tool: "Knex",
        tables: "CREATE TABLE knex_migrations (id serial, name text, batch int, migration_time timestamptz); \
                 CREATE TABLE knex_migrations_lock (index serial, is_locked int); \
                 INSERT INTO knex_migrations (name) VALUES ('1_a.js'); INSERT INTO knex_migrations_lock (is_locked) VALUES (1)",
        files: &["migrations/1_a.js", "migrations/2_b.js"],
        codes: &["fail migrations/pending", "warn migrations/locked"],
        summary: "Knex: 1 migration in migrations not recorded as applied",
    },
    Case {
        tool: "Sequelize",
        tables: "CREATE TABLE \"SequelizeMeta\" (name text PRIMARY KEY); INSERT INTO \"SequelizeMeta\" VALUES ('1-a.js')",
        files: &["migrations/1-a.js"],
        codes: &[],
        summary: "Sequelize: 1 migration applied",
    },
    Case {
        tool: "goose",
        tables: "CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp); \
                 INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false)",
        files: &["migrations/00001_a.sql", "migrations/00002_b.sql"],
        codes: &["fail migrations/pending"],
        summary: "goose: 1 migration in migrations not recorded as applied",
    },
    Case {
        tool: "sqlx",
        tables: "CREATE TABLE _sqlx_migrations (version bigint, description text, installed_on timestamptz, success boolean, checksum bytea, \
                 execution_time bigint); INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), false, '', 0)",
        files: &[],
        codes: &["fail migrations/dirty"],
        summary: "sqlx: \"1\" failed half way, or has not ended",
    },
    Case {
        tool: "diesel",
        tables: "CREATE TABLE __diesel_schema_migrations (version varchar(50), run_on timestamp); \
                 INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20240101000000')",
        files: &[
            "migrations/00000000000000_diesel_initial_setup/up.sql",
            "migrations/2024-01-01-000000_a/up.sql",
            "migrations/2024-01-02-000000_b/up.sql",
        ],
        codes: &["fail migrations/pending"],
        summary: "diesel: 1 migration in migrations not recorded as applied",
    },
    Case {
        tool: "EF Core",
        tables: "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" text, \"ProductVersion\" text); \
                 INSERT INTO \"__EFMigrationsHistory\" VALUES ('1_A', '8')",
        files: &[],
        codes: &[],
        summary: "EF Core: 1 migration applied",
    },
    Case {
        tool: "Drizzle",
        tables: "CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)",
        files: &[],
        codes: &[],
        summary: "Drizzle: 0 migrations applied",
    },
    Case {
        tool: "Atlas",
        tables: "CREATE TABLE atlas_schema_revisions (version text, description text, applied bigint, total bigint, error text); \
                 INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', '', 0, 0, NULL), ('1', 'a', 1, 3, 'ERROR')",
        files: &[],
        codes: &["fail migrations/dirty"],
        summary: "Atlas: \"1\" failed half way, or has not ended",
    },
    Case {
        tool: "yoyo",
        tables: "CREATE TABLE _yoyo_migration (migration_hash text, migration_id text, applied_at_utc timestamp); \
                 CREATE TABLE yoyo_lock (locked int, ctime timestamp, pid int); \
                 INSERT INTO _yoyo_migration VALUES ('x', '0001.a'); INSERT INTO yoyo_lock VALUES (1, now(), 77)",
        files: &["migrations/0001.a.py", "migrations/0002.b.sql"],
        codes: &["fail migrations/pending", "warn migrations/locked"],
        summary: "yoyo: 1 migration in migrations not recorded as applied",
    },
    Case {
        tool: "TypeORM",
        tables: "CREATE TABLE migrations (id serial, timestamp bigint, name text); INSERT INTO migrations (timestamp, name) VALUES (1, 'A1')",
        files: &[],
        codes: &[],
        summary: "TypeORM: 1 migration applied",
    },
    Case {
        tool: "aerich",
        tables: "CREATE TABLE aerich (id serial, version text, app text, content jsonb)",
        files: &[],
        codes: &[],
        summary: "aerich: 0 migrations applied",
    },
    Case {
        tool: "-",
        tables: "CREATE TABLE migrations (id serial, purpose text); CREATE TABLE migration (id serial, bird text)",
        files: &[],
        codes: &["-"],
        summary: "",
    },
];

#[test]
fn state_tables_of_other_tools() {
    let server = Server::start();
    server.run("postgres", "CREATE ROLE app LOGIN");
    for case in CASES {
        server.database("shop");
        for statement in case.tables.split("; ") {
            server.run("shop", statement);
        }
        server.run(
            "shop",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; CREATE SCHEMA IF NOT EXISTS drizzle; GRANT USAGE ON SCHEMA drizzle TO app; \
             GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO app",
        );
        let directory = project(&[]);
        for file in case.files {
            write(directory.path(), file, "");
        }
        if case.codes == ["-"] {
            assert!(server.skipped(directory.path()), "a table of that name alone is nobody's state");
        } else {
            let (codes, notes): (Vec<String>, Notes) = server.check(directory.path());
            assert_eq!(codes, case.codes, "{}: {notes:?}", case.tool);
            assert_eq!(notes.summary, case.summary);
        }
        server.run("postgres", "DROP DATABASE shop");
    }
}

#[test]
fn a_state_table_that_the_role_may_not_read() {
    let server = Server::start();
    server.run("postgres", "CREATE ROLE app LOGIN");
    server.database("shop");
    server.run("shop", "CREATE TABLE schema_migrations (version bigint, dirty boolean)");
    let directory = project(&[]);
    let (codes, notes) = server.check(directory.path());
    assert_eq!(codes, ["warn migrations/unreadable"]);
    let steps = &notes.findings[0].remedy.as_ref().unwrap().steps;
    assert_eq!(
        steps[0].run.as_deref(),
        Some("GRANT SELECT ON public.schema_migrations TO app;"),
        "{steps:?}"
    );
    server.run("shop", steps[0].run.as_deref().unwrap());
    assert_eq!(server.check(directory.path()).0, [""; 0]);
}
