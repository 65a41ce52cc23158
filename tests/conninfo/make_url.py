"""Asks the real SQLAlchemy how it splits URLs.

Standard input: a JSON list of URLs. Standard output: a JSON list of [user, password, host, port, database, query pairs], or null
where a port is no number. What is absent or empty is null, since SQLAlchemy passes neither on.
"""

import json
import sys

from sqlalchemy.engine import make_url


def split(text):
    try:
        url = make_url(text)
    except ValueError:
        return None
    port = None if url.port is None else str(url.port)
    query = sorted((key, value) for key in url.query for value in url.normalized_query[key])
    return [url.username or None, url.password or None, url.host or None, port, url.database or None, query]


json.dump([split(text) for text in json.load(sys.stdin)], sys.stdout)
