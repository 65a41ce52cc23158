//! Other migration tools, run for real: what they leave in the database is what is known of them.

use std::fs;

use crate::harness::{Doctor, Run, apply};
use crate::lab::database::Database;
use crate::lab::node::Node;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::ruby;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::migrations::examine;

/// A tool's project and its database, empty both.
struct Site {
    database: Database<'static>,
    project: Project,
}

impl Site {
    fn new() -> Self {
        Self {
            database: Database::empty(Server::shared()),
            project: Project::empty(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        self.project.write(name, text);
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.project.path.join(name)).expect("the file is there");
    }

    fn socket(&self) -> String {
        self.database.server.socket_directory().display().to_string()
    }

    fn port(&self) -> u16 {
        self.database.server.port()
    }

    /// How JavaScript names the superuser's connection.
    fn javascript(&self) -> String {
        format!(
            "{{host: '{}', port: {}, user: 'postgres', database: '{}', ssl: false}}",
            self.socket(),
            self.port(),
            self.database.name
        )
    }

    fn check(&self) -> Run {
        let check: Doctor = examine(&self.database, &self.project.path);
        check.run()
    }

    /// The layer passes and says this.
    fn stands(&self, summary: &str) {
        let run = self.check();
        run.sound();
        assert_eq!(run.row("migrations")["summary"], summary, "{}", run.stdout);
    }

    /// This is pending, and nothing else.
    fn waits_for(&self, name: &str) {
        let run = self.check();
        run.fails("migrations/pending");
        let finding = run.finding("migrations/pending");
        assert_eq!(
            finding["evidence"],
            serde_json::json!([format!("pending: \"{name}\"")]),
            "{finding:#}"
        );
    }
}

#[test]
fn dbmate() {
    let venv = need!(Venv::of_tools());
    let site = Site::new();
    let url = format!(
        "postgres://postgres@/{}?host={}&port={}&sslmode=disable",
        site.database.name,
        site.socket(),
        site.port()
    );
    let run = |command: &str| venv.run(&site.project.path, "dbmate", &["--no-dump-schema", "--url", &url, command]);
    site.write(
        "db/migrations/002_a.sql",
        "-- migrate:up\nCREATE TABLE a (x int);\n-- migrate:down\n",
    );
    site.write(
        "db/migrations/20240101000000_b.sql",
        "-- migrate:up\nCREATE TABLE b (x int);\n-- migrate:down\n",
    );
    run("up");
    site.stands("dbmate: 2 migrations applied");
    site.write(
        "db/migrations/003_c.sql",
        "-- migrate:up\nCREATE TABLE c (x int);\n-- migrate:down\n",
    );
    assert!(run("status").contains("[ ] 003_c.sql"));
    site.waits_for("003_c.sql");
}

#[test]
fn rails() {
    need!(ruby::active_record());
    let site = Site::new();
    let migration = |class: &str| format!("class {class} < ActiveRecord::Migration[6.1]\n  def change; create_table :{class}; end\nend\n");
    let migrate = |version: Option<&str>| {
        ruby::migrate(
            &site.project.path,
            site.database.server.socket_directory(),
            site.port(),
            &site.database.name,
            version,
        )
    };
    site.write("db/migrate/20240101000000_a.rb", &migration("A"));
    site.write("db/migrate/later/20240102000000_b.rb", &migration("B"));
    site.check().fails("migrations/never-applied");
    assert!(migrate(Some("20240101000000")));
    site.waits_for("20240102000000_b.rb");
    assert!(!migrate(None));
    site.stands("Rails: 2 migrations applied");
    site.remove("db/migrate/later/20240102000000_b.rb");
    site.check().sound().warns("migrations/record-without-file");
}

#[test]
fn knex() {
    let node = need!(Node::shared());
    let site = Site::new();
    node.lend_to(&site.project.path);
    site.write(
        "knexfile.js",
        &format!("module.exports = {{client: 'pg', connection: {}}}", site.javascript()),
    );
    let table = |name: &str| format!("exports.up = k => k.schema.createTable('{name}', t => t.increments()); exports.down = k => {{}}");
    site.write("migrations/1_a.js", &table("a"));
    site.write("migrations/2_b.js", &table("b"));
    node.run(&site.project.path, "knex", &["migrate:latest"]);
    site.stands("Knex: 2 migrations applied");

    // Killed outside of a transaction it leaves its lock.
    site.write(
        "migrations/3_c.js",
        "exports.up = async k => process.kill(process.pid, 'SIGKILL'); exports.down = k => {}; exports.config = {transaction: false}",
    );
    let (succeeded, _) = node.try_run(&site.project.path, "knex", &["migrate:latest"]);
    assert!(!succeeded);
    site.waits_for("3_c.js");
    site.check().warns("migrations/locked");
    site.remove("migrations/3_c.js");
    node.run(&site.project.path, "knex", &["migrate:unlock"]);
    site.stands("Knex: 2 migrations applied");

    site.remove("migrations/1_a.js");
    let (succeeded, _) = node.try_run(&site.project.path, "knex", &["migrate:latest"]);
    assert!(!succeeded, "Knex needs every file");
    let run = site.check();
    run.sound().warns("migrations/record-without-file");
    assert!(run.stdout.contains("refuses to run any migration"), "{}", run.stdout);
}

#[test]
fn sequelize() {
    let node = need!(Node::shared());
    let site = Site::new();
    node.lend_to(&site.project.path);
    let settings = format!(
        r#"{{"development": {{"username": "postgres", "host": "{}", "port": {}, "database": "{}", "dialect": "postgres"}}}}"#,
        site.socket(),
        site.port(),
        site.database.name
    );
    site.write("config/config.json", &settings);
    let table = |name: &str| format!("module.exports = {{up: (q, S) => q.createTable('{name}', {{id: S.INTEGER}}), down() {{}}}}");
    site.write("migrations/1-a.js", &table("a"));
    node.run(&site.project.path, "sequelize-cli", &["db:migrate"]);
    site.stands("Sequelize: 1 migration applied");
    site.write("migrations/2-b.js", &table("b"));
    assert!(
        node.run(&site.project.path, "sequelize-cli", &["db:migrate:status"])
            .contains("down 2-b.js")
    );
    site.waits_for("2-b.js");
}

#[test]
fn typeorm() {
    let node = need!(Node::shared());
    let site = Site::new();
    node.lend_to(&site.project.path);
    let source = format!(
        "const {{DataSource}} = require('typeorm');\nmodule.exports = new DataSource(Object.assign({}, {{type: 'postgres', username: 'postgres', \
         migrations: ['src/migration/*.js']}}));\n",
        site.javascript()
    );
    site.write("source.js", &source);
    let class = |head: &str, table: &str| {
        format!("module.exports = class {head} async up(q) {{ await q.query('CREATE TABLE {table} (x int)') }} async down(q) {{}} }}")
    };
    site.write("src/migration/1700000000000-A.js", &class("A1700000000000 {", "a"));
    // The name that is recorded need not be the class's, nor need the file's name tell it.
    site.write(
        "src/migration/1700000000001-B.js",
        &class("B1700000000001 { name = 'Other1600000000000';", "b"),
    );
    node.run(&site.project.path, "typeorm", &["migration:run", "-d", "source.js"]);
    site.stands("TypeORM: 2 migrations applied");
    site.write("src/migration/c.js", &class("C1700000000002 {", "c"));
    let (_, shown) = node.try_run(&site.project.path, "typeorm", &["migration:show", "-d", "source.js"]);
    assert!(shown.contains("[ ] C1700000000002"), "{shown}");
    site.waits_for("c.js");
}

#[test]
fn drizzle() {
    let node = need!(Node::shared());
    let site = Site::new();
    node.lend_to(&site.project.path);
    let config = format!(
        "module.exports = {{dialect: 'postgresql', schema: './schema.js', out: './drizzle', dbCredentials: {}}}",
        site.javascript()
    );
    site.write("drizzle.config.js", &config);
    let table = |name: &str| format!("exports.{name} = pgTable('{name}', {{id: integer()}});\n");
    let schema = format!("const {{pgTable, integer}} = require('drizzle-orm/pg-core');\n{}", table("a"));
    site.write("schema.js", &schema);
    let run = |arguments: &[&str]| node.run(&site.project.path, "drizzle-kit", arguments);
    run(&["generate", "--name", "first"]);
    site.check().fails("migrations/never-applied");
    run(&["migrate"]);
    // Its schema is its own, and the application has nothing there.
    let check = site.check();
    check.sound().warns("migrations/unreadable");
    apply(site.database.server, &check.finding("migrations/unreadable"));
    site.stands("Drizzle: 1 migration applied");
    site.write("schema.js", &format!("{schema}{}", table("b")));
    run(&["generate", "--name", "second"]);
    site.waits_for("0001_second");
    run(&["migrate"]);
    site.stands("Drizzle: 2 migrations applied");
}

#[test]
fn yoyo() {
    let venv = need!(Venv::of_tools());
    let site = Site::new();
    site.write("migrations/0001.a.sql", "CREATE TABLE a (x int)");
    site.write("migrations/0002.b.sql", "CREATE TABLE b (x int)");
    let url = format!(
        "postgresql://postgres@/{}?host={}&port={}",
        site.database.name,
        site.socket(),
        site.port()
    );
    let migrate = |more: &[&str]| {
        let arguments = [&["apply", "--batch", "--no-config-file", "-d", &url, "./migrations"][..], more].concat();
        venv.run(&site.project.path, "yoyo", &arguments);
    };
    migrate(&["--revision", "0001.a"]);
    site.waits_for("0002.b.sql");
    migrate(&[]);
    site.stands("yoyo: 2 migrations applied");
    site.database
        .sql("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)");
    site.check().sound().warns("migrations/locked");
}

#[test]
fn aerich() {
    let venv = need!(Venv::of_tools());
    let site = Site::new();
    let dsn = format!(
        "asyncpg://postgres@/{}?host={}&port={}",
        site.database.name,
        site.socket(),
        site.port()
    );
    let settings = format!(
        "from tortoise import fields\nfrom tortoise.models import Model\n\n\nclass A(Model):\n    id = fields.IntField(primary_key=True)\n\n\n\
         TORTOISE_ORM = {{'connections': {{'default': '{dsn}'}},\n    'apps': {{'models': {{'models': ['shop', 'aerich.models'], 'default_connection': 'default'}}}}}}\n"
    );
    site.write("shop.py", &settings);
    venv.run(&site.project.path, "aerich", &["init", "-t", "shop.TORTOISE_ORM"]);
    venv.run(&site.project.path, "aerich", &["init-db"]);
    site.stands("aerich: 1 migration applied");
    site.write("migrations/models/1_20261126000000_more.py", "");
    site.waits_for("1_20261126000000_more.py");
}
