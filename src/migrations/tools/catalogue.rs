//! One row per tool.

use super::files::{Entries, Layout, Naming};
use super::{Lock, PLAIN, Tool};

/// Every tool. Where two share a table's name, the one with more columns comes first.
pub static ALL: &[Tool] = &[
    Tool {
        name: "golang-migrate",
        table: "schema_migrations",
        columns: &["version", "dirty"],
        applied: "NOT dirty",
        failed: "dirty",
        last_alone: true,
        files: Some(Layout {
            directories: &["migrations", "db/migrations", "database/migrations"],
            entries: Entries::Files(&[".up.sql"]),
            naming: Naming::Number,
        }),
        repair: "look at what the migration left behind, put it right, then set the version with `migrate … force VERSION`",
        ..PLAIN
    },
    Tool {
        name: "Ecto",
        table: "schema_migrations",
        columns: &["version", "inserted_at"],
        files: Some(Layout {
            directories: &["priv/repo/migrations"],
            entries: Entries::Files(&[".exs"]),
            naming: Naming::Number,
        }),
        ..PLAIN
    },
    Tool {
        name: "Rails or dbmate",
        table: "schema_migrations",
        columns: &["version"],
        files: Some(Layout {
            directories: &["db/migrate", "db/migrations"],
            entries: Entries::Files(&[".rb", ".sql"]),
            naming: Naming::Number,
        }),
        ..PLAIN
    },
    Tool {
        name: "Prisma",
        table: "_prisma_migrations",
        columns: &["migration_name", "finished_at", "rolled_back_at"],
        migration: "migration_name",
        applied: "finished_at IS NOT NULL AND rolled_back_at IS NULL",
        failed: "finished_at IS NULL AND rolled_back_at IS NULL",
        files: Some(Layout {
            directories: &["prisma/migrations"],
            entries: Entries::Directories("migration.sql"),
            naming: Naming::Whole,
        }),
        repair: "put right what it left behind, then `prisma migrate resolve --applied NAME` or `--rolled-back NAME`",
        ..PLAIN
    },
    Tool {
        name: "Flyway",
        table: "flyway_schema_history",
        columns: &["installed_rank", "type", "script", "success"],
        // What a baseline stands for has no row of its own.
        migration: "CASE WHEN type = 'BASELINE' THEN 'V' || version || '__baseline' ELSE script END",
        applied: "success",
        failed: "NOT success",
        files: Some(Layout {
            directories: &["src/main/resources/db/migration", "db/migration"],
            entries: Entries::Files(&[".sql"]),
            naming: Naming::Flyway,
        }),
        repair: "put right what it left behind, then `flyway repair`",
        ..PLAIN
    },
    Tool {
        name: "Flyway",
        table: "schema_version",
        columns: &["installed_rank", "type", "script", "success"],
        // What a baseline stands for has no row of its own.
        migration: "CASE WHEN type = 'BASELINE' THEN 'V' || version || '__baseline' ELSE script END",
        applied: "success",
        failed: "NOT success",
        repair: "put right what it left behind, then `flyway repair`",
        ..PLAIN
    },
    Tool {
        name: "Liquibase",
        table: "databasechangelog",
        columns: &["md5sum", "exectype", "author"],
        migration: "id",
        applied: "exectype <> 'FAILED'",
        failed: "exectype = 'FAILED'",
        lock: Some(Lock {
            table: "databasechangeloglock",
            columns: &["locked", "lockedby"],
            holder: "lockedby",
            held: "locked",
        }),
        repair: "put right what the change set left behind, then run the update again",
        ..PLAIN
    },
    Tool {
        name: "Knex",
        table: "knex_migrations",
        columns: &["name", "batch", "migration_time"],
        migration: "name",
        lock: Some(Lock {
            table: "knex_migrations_lock",
            columns: &["is_locked"],
            holder: "NULL::text",
            held: "is_locked = 1",
        }),
        files: Some(Layout {
            directories: &["migrations"],
            entries: Entries::Files(&[".js", ".ts", ".cjs", ".mjs"]),
            naming: Naming::Whole,
        }),
        ..PLAIN
    },
    Tool {
        name: "Sequelize",
        table: "SequelizeMeta",
        columns: &["name"],
        migration: "name",
        files: Some(Layout {
            directories: &["migrations", "src/migrations"],
            entries: Entries::Files(&[".js", ".cjs", ".ts"]),
            naming: Naming::Whole,
        }),
        ..PLAIN
    },
    Tool {
        name: "TypeORM",
        table: "migrations",
        columns: &["id", "timestamp", "name"],
        // The name is the class's, which no file has to be called by.
        migration: "\"timestamp\"",
        files: Some(Layout {
            directories: &["src/migration", "src/migrations", "migrations"],
            entries: Entries::Files(&[".ts", ".js"]),
            naming: Naming::Number,
        }),
        ..PLAIN
    },
    Tool {
        name: "goose",
        table: "goose_db_version",
        columns: &["version_id", "is_applied"],
        // A version that was rolled back and applied again has a row for each.
        rows: "(SELECT DISTINCT ON (version_id) version_id, is_applied FROM {table} ORDER BY version_id, id DESC) g",
        migration: "version_id",
        applied: "is_applied AND version_id > 0",
        files: Some(Layout {
            directories: &["migrations", "db/migrations"],
            entries: Entries::Files(&[".sql", ".go"]),
            naming: Naming::Number,
        }),
        ..PLAIN
    },
    Tool {
        name: "sqlx",
        table: "_sqlx_migrations",
        columns: &["version", "description", "success"],
        applied: "success",
        failed: "NOT success",
        files: Some(Layout {
            directories: &["migrations"],
            entries: Entries::Files(&[".sql"]),
            naming: Naming::Number,
        }),
        repair: "put right what it left behind, delete its row from _sqlx_migrations, then run the migrations again",
        ..PLAIN
    },
    Tool {
        name: "diesel",
        table: "__diesel_schema_migrations",
        columns: &["version", "run_on"],
        files: Some(Layout {
            directories: &["migrations"],
            entries: Entries::Directories("up.sql"),
            naming: Naming::Number,
        }),
        ..PLAIN
    },
    Tool {
        name: "refinery",
        table: "refinery_schema_history",
        columns: &["version", "applied_on", "checksum"],
        ..PLAIN
    },
    Tool {
        name: "sea-orm",
        table: "seaql_migrations",
        columns: &["version", "applied_at"],
        ..PLAIN
    },
    Tool {
        name: "EF Core",
        table: "__EFMigrationsHistory",
        columns: &["MigrationId", "ProductVersion"],
        migration: "\"MigrationId\"",
        files: Some(Layout {
            directories: &["Migrations"],
            entries: Entries::Files(&[".cs"]),
            naming: Naming::Stem,
        }),
        ..PLAIN
    },
    Tool {
        name: "Drizzle",
        table: "__drizzle_migrations",
        columns: &["hash", "created_at"],
        migration: "hash",
        ..PLAIN
    },
    Tool {
        name: "Atlas",
        table: "atlas_schema_revisions",
        columns: &["version", "applied", "total", "error"],
        // Rows whose version begins with a dot hold settings.
        rows: "(SELECT version, applied, total, error FROM {table} WHERE version NOT LIKE '.%') a",
        applied: "applied = total AND coalesce(error, '') = ''",
        failed: "applied < total OR coalesce(error, '') <> ''",
        files: Some(Layout {
            directories: &["migrations"],
            entries: Entries::Files(&[".sql"]),
            naming: Naming::Number,
        }),
        repair: "put right what it left behind, then `atlas migrate apply` again, or `atlas migrate set VERSION`",
        ..PLAIN
    },
    Tool {
        name: "yoyo",
        table: "_yoyo_migration",
        columns: &["migration_hash", "migration_id"],
        migration: "migration_id",
        lock: Some(Lock {
            table: "yoyo_lock",
            columns: &["locked", "ctime", "pid"],
            holder: "'process ' || pid",
            held: "locked = 1",
        }),
        files: Some(Layout {
            directories: &["migrations"],
            entries: Entries::Files(&[".py", ".sql"]),
            naming: Naming::Stem,
        }),
        ..PLAIN
    },
    Tool {
        name: "aerich",
        table: "aerich",
        columns: &["version", "app", "content"],
        files: Some(Layout {
            directories: &["migrations/models"],
            entries: Entries::Files(&[".py"]),
            naming: Naming::Whole,
        }),
        ..PLAIN
    },
    Tool {
        name: "Tortoise",
        table: "tortoise_migrations",
        columns: &["app", "name"],
        migration: "name",
        ..PLAIN
    },
    Tool {
        name: "Piccolo",
        table: "migration",
        columns: &["name", "app_name", "ran_on"],
        migration: "name",
        ..PLAIN
    },
];
