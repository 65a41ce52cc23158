# What `alembic current` and `alembic heads` know, and what `alembic upgrade heads` would run. Nothing is written.
def look(config):
    import inspect

    import alembic
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    if "dont_mutate" not in inspect.getsource(MigrationContext.run_migrations):
        raise RuntimeError(f"Alembic {alembic.__version__} makes its version table when it is asked; 1.9 and later do not")
    script = ScriptDirectory.from_config(config)
    databases = []

    def capture(_, context):
        name = None
        if context.dialect.name == "postgresql":
            name = context.connection.exec_driver_sql("SELECT current_database()").scalar()
        rows = list(context.get_current_heads())
        pending = [step.revision.revision for step in script._upgrade_revs("heads", tuple(rows))]
        databases.append({"database": name, "rows": rows, "pending": pending})
        return []

    with EnvironmentContext(config, script, fn=capture, dont_mutate=True):
        script.run_env()
    return {"version": alembic.__version__, "heads": list(script.get_heads()), "databases": databases}


def answer(argument):
    import os
    import sys

    os.chdir(argument["directory"])
    sys.path.insert(0, argument["directory"])
    if argument["config"] is not None:
        from alembic.config import Config

        return look(Config(argument["config"]))
    from flask.cli import ScriptInfo

    app = ScriptInfo(app_import_path=argument["application"]).load_app()
    with app.app_context():
        return look(app.extensions["migrate"].migrate.get_config(argument["script"]))
