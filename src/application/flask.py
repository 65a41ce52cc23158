# A Flask application's engines of SQLAlchemy, and its configuration. No connection is opened.


def contents(function):
    """What a closure holds, by name."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    return dict(zip(names, (cell.cell_contents for cell in getattr(function, "__closure__", None) or ())))


def number(value):
    value = value() if callable(value) else value
    return value if isinstance(value, int) else None


def described(engine, label):
    pool = engine.pool
    # What the engine hands to its driver: the URL's parts and connect_args. Code of the application's own has none.
    given = contents(getattr(pool, "_creator", None)).get("cparams")
    url = engine.url
    return {
        "label": label,
        "url": url.render_as_string(hide_password=False) if hasattr(url, "render_as_string") else str(url),
        "dialect": engine.dialect.name,
        "driver": engine.dialect.driver,
        "given": None if given is None else {name: plain(value) for name, value in given.items() if plain(value) is not None},
        "own_code": given is None,
        "server": "%s:%s" % (url.host, url.port),
        "pool": {
            "class": type(pool).__name__,
            "size": number(getattr(pool, "size", None)),
            "max_overflow": number(getattr(pool, "_max_overflow", None)),
            "recycle": number(getattr(pool, "_recycle", None)),
            "pre_ping": bool(getattr(pool, "_pre_ping", False)),
        },
    }


def labelled(app):
    """The engines of Flask-SQLAlchemy, with the names of their binds."""
    extension = app.extensions.get("sqlalchemy")
    if extension is None:
        return []
    with app.app_context():
        engines = getattr(extension, "engines", None)
        if engines is not None:
            return [(bind, engine) for bind, engine in engines.items()]
        # Flask-SQLAlchemy before 3.
        extension = extension.db
        return [(bind, extension.get_engine(app, bind)) for bind in [None, *(app.config.get("SQLALCHEMY_BINDS") or {})]]


def engines(app):
    import gc
    import sys

    named = labelled(app)
    if named or "sqlalchemy" not in sys.modules:
        return [described(engine, bind or "") for bind, engine in named]
    # An application that makes its engines itself.
    from sqlalchemy.engine import Engine

    found = [thing for thing in gc.get_objects() if isinstance(thing, Engine)]
    return [described(engine, "") for engine in found]


def answer(argument):
    import flask
    from flask.cli import ScriptInfo

    app = ScriptInfo(app_import_path=argument["application"]).load_app()
    config = {name: plain(app.config[name]) for name in argument["names"] if app.config.get(name) is not None}
    try:
        from importlib.metadata import version

        flask_version = version("flask")
    except Exception:
        flask_version = getattr(flask, "__version__", "")
    return {
        "version": flask_version,
        "engines": engines(app),
        "config": {name: value for name, value in config.items() if value is not None},
    }
