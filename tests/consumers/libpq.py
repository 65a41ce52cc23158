"""Says what PQconninfoParse of a real libpq makes of connection strings.

Arguments: the library. Standard input: a connection string per line, hexadecimal. Standard output: first a line with the major
version, then for each string a line of JSON, {"read": {keyword: hexadecimal value}} or {"words": message}.
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


def load(name):
    """A library of the system, or the one that a Python package brings along."""
    if name.startswith("libpq"):
        return ctypes.CDLL(name)
    __import__(name.removesuffix("_binary"))
    (path,) = glob.glob(f"{sysconfig.get_paths()['purelib']}/{name}.libs/libpq-*")
    return ctypes.CDLL(path)


def main():
    library = load(sys.argv[1])
    parse, free = library.PQconninfoParse, library.PQconninfoFree
    parse.restype = ctypes.POINTER(Option)
    free.argtypes = [ctypes.POINTER(Option)]
    error = ctypes.c_char_p()
    release = ctypes.CDLL(None).free
    release.argtypes = [ctypes.c_void_p]
    print(library.PQlibVersion() // 10000)
    for line in sys.stdin:
        found = parse(bytes.fromhex(line), ctypes.byref(error))
        if not found:
            print(json.dumps({"words": error.value.decode("utf-8", "replace")}))
            release(ctypes.cast(error, ctypes.c_void_p))
            continue
        read, index = {}, 0
        while found[index].keyword:
            if found[index].val is not None:
                read[found[index].keyword.decode()] = found[index].val.hex()
            index += 1
        free(found)
        print(json.dumps({"read": read}))


main()
