//! How a connection is tried without the doctor, and with it.

use std::sync::LazyLock;

use super::call::Call;
use super::scale::Scale;
use crate::lab::dsn::Dsn;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::tools;

/// `dbdoctor check` of a small application.
pub fn check(scale: &Scale, dsn: &Dsn) -> Call {
    static SHOP: LazyLock<Project> = LazyLock::new(Project::shop);
    Call::new(&scale.binary)
        .args(["check", "--project"])
        .args([&SHOP.path])
        .env("DATABASE_URL", dsn)
}

/// The real program: what Debian has in `/usr/bin` is a wrapper in Perl.
pub fn psql(dsn: &Dsn) -> Call {
    Call::new(tools::postgres("psql")).args(["-XAtc", "select 1", &dsn.to_string()])
}

/// As it is called most often: it says who it is, and hangs up once it is asked for a password.
pub fn pg_isready(port: u16) -> Call {
    Call::new(tools::postgres("pg_isready")).args(["-h", "localhost", "-U", "app", "-p", &port.to_string()])
}

/// What a person types to look at the same layers.
pub fn by_hand(dsn: &Dsn, port: u16) -> Call {
    const SCRIPT: &str = r#"
getent ahosts localhost
nc -z localhost "$2"
"$3/pg_isready" -h localhost -p "$2"
for sql in 'select version()' 'select current_user, current_schemas(false)' 'select * from alembic_version' \
    "select table_schema, table_name, privilege_type from information_schema.table_privileges where grantee = current_user" \
    'show max_connections' 'select state, count(*) from pg_stat_activity group by 1'
do
    "$3/psql" -XAtc "$sql" "$1" || exit
done
"#;
    let bin = crate::lab::release::Release::installed().bin().display().to_string();
    Call::script(SCRIPT, &[&dsn.to_string(), &port.to_string(), &bin])
}

pub fn psycopg2(venv: &Venv, dsn: &Dsn) -> Call {
    const CODE: &str = "import os, psycopg2
connection = psycopg2.connect(os.environ['DATABASE_URL'])
connection.cursor().execute('select 1')
connection.close()";
    python(venv, CODE, dsn)
}

pub fn psycopg(venv: &Venv, dsn: &Dsn) -> Call {
    const CODE: &str = "import os, psycopg
connection = psycopg.connect(os.environ['DATABASE_URL'])
connection.execute('select 1')
connection.close()";
    python(venv, CODE, dsn)
}

pub fn asyncpg(venv: &Venv, dsn: &Dsn) -> Call {
    const CODE: &str = "import asyncio, asyncpg, os
async def main():
    connection = await asyncpg.connect(os.environ['DATABASE_URL'])
    await connection.execute('select 1')
    await connection.close()
asyncio.run(main())";
    python(venv, CODE, dsn)
}

/// With this driver.
pub fn sqlalchemy(venv: &Venv, dsn: &Dsn, driver: &str) -> Call {
    const CODE: &str = "import os, sqlalchemy
url = sqlalchemy.make_url(os.environ['DATABASE_URL']).set(drivername='postgresql+' + os.environ['DRIVER'])
with sqlalchemy.create_engine(url).connect() as connection:
    connection.execute(sqlalchemy.text('select 1'))";
    python(venv, CODE, dsn).env("DRIVER", driver)
}

fn python(venv: &Venv, code: &str, dsn: &Dsn) -> Call {
    Call::new(venv.program("python")).args(["-c", code]).env("DATABASE_URL", dsn)
}

/// The shop with TLS 1.3, verify-full and SCRAM.
pub fn shop() -> Dsn {
    Server::shared().dsn("app")
}
