//! One row per tool.

use super::files::{Entries, Layout, Waits};
use super::naming::Naming;
use super::{Lock, PLAIN, Tool};

/// What most layouts share.
const FOLDER: Layout = Layout {
    directories: &["migrations"],
    entries: Entries::Files(&[".sql"]),
    naming: Naming::Number,
    waits: Waits::Unrecorded,
    is_telling: false,
};

/// Rows whose version was undone, or marked as deleted, later on do not count; those of a schema that Flyway made never do.
const FLYWAY_ROWS: &str = "(SELECT DISTINCT ON (coalesce(version, script)) version, description, type, script, success FROM {table} \
                           WHERE type <> 'SCHEMA' ORDER BY coalesce(version, script), installed_rank DESC) f";
/// A baseline, and a migration in Java, stand there under other names than those of files.
const FLYWAY_NAME: &str = "CASE WHEN version IS NULL OR script LIKE 'V%' THEN script \
                           ELSE 'V' || version || '__' || pg_catalog.replace(description, ' ', '_') END";
const FLYWAY: Tool = Tool {
    name: "Flyway",
    columns: &["installed_rank", "version", "type", "script", "success"],
    rows: FLYWAY_ROWS,
    migration: FLYWAY_NAME,
    applied: "success AND type NOT LIKE 'UNDO%' AND type <> 'DELETE'",
    failed: "NOT success",
    repair: "put right what it left behind, then `flyway repair`",
    status: "flyway info",
    apply: "flyway migrate",
    ..PLAIN
};

const EF_CORE: Tool = Tool {
    name: "EF Core",
    table: "__EFMigrationsHistory",
    files: Some(Layout {
        directories: &["Migrations", "Data/Migrations"],
        entries: Entries::Files(&[".cs"]),
        naming: Naming::Dated,
        is_telling: true,
        ..FOLDER
    }),
    status: "dotnet ef migrations list",
    apply: "dotnet ef database update",
    ..PLAIN
};

