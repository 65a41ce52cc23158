"""What Django itself makes of a project's migrations. Reads {"installed": […], "rows": [[app, name]…], "user": …}, prints JSON."""

import json
import os
import sys

sys.path.insert(0, os.getcwd())
question = json.load(sys.stdin)

import django
from django.conf import settings

options = {"AUTH_USER_MODEL": question["user"]} if question.get("user") else {}
options |= {"SECRET_KEY": "x", "SITE_ID": 1, "STATIC_URL": "/static/", "WAGTAIL_SITE_NAME": "x", "CMS_CONFIRM_VERSION4": True}
settings.configure(
    INSTALLED_APPS=question["installed"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    **options,
)

from django.apps import AppConfig

create = AppConfig.create


def without_ready(entry):
    """What public applications check of the settings when they are ready has no part in the graph."""
    config = create(entry)
    config.ready = lambda: None
    return config


AppConfig.create = without_ready
django.setup()

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

recorder = MigrationRecorder(connection)
recorder.ensure_schema()
for app, name in question.get("rows", []):
    recorder.record_applied(app, name)

ours = set(question["labels"] or [config.label for config in apps.get_app_configs()])
name = lambda key: "%s.%s" % tuple(key)
answer = {"error": None, "inconsistent": None}
try:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    answer["leaves"] = sorted(name(key) for key in loader.graph.leaf_nodes() if key[0] in ours)
    answer["conflicts"] = {app: names for app, names in loader.detect_conflicts().items()}
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    answer["pending"] = [name((one.app_label, one.name)) for one, _ in plan if one.app_label in ours]
    full = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    answer["plan"] = [name((one.app_label, one.name)) for one, _ in full if one.app_label in ours]
    try:
        loader.check_consistent_history(connection)
    except Exception as error:
        answer["inconsistent"] = str(error)
except Exception as error:
    answer["error"] = "%s: %s" % (type(error).__name__, error)
json.dump(answer, sys.stdout)
