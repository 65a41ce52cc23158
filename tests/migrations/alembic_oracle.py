"""What Alembic itself makes of a script directory. Reads {"ini": …, "rows": [[…]]}, prints JSON."""

import json
import sys
import warnings

from alembic.config import Config
from alembic.script import ScriptDirectory

question = json.load(sys.stdin)
answer = {"error": None, "warnings": []}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        script = ScriptDirectory.from_config(Config(question["ini"]))
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
