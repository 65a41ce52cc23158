"""What Alembic itself makes of a script directory. Reads {"ini": … or "script": …, "rows": [[…]]}, prints JSON.

With "stubs", modules that are not installed are made up: revisions import much that has no part in the graph."""

import importlib.abc
import importlib.machinery
import json
import sys
import types
import warnings

from alembic.config import Config
from alembic.script import ScriptDirectory

question = json.load(sys.stdin)


class Anything(type):
    """Classes that can be called, inherited from, indexed, counted and asked for any attribute."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return made_up(name)

    def __iter__(cls):
        return iter(())

    def __len__(cls):
        return 0

    def __getitem__(cls, key):
        return made_up("item")


class Something(str):
    """An instance: empty text, so that SQLAlchemy takes it for an expression."""

    def __new__(cls, *args, **named):
        return str.__new__(cls)

    def __init__(self, *args, **named):
        pass

    def __call__(self, *args, **named):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return made_up(name)


def made_up(name):
    return Anything(name, (Something,), {})


class Stub(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return made_up(name)


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Stub(spec.name)

    def exec_module(self, module):
        pass


if question.get("stubs"):
    sys.meta_path.append(Stubs())
answer = {"error": None, "warnings": []}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        config = Config(question.get("ini"))
        if "script" in question:
            config.set_main_option("script_location", question["script"])
        script = ScriptDirectory.from_config(config)
        answer["heads"] = sorted(script.get_heads())
        answer["effective_heads"] = sorted(script.get_heads(consider_depends_on=True))
        answer["bases"] = sorted(script.get_bases())
        answer["order"] = [revision.revision for revision in script.walk_revisions()][::-1]
        answer["pending"] = []
        for rows in question.get("rows", []):
            try:
                steps = script._upgrade_revs("heads", tuple(rows))
                answer["pending"].append([step.revision.revision for step in steps])
            except Exception as error:
                answer["pending"].append("%s: %s" % (type(error).__name__, error))
        try:
            script._upgrade_revs("head", ())
            answer["head"] = None
        except Exception as error:
            answer["head"] = str(error)
    except Exception as error:
        answer["error"] = "%s: %s" % (type(error).__name__, error)
    answer["warnings"] = [str(warning.message) for warning in caught]
json.dump(answer, sys.stdout)
