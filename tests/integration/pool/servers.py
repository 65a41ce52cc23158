# What a real application server makes of a command line, without serving: its processes, and the threads of each.
import json
import os
import sys


def gunicorn(arguments):
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = ["gunicorn", *arguments]
    settings = WSGIApplication().cfg
    greenlets = settings.worker_class_str.rsplit(".")[-1] in ("gevent", "eventlet")
    return settings.workers, settings.worker_connections if greenlets else settings.threads


def uvicorn(arguments):
    import uvicorn

    # The package has a function of the module's name.
    program = sys.modules["uvicorn.main"]
    seen = {}
    program.run = lambda app, **options: seen.update(options)
    program.main.main(arguments, standalone_mode=False)
    return uvicorn.Config("shop:app", workers=seen["workers"]).workers, None


def hypercorn(arguments):
    import hypercorn.__main__ as program

    seen = []
    program.run = seen.append
    program.main(arguments)
    return seen[0].workers, None


def granian(arguments):
    import granian.cli as program

    class Seen(program.Server):
        def __init__(self, *positional, **options):
            super().__init__(*positional, **options)
            Seen.it = self

        def serve(self, *positional, **options):
            pass

    program.Server = Seen
    program.cli.main(arguments, standalone_mode=False, auto_envvar_prefix="GRANIAN")
    wsgi = Seen.it.interface.value == "wsgi"
    return Seen.it.workers, Seen.it.blocking_threads if wsgi else None


def waitress_serve(arguments):
    from waitress import runner
    from waitress.adjustments import Adjustments

    seen = {}
    runner.run(["waitress-serve", *arguments], _serve=lambda app, **options: seen.update(options))
    return 1, Adjustments(**seen).threads


def celery(arguments):
    from celery import Celery
    from celery.bin.celery import celery as program

    seen = {}

    class Worker:
        exitcode = 0

        def __init__(self, **options):
            seen.update(options)

        def start(self):
            pass

    Celery.Worker = Worker
    try:
        program.main(arguments, standalone_mode=False)
    except SystemExit:
        pass
    pool = seen["pool"].__module__
    count = max(seen["autoscale"]) if seen.get("autoscale") else seen["concurrency"]
    if pool.endswith("solo"):
        return 1, 1
    return (count, 1) if pool.endswith("prefork") else (1, count)


program, *arguments = sys.argv[1:]
sys.path.insert(0, os.getcwd())
workers, threads = globals()[program.replace("-", "_")](arguments)
print(json.dumps([workers, threads]))
