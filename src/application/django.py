# Django's settings, once its own code has filled in what they leave out. No connection is opened.


def described(error):
    message = str(error).split("\n")[0]
    return {"type": type(error).__name__, "message": message}


def database(alias, settings, connections):
    options = dict(settings.get("OPTIONS") or {})
    pool = options.get("pool")
    seen = {
        "alias": alias,
        "engine": plain(settings.get("ENGINE") or ""),
        "settings": {
            name: plain(settings[name])
            for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")
            if settings.get(name) not in (None, "") and plain(settings[name]) is not None
        },
        "options": sorted(str(name) for name in options),
        "conn_max_age": settings.get("CONN_MAX_AGE"),
        "conn_health_checks": bool(settings.get("CONN_HEALTH_CHECKS")),
        "server": "%s:%s" % (settings.get("HOST"), settings.get("PORT")),
        "pool": None,
        "given": None,
        "driver": None,
        "refused": None,
    }
    if seen["conn_max_age"] is not None:
        seen["conn_max_age"] = float(seen["conn_max_age"])
    if pool:
        pool = pool if isinstance(pool, dict) else {}
        least = pool.get("min_size", 4)
        seen["pool"] = {"max": pool.get("max_size") or least, "lifetime": float(pool.get("max_lifetime", 3600))}
    if "postg" in seen["engine"]:
        try:
            wrapper = connections[alias]
            given = wrapper.get_connection_params()
            seen["driver"] = wrapper.Database.__name__
            seen["given"] = {name: plain(value) for name, value in given.items() if plain(value) is not None}
            # Made, and not opened.
            getattr(wrapper, "pool", None)
        except Exception as error:
            seen["refused"] = described(error)
    return seen


def answer(argument):
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = argument["settings"]
    import importlib

    import django

    # Settings are lazy, and what is wrong with the module shows here.
    importlib.import_module(argument["settings"])
    from django.conf import settings
    from django.db import connections

    settings.DATABASES
    databases = getattr(connections, "settings", None) or connections.databases
    return {
        "version": django.get_version(),
        "databases": [database(alias, databases[alias], connections) for alias in databases],
    }