/// Rails and dbmate make the same table; whose it is the files tell.
const VERSIONS: Tool = Tool {
    name: "Rails or dbmate",
    table: "schema_migrations",
    columns: &["version"],
    status: "rails db:migrate:status` or `dbmate status",
    ..PLAIN
};

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
            waits: Waits::AfterLast,
            ..FOLDER
        }),
        repair: "look at what the migration left behind, put it right, then set the version with `migrate … force VERSION`",
        status: "migrate … version",
        apply: "migrate … up",
        ..PLAIN
    },
    Tool {
        name: "Ecto",
        table: "schema_migrations",
        columns: &["version", "inserted_at"],
        files: Some(Layout {
            directories: &["priv/repo/migrations"],
            entries: Entries::Deep(&[".exs"]),
            is_telling: true,
            ..FOLDER
        }),
        status: "mix ecto.migrations",
        apply: "mix ecto.migrate",
        ..PLAIN
    },
    VERSIONS,
    Tool {
        name: "Rails",
        files: Some(Layout {
            directories: &["db/migrate"],
            entries: Entries::Deep(&[".rb"]),
            is_telling: true,
            ..FOLDER
        }),
        status: "rails db:migrate:status",
        apply: "rails db:migrate",
        ..VERSIONS
    },
    Tool {
        name: "dbmate",
        files: Some(Layout {
            directories: &["db/migrations"],
            ..FOLDER
        }),
        status: "dbmate status",
        apply: "dbmate up",
        ..VERSIONS
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
            is_telling: true,
            ..FOLDER
        }),
        repair: "put right what it left behind, then `prisma migrate resolve --applied NAME` or `--rolled-back NAME`",
        status: "npx prisma migrate status",
        apply: "npx prisma migrate deploy",
        ..PLAIN
    },
    Tool {
        table: "flyway_schema_history",
        files: Some(Layout {
            directories: &["src/main/resources/db/migration", "db/migration"],
            entries: Entries::Deep(&[".sql"]),
            naming: Naming::Flyway,
            waits: Waits::AfterLast,
            is_telling: true,
        }),
        ..FLYWAY
    },
    Tool {
        table: "schema_version",
        ..FLYWAY
    },
    Tool {
        name: "Liquibase",
        table: "databasechangelog",
        columns: &["md5sum", "exectype", "author", "filename"],
        // As its own status calls them. What failed is not recorded.
        migration: "filename || '::' || id || '::' || author",
        lock: Some(Lock {
            table: "databasechangeloglock",
            columns: &["locked", "lockedby"],
            holder: "lockedby",
            held: "locked",
        }),
        status: "liquibase status --verbose",
        apply: "liquibase update",
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
            entries: Entries::Files(&[".js", ".ts", ".cjs", ".mjs"]),
            naming: Naming::Whole,
            ..FOLDER
        }),
        status: "npx knex migrate:status",
        apply: "npx knex migrate:latest",
        needs_every_file: true,
        ..PLAIN
    },
    Tool {
        name: "Sequelize",
        table: "SequelizeMeta",
        columns: &["name"],
        migration: "name",
        files: Some(Layout {
            directories: &["migrations", "src/migrations"],
            entries: Entries::Files(&[".js", ".cjs", ".ts", ".cts"]),
            naming: Naming::Whole,
            ..FOLDER
        }),
        status: "npx sequelize-cli db:migrate:status",
        apply: "npx sequelize-cli db:migrate",
        ..PLAIN
    },
    Tool {
        name: "TypeORM",
        table: "migrations",
        columns: &["id", "timestamp", "name"],
        migration: "name",
        files: Some(Layout {
            directories: &["src/migration", "src/migrations", "migrations"],
            entries: Entries::Files(&[".ts", ".js"]),
            naming: Naming::Class,
            ..FOLDER
        }),
        status: "npx typeorm migration:show -d DATASOURCE",
        apply: "npx typeorm migration:run -d DATASOURCE",
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
            ..FOLDER
        }),
        status: "goose status",
        apply: "goose up",
        ..PLAIN
    },
    Tool {
        name: "sqlx",
        table: "_sqlx_migrations",
        columns: &["version", "description", "success"],
        applied: "success",
        failed: "NOT success",
        files: Some(FOLDER),
        repair: "put right what it left behind, delete its row from _sqlx_migrations, then run the migrations again",
        status: "sqlx migrate info",
        apply: "sqlx migrate run",
        needs_every_file: true,
        ..PLAIN
    },
    Tool {
        name: "diesel",
        table: "__diesel_schema_migrations",
        columns: &["version", "run_on"],
        files: Some(Layout {
            entries: Entries::Directories("up.sql"),
            naming: Naming::Head,
            is_telling: true,
            ..FOLDER
        }),
        status: "diesel migration list",
        apply: "diesel migration run",
        ..PLAIN
    },
    Tool {
        name: "refinery",
        table: "refinery_schema_history",
        columns: &["version", "name", "applied_on", "checksum"],
        migration: "'V' || version || '__' || name",
        files: Some(Layout {
            directories: &["migrations", "src/migrations"],
            entries: Entries::Deep(&[".sql", ".rs"]),
            naming: Naming::Refinery,
            ..FOLDER
        }),
        apply: "refinery migrate",
        needs_every_file: true,
        ..PLAIN
    },
    Tool {
        name: "sea-orm",
        table: "seaql_migrations",
        columns: &["version", "applied_at"],
        files: Some(Layout {
            directories: &["migration/src"],
            entries: Entries::Modules,
            naming: Naming::Stem,
            is_telling: true,
            ..FOLDER
        }),
        status: "sea-orm-cli migrate status",
        apply: "sea-orm-cli migrate up",
        needs_every_file: true,
        ..PLAIN
    },
    Tool {
        columns: &["MigrationId", "ProductVersion"],
        migration: "\"MigrationId\"",
        ..EF_CORE
    },
    // With EFCore.NamingConventions.
    Tool {
        columns: &["migration_id", "product_version"],
        migration: "migration_id",
        ..EF_CORE
    },
    Tool {
        name: "Drizzle",
        table: "__drizzle_migrations",
        columns: &["hash", "created_at"],
        // It runs what its journal has after this moment, whatever the hashes.
        migration: "created_at",
        files: Some(Layout {
            directories: &[
                "drizzle",
                "migrations",
                "db/migrations",
                "src/drizzle",
                "src/db/migrations",
                "src/db/drizzle",
            ],
            entries: Entries::Journal,
            waits: Waits::AfterLast,
            is_telling: true,
            ..FOLDER
        }),
        apply: "npx drizzle-kit migrate",
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
            naming: Naming::Head,
            waits: Waits::AfterFirst,
            ..FOLDER
        }),
        repair: "put right what it left behind, then `atlas migrate apply` again, or `atlas migrate set VERSION`",
        status: "atlas migrate status",
        apply: "atlas migrate apply",
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
            entries: Entries::Files(&[".py", ".sql"]),
            naming: Naming::Stem,
            ..FOLDER
        }),
        status: "yoyo list",
        apply: "yoyo apply",
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
            ..FOLDER
        }),
        status: "aerich heads",
        apply: "aerich upgrade",
        ..PLAIN
    },
    Tool {
        name: "Tortoise",
        table: "tortoise_migrations",
        columns: &["app", "name"],
        migration: "name",
        status: "tortoise history",
        apply: "tortoise migrate",
        ..PLAIN
    },
    Tool {
        name: "Piccolo",
        table: "migration",
        columns: &["name", "app_name", "ran_on"],
        migration: "name",
        status: "piccolo migrations check",
        apply: "piccolo migrations forwards all",
        ..PLAIN
    },
];
