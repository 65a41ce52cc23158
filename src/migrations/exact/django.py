# What `manage.py showmigrations --plan` and `migrate --check` know. Nothing is written.
def answer(argument):
    import os
    import runpy
    import sys

    os.chdir(argument["directory"])
    sys.path.insert(0, argument["directory"])
    import django
    from django.core import management

    if argument["application"] is not None:
        os.environ["DJANGO_SETTINGS_MODULE"] = argument["application"]
    elif argument["manage"] is not None:
        # It names the settings, and then would run a command.
        management.execute_from_command_line = lambda argv=None: None
        sys.argv = [argument["manage"]]
        runpy.run_path(argument["manage"], run_name="__main__")
    django.setup()
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    connection = connections["default"]
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    leaves = executor.loader.graph.leaf_nodes()
    pending = [f"{one.app_label}.{one.name}" for one, _ in executor.migration_plan(leaves)]
    rows = [".".join(key) for key in executor.loader.applied_migrations]
    name = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            name = cursor.fetchone()[0]
    return {
        "version": django.get_version(),
        "heads": [".".join(leaf) for leaf in leaves],
        "databases": [{"database": name, "rows": rows, "pending": pending}],
    }
