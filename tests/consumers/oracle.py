"""Says what a real consumer makes of connection strings.

Arguments: the consumer's name. Standard input: a connection string per line, hexadecimal. Standard output: first a line that names
the release, then for each string a line of JSON, {"read": {...}} or {"class": ..., "words": ...}; text is hexadecimal, since it need
not be UTF-8.
"""

import json
import os
import sys


def hexed(value):
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [hexed(one) for one in value]
    return str(value).encode("utf-8", "surrogateescape").hex()


def pairs(mapping):
    listed = lambda value: list(value) if isinstance(value, (list, tuple)) else [value]
    return [[hexed(name), hexed(listed(value))] for name, value in mapping.items()]


def refused(error):
    words = str(error).encode("utf-8", "replace").decode()
    return {"class": type(error).__name__, "words": words}


class SqlAlchemy:
    def __init__(self):
        import sqlalchemy
        from sqlalchemy.engine import make_url

        self.release, self.make_url, self.dialects = sqlalchemy.__version__, make_url, {}

    def arguments(self, url):
        dialect = url.get_dialect()
        if dialect.name != "postgresql":
            return {"class": None, "words": "not PostgreSQL's"}
        if dialect not in self.dialects:
            self.dialects[dialect] = dialect()
        try:
            _, found = self.dialects[dialect].create_connect_args(url)
        except Exception as error:
            return refused(error)
        return {"read": pairs({k: v for k, v in found.items() if k not in ("context", "client_encoding")})}

    def read(self, text):
        url = self.make_url(text)
        try:
            arguments = self.arguments(url)
        except Exception as error:
            arguments = refused(error)
        return {
            "user": hexed(url.username or None),
            "password": hexed(url.password or None),
            "host": hexed(url.host or None),
            "port": hexed(url.port),
            "database": hexed(url.database or None),
            "query": pairs(url.query),
            "arguments": arguments,
        }


def settings(found):
    if not found:
        return None
    read = {name: hexed(found[name]) for name in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")}
    return read | {"OPTIONS": pairs(found.get("OPTIONS", {}))}


class DjDatabaseUrl:
    def __init__(self):
        from importlib.metadata import version

        import dj_database_url

        self.release, self.module = version("dj-database-url"), dj_database_url

    def read(self, text):
        return settings(self.module.parse(text))


class DjangoEnviron:
    def __init__(self):
        import warnings

        import environ

        warnings.simplefilter("ignore")
        self.release, self.parse = environ.__version__, environ.Env.db_url_config

    def read(self, text):
        return settings(self.parse(text))


class Asyncpg:
    """Certificates are not opened: which files there are is no matter of the connection string."""

    def __init__(self):
        import ssl
        import types

        import asyncpg
        from asyncpg import connect_utils

        class Context(ssl.SSLContext):
            def load_verify_locations(self, *args, **kwargs):
                pass

            def load_cert_chain(self, *args, **kwargs):
                pass

        stand_in = types.SimpleNamespace(**vars(ssl))
        stand_in.SSLContext = Context
        connect_utils.ssl_module = stand_in
        self.release, self.parse = asyncpg.__version__, connect_utils._parse_connect_dsn_and_args
        names = "host port user password passfile database ssl service servicefile direct_tls server_settings"
        names += " target_session_attrs krbsrvname gsslib"
        self.nothing = dict.fromkeys(names.split())

    def read(self, text):
        places, params = self.parse(dsn=text, **self.nothing)
        return {
            "places": [hexed(place) for place in places],
            "user": hexed(params.user),
            "password": hexed(params.password),
            "database": hexed(params.database),
            "server_settings": pairs(params.server_settings or {}),
        }


CONSUMERS = {
    "sqlalchemy": SqlAlchemy,
    "dj-database-url": DjDatabaseUrl,
    "django-environ": DjangoEnviron,
    "asyncpg": Asyncpg,
}


def main():
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    os.environ |= {"HOME": "/nonexistent", "LOGNAME": "osuser"}
    consumer = CONSUMERS[sys.argv[1]]()
    print(json.dumps(consumer.release))
    for line in sys.stdin:
        text = bytes.fromhex(line).decode("utf-8", "surrogateescape")
        try:
            answer = {"read": consumer.read(text)}
        except Exception as error:
            answer = refused(error)
        print(json.dumps(answer))


main()
