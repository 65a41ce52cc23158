"""Asks the real libpq, 17 (from psycopg2-binary) and 18 (from psycopg-binary), what it makes of connection strings.

Standard input: one JSON list of hexadecimal connection strings. Standard output: one JSON object per library,
{"17": {"keywords": [[name, env, default]...], "parsed": [...], "checked": [...]}, "18": ...}. A parsed item is {name: hex value},
or {"": message} where libpq refuses; a checked one is the message of PQconnectStart, which validates values before it connects.
"""

import ctypes
import glob
import json
import os
import sys
import sysconfig


class Option(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("keyword", "envvar", "compiled", "val", "label", "dispchar")] + [
        ("dispsize", ctypes.c_int)
    ]


def load(package, libraries):
    __import__(package)
    site = sysconfig.get_paths()["purelib"]
    (path,) = glob.glob(f"{site}/{libraries}.libs/libpq-*")
    library = ctypes.CDLL(path)
    for function in (library.PQconninfoParse, library.PQconndefaults):
        function.restype = ctypes.POINTER(Option)
    library.PQconnectStart.restype = ctypes.c_void_p
    library.PQerrorMessage.restype = ctypes.c_char_p
    library.PQerrorMessage.argtypes = [ctypes.c_void_p]
    library.PQfinish.argtypes = [ctypes.c_void_p]
    return library


def options(pointer):
    index = 0
    while pointer[index].keyword:
        yield pointer[index]
        index += 1


def parse(library, text):
    error = ctypes.c_char_p()
    found = library.PQconninfoParse(text, ctypes.byref(error))
    if not found:
        return {"": error.value.decode("utf-8", "replace")}
    return {o.keyword.decode(): o.val.hex() for o in options(found) if o.val is not None}


def check(library, text):
    connection = library.PQconnectStart(text)
    message = library.PQerrorMessage(connection).decode("utf-8", "replace")
    library.PQfinish(connection)
    return message


def main():
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    asked = json.load(sys.stdin)
    answers = {}
    for version, package, libraries in (("17", "psycopg2", "psycopg2_binary"), ("18", "psycopg", "psycopg_binary")):
        library = load(package, libraries)
        assert library.PQlibVersion() // 10000 == int(version), library.PQlibVersion()
        answers[version] = {
            "keywords": [
                [text if text is None else text.decode() for text in (o.keyword, o.envvar, o.compiled)]
                for o in options(library.PQconndefaults())
            ],
            "parsed": [parse(library, bytes.fromhex(text)) for text in asked["parse"]],
            "checked": [check(library, bytes.fromhex(text)) for text in asked["check"]],
        }
    json.dump(answers, sys.stdout)


main()
