"""Asks the real libpq 17 what it would connect with, given an environment, a home directory and a connection string.

Standard input: a JSON list of {"environment": {name: value}, "dsn": text}. Standard output: a JSON list of {keyword: value},
"password" being the one that libpq would offer, from the password file too; {"": message} where libpq refuses before it connects.
"""

import ctypes
import glob
import json
import os
import sys
import sysconfig

import psycopg2  # noqa: F401, its libraries come with it


class Option(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("keyword", "envvar", "compiled", "val", "label", "dispchar")] + [
        ("dispsize", ctypes.c_int)
    ]


(path,) = glob.glob(f"{sysconfig.get_paths()['purelib']}/psycopg2_binary.libs/libpq-*")
library = ctypes.CDLL(path)
library.PQconnectStart.restype = ctypes.c_void_p
library.PQconninfo.restype = ctypes.POINTER(Option)
for name in ("PQerrorMessage", "PQpass"):
    getattr(library, name).restype = ctypes.c_char_p
for name in ("PQerrorMessage", "PQpass", "PQfinish", "PQconninfo"):
    getattr(library, name).argtypes = [ctypes.c_void_p]


def ask(environment, dsn):
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    os.environ.update(environment)
    connection = library.PQconnectStart(dsn.encode())
    try:
        message = library.PQerrorMessage(connection).decode()
        if message and not message.startswith("connection to server"):
            return {"": message}
        options = library.PQconninfo(connection)
        found = {}
        index = 0
        while options[index].keyword:
            if options[index].val is not None:
                found[options[index].keyword.decode()] = options[index].val.decode()
            index += 1
        found["password"] = (library.PQpass(connection) or b"").decode()
        return found
    finally:
        library.PQfinish(connection)


json.dump([ask(**question) for question in json.load(sys.stdin)], sys.stdout)
