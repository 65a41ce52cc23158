//! One application, several databases: Flask-Migrate's own template for that, driven by its own command.

use crate::lab::database::Database;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::migrations::examine;

fn url(database: &Database) -> String {
    format!(
        "postgresql+psycopg2://postgres@/{}?host={}&port={}",
        database.name,
        database.server.socket_directory().display(),
        database.server.port()
    )
}

#[test]
fn each_has_a_record_of_its_own() {
    let venv = need!(Venv::shared());
    let (orders, users) = (Database::empty(Server::shared()), Database::empty(Server::shared()));
    let project = Project::empty();
    let app = format!(
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\nfrom flask_migrate import Migrate\n\napp = Flask(__name__)\n\
         app.config['SQLALCHEMY_DATABASE_URI'] = '{}'\napp.config['SQLALCHEMY_BINDS'] = {{'users': '{}'}}\ndb = SQLAlchemy(app)\nMigrate(app, db)\n\n\n\
         class Order(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n\n\n\
         class User(db.Model):\n    __bind_key__ = 'users'\n    id = db.Column(db.Integer, primary_key=True)\n",
        url(&orders),
        url(&users)
    );
    project.write("app.py", &app);
    let flask = |arguments: &[&str]| venv.run(&project.path, "flask", &[&["db"], arguments].concat());
    flask(&["init", "--multidb"]);
    flask(&["migrate", "-m", "tables"]);
    for database in [&orders, &users] {
        examine(database, &project.path).run().fails("migrations/never-applied");
    }
    flask(&["upgrade"]);
    for database in [&orders, &users] {
        let run = examine(database, &project.path).run();
        run.sound();
        assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
    }

    // One of them is left behind.
    flask(&["revision", "--rev-id", "b2", "-m", "more"]);
    orders.sql("UPDATE alembic_version SET version_num = 'b2'");
    examine(&orders, &project.path).run().sound();
    let run = examine(&users, &project.path).run();
    run.fails("migrations/pending");
    assert!(
        run.finding("migrations/pending").to_string().contains("flask db upgrade"),
        "{}",
        run.stdout
    );
}
