//! Applications whose processes take as much as their pools give, and keep it: one for each library.

use crate::lab::dsn::Dsn;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::service::Gunicorn;

/// What keeps the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    SqlAlchemy,
    Psycopg,
    Asyncpg,
}

/// The pool of each process.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub pool: i64,
    /// For SQLAlchemy alone.
    pub overflow: i64,
}

const SQLALCHEMY: &str = "
import os
from flask import Flask
from sqlalchemy import create_engine
app = Flask(__name__)
engine = create_engine(os.environ['SQLALCHEMY_URL'], pool_size=POOL, max_overflow=OVERFLOW, pool_timeout=1)
held = []
def fill():
    held.extend(engine.connect() for _ in range(POOL + OVERFLOW))
@app.get('/')
def root():
    return str(len(held))
";

const PSYCOPG: &str = "
import os
from flask import Flask
from psycopg_pool import ConnectionPool
app = Flask(__name__)
pool = ConnectionPool(os.environ['DATABASE_URL'], min_size=POOL, max_size=POOL, kwargs={'prepare_threshold': None}, open=False)
def fill():
    pool.open(wait=True, timeout=60)
@app.get('/')
def root():
    return str(pool.get_stats())
";

const ASYNCPG: &str = "
import os
import asyncpg
async def fill():
    global pool
    pool = await asyncpg.create_pool(os.environ['DATABASE_URL'], min_size=POOL, max_size=POOL, statement_cache_size=0)
async def app(scope, receive, send):
    if scope['type'] == 'http':
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b'open'})
    while scope['type'] == 'lifespan':
        message = (await receive())['type']
        if message == 'lifespan.startup':
            await fill()
        await send({'type': message + '.complete'})
        if message == 'lifespan.shutdown':
            break
";

const CONF: &str = "
workers = WORKERS
def post_worker_init(worker):
    import shop
    shop.fill()
";

impl Library {
    pub const ALL: [Self; 3] = [Self::SqlAlchemy, Self::Psycopg, Self::Asyncpg];

    /// The pool of so many connections in all, the last of them beyond its size where the library has that.
    pub fn of(self, connections: i64) -> Size {
        let overflow = i64::from(self == Self::SqlAlchemy && connections > 1);
        Size {
            pool: connections - overflow,
            overflow,
        }
    }

    /// The code of an application with that pool in each of its workers.
    pub fn project(self, workers: i64, size: Size) -> Project {
        let project = Project::empty();
        let code = match self {
            Self::SqlAlchemy => SQLALCHEMY,
            Self::Psycopg => PSYCOPG,
            Self::Asyncpg => ASYNCPG,
        };
        let code = code
            .replace("POOL", &size.pool.to_string())
            .replace("OVERFLOW", &size.overflow.to_string());
        project.write("shop.py", &code);
        if self != Self::Asyncpg {
            project.write("gunicorn.conf.py", &CONF.replace("WORKERS", &workers.to_string()));
        }
        project
    }

    /// Runs the application with this connection string, until it answers: asyncpg's under uvicorn, the others under Gunicorn.
    pub fn start(self, venv: &Venv, project: &Project, workers: i64, dsn: &Dsn) -> Gunicorn {
        let dsn = dsn.to_string();
        let url = dsn.replacen("postgresql://", "postgresql+psycopg://", 1);
        let variables = [
            ("DATABASE_URL", dsn.as_str()),
            ("SQLALCHEMY_URL", url.as_str()),
            ("PATH", "/usr/bin:/bin"),
        ];
        match self {
            Self::Asyncpg => Gunicorn::uvicorn(venv, &project.path, &variables, &["--workers", &workers.to_string()]),
            Self::SqlAlchemy | Self::Psycopg => Gunicorn::start(venv, &project.path, &variables, &[]),
        }
    }

    /// How the demand of such an application is put.
    pub fn formula(self, workers: i64, size: Size) -> String {
        let Size { pool, overflow } = size;
        let total = workers * (pool + overflow);
        match self {
            Self::SqlAlchemy => format!("{workers} workers × (pool size {pool} + overflow {overflow}) = {total}"),
            Self::Psycopg | Self::Asyncpg => format!("{workers} workers × pool size {pool} = {total}, without any overflow"),
        }
    }
}
