//! Whole processes on loopback.

use super::duel::Duel;
use super::peers;
use super::scale::Scale;
use crate::lab::python::Venv;
use crate::lab::server::Server;

pub fn print(scale: &Scale) {
    let dsn = peers::shop();
    let ours = peers::check(scale, &dsn);
    let against = |what: &str, theirs| Duel::fight(&ours, &theirs, scale.pairs).print(what);
    against("psql -c 'select 1'", peers::psql(&dsn));
    against("pg_isready", peers::pg_isready(Server::shared().port()));
    against("the same by hand", peers::by_hand(&dsn, Server::shared().port()));
    match Venv::of_peers() {
        Ok(venv) => {
            against("psycopg2, connect and select 1", peers::psycopg2(venv, &dsn));
            against("psycopg 3, the same", peers::psycopg(venv, &dsn));
            against("asyncpg, the same", peers::asyncpg(venv, &dsn));
            against("SQLAlchemy with psycopg2, the same", peers::sqlalchemy(venv, &dsn, "psycopg2"));
            against("SQLAlchemy with psycopg 3, the same", peers::sqlalchemy(venv, &dsn, "psycopg"));
        }
        Err(reason) => println!("not measured, Python's drivers: {reason}"),
    }
}
