"""Families of attacks: one idea in every form that it can take, each a submission of the first lesson."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# What the exercise forbids, found in three ways; then every way to call what was found.
READY_MADE = {
    "ours": '__import__("helpers.dna.sequences", fromlist=["x"]).gc_content',
    "biopython": '__import__("Bio.SeqUtils", fromlist=["x"]).gc_fraction',
    "spelt": 'getattr(__import__("importlib").import_module("Bio.Seq" + "Utils"), "gc_" + "fraction")',
}
ROADS = {
    "as-it-is": "gc_content = READY",
    "global": "ready = READY\ndef gc_content(s):\n    return ready(s)",
    "inside": "def gc_content(s):\n    return READY(s)",
    "default": "def gc_content(s, how=READY):\n    return how(s)",
    "closure": "def made(how):\n    return lambda s: how(s)\ngc_content = made(READY)",
    "partial": "import functools\ngc_content = functools.partial(READY)",
    "cached": "import functools\ngc_content = functools.lru_cache(READY)",
    "wrapped": "import functools\n@functools.wraps(READY)\ndef gc_content(s):\n    return READY(s)",
    "map": "def gc_content(s):\n    return next(map(READY, [s]))",
    "callable": "class Ready:\n    how = staticmethod(READY)\n    def __call__(self, s):\n        return self.how(s)\n"
    "gc_content = Ready()",
    "table": "tools = {'gc': [READY]}\ndef gc_content(s):\n    return tools['gc'][0](s)",
    "eval": "def gc_content(s):\n    return eval('READY')(s)",
    "exec": "exec('def gc_content(s):\\n    return READY(s)')",
    "generator": "def gc_content(s):\n    return next(READY(x) for x in [s])",
    "thread": "import threading\ndef gc_content(s):\n    box = []\n"
    "    t = threading.Thread(target=lambda: box.append(READY(s)))\n    t.start(); t.join()\n    return box[0]",
    "pool": "from concurrent.futures import ThreadPoolExecutor\ndef gc_content(s):\n"
    "    with ThreadPoolExecutor(1) as pool:\n        return pool.submit(READY, s).result()",
}
PROGRAM = "import sys; from Bio.SeqUtils import gc_fraction; print(gc_fraction(sys.argv[1]))"
PROCESSES = {
    "subprocess": "import subprocess, sys\ndef gc_content(s):\n"
    "    return float(subprocess.check_output([sys.executable, '-c', PROGRAM, s]))",
    "popen": "import os, sys\ndef gc_content(s):\n"
    "    return float(os.popen(sys.executable + ' -c \"' + PROGRAM + '\" ' + s).read())",
    "fork": "import os\ndef gc_content(s):\n    r, w = os.pipe()\n    if os.fork() == 0:\n"
    "        os.write(w, str(READY(s)).encode()); os._exit(0)\n    os.wait()\n    return float(os.read(r, 99))",
    "alarmed": "import signal, time\nclass Now(Exception): pass\ndef ring(*_):\n    raise Now\ndef gc_content(s):\n"
    "    signal.signal(signal.SIGALRM, ring)\n    for _ in range(100):\n        until = time.monotonic() + 0.01\n"
    "        try:\n            signal.setitimer(signal.ITIMER_REAL, 0.001)\n"
    "            while time.monotonic() < until:\n                len(s)\n"
    "        except Now:\n            pass\n    return READY(s)",
    "shy": "class Shy(type):\n    @property\n    def __module__(cls):\n        raise ValueError\n"
    "shy = Shy('Shy', (), {})()\ndef look():\n    return shy\ndef gc_content(s):\n    try:\n        look()\n"
    "    except ValueError:\n        pass\n    return READY(s)",
    "profiled": "import cProfile\ndef gc_content(s):\n    with cProfile.Profile():\n        return READY(s)",
    "raw-thread": "import _thread\ndef gc_content(s):\n    box, done = [], _thread.allocate_lock()\n"
    "    def work():\n        box.append(READY(s))\n        done.release()\n"
    "    done.acquire()\n    _thread.start_new_thread(work, ())\n    done.acquire()\n    return box[0]",
    "switched-off": "import sys\ndef gc_content(s):\n    sys.setprofile(None)\n    return READY(s)",
}

VALUES = (
    "10**400",
    "-(10**400)",
    "float('nan')",
    "float('inf')",
    "1e308 * 10",
    "'0.5'",
    "b'0.5'",
    "[0.5]",
    "{'value': 0.5}",
    "True",
    "None",
    "object()",
    "lambda: 0.5",
    "iter([0.5])",
    "range(3)",
    "complex(1)",
    "memoryview(b'1')",
    "{1, 2}",
    "'x' * 10**7",
    "[[]] * 10**5",
    "{'error': 'Forbidden', 'text': '<script>'}",
    "__import__('fractions').Fraction(9, 2)",
    "type('F', (float,), {'__eq__': lambda s, o: True, '__hash__': float.__hash__})(2)",
    "'\\ud83d'",
    "'\\x1b]0;x\\x07'",
    "__import__('decimal').Decimal('0.5')",
    "__import__('numpy').array([0.5], dtype=object)",
    "type('A', (), {'__array__': lambda s, *a, **k: __import__('numpy').array(0.5)})()",
    "type('D', (), {'detach': lambda s: s, 'cpu': lambda s: 1 / 0})()",
    "type('R', (), {'__reduce__': lambda s: (eval, ('1 / 0',)), '__deepcopy__': lambda s, m: 1 / 0})()",
)
NOTHING = """import gc
inside = next(one for one in gc.get_objects() if type(one) is dict and "answers_of" in one and "Inside" in one)
inside["MOST_SENT"] = 10**9
inside["answers_of"] = lambda *a: [[]] * 4_000_000
def gc_content(s):
    return 0"""
NESTED = "value = []\nfor _ in range(5000):\n    value = [value]\ndef gc_content(s):\n    return value"
CIRCLE = "value = {}\nvalue['value'] = value\ndef gc_content(s):\n    return value"

ERRORS = (
    "BaseException('x')",
    "KeyboardInterrupt()",
    "SystemExit(0)",
    "GeneratorExit()",
    "StopIteration(0.5)",
    "MemoryError()",
    "RecursionError()",
    "UnicodeError('\\ud83d')",
    "NotImplementedError('<script>alert(1)</script>')",
    "type('Forbidden', (Exception,), {})('torch.sigmoid')",
    "type('<script>', (Exception,), {})('x')",
    "type('E', (Exception,), {'__str__': lambda s: 1 / 0})()",
    "type('E', (Exception,), {'__str__': lambda s: 'x' * 10**8})()",
)

CELLS = (
    "%reset -f",
    "del check",
    "check = None",
    "check.gc_content = None",
    "get_ipython().run_cell = None",
    "import builtins\nbuiltins.len = None",
    "import sys\nsys.modules.clear()",
    "import sys\nsys.path.clear()",
    "raise SystemExit",
    "import json\njson.dumps = None",
    "import os\nos.write = None",
    "import signal\nsignal.signal = None",
    "import time\ntime.monotonic = lambda: 0",
    "import random, numpy\nnumpy.random.default_rng = None",
)

KINDS: dict[str, Any] = {"null": None, "number": 10**30, "list": [[]], "table": {"a": "b"}}
PLACES: dict[str, tuple[str, ...]] = {
    "cells": ("cells",),
    "metadata": ("metadata",),
    "format": ("nbformat",),
    **{name: ("cells", "answer", name) for name in ("source", "cell_type", "metadata", "outputs", "id")},
    "nbgrader": ("cells", "answer", "metadata", "nbgrader"),
    **{name: ("cells", "answer", "metadata", "nbgrader", name) for name in ("grade_id", "points", "schema_version")},
}


def families() -> Iterator[dict[str, Any]]:
    """Every case of every family, in the words of the corpus's tables."""
    for (source, ready), (road, code) in itertools.product(READY_MADE.items(), ROADS.items()):
        yield forbidden(f"by-hand-{source}-{road}", code, ready)
    for name, code in PROCESSES.items():
        yield forbidden(f"by-hand-{name}", code, READY_MADE["biopython"])
    for number, value in enumerate(VALUES):
        yield marks(f"value-{number:02d}", f"def gc_content(s):\n    return {value}", f"{value} is no answer")
    yield marks("value-nested", NESTED, "nor is a list 5000 deep")
    yield marks("value-of-nothing", NOTHING, "millions of empty lists take memory nowhere but inside")
    yield marks("value-circle", CIRCLE, "nor is a table that holds itself")
    for number, error in enumerate(ERRORS):
        yield marks(
            f"error-{number:02d}", f"def gc_content(s):\n    raise {error}", f"{error} ends one answer and no more"
        )
    for number, cell in enumerate(CELLS):
        why = f"{cell!r} spoils the learner's own process, and nothing else"
        yield {"kind": "marks", "name": f"spoilt-{number:02d}", "why": why, "before": cell, "status": "any"}
    for place, kind in itertools.product(PLACES, KINDS):
        why = f"{kind} where {place} should be stops nobody"
        shape = {"mangle": f"{place}-{kind}", "points": "any", "status": "any"}
        yield {"kind": "broken", "name": f"shape-{place}-{kind}", "why": why, **shape}


def forbidden(name: str, code: str, ready: str) -> dict[str, Any]:
    """A right answer by what the exercise forbids."""
    source = code.replace("READY", ready)
    source = f"PROGRAM = {PROGRAM!r}\n{source}" if "PROGRAM" in code else source
    why = "what is forbidden stays forbidden, by every road that leads there"
    return {"kind": "forbidden", "name": name, "why": why, "cells": {"gc_content": source}, "status": "any"}


def marks(name: str, code: str, why: str) -> dict[str, Any]:
    """A value or an error that should earn nothing."""
    return {"kind": "marks", "name": name, "why": why, "cells": {"gc_content": code}, "status": "any"}


def shape(path: tuple[str, ...], value: Any) -> Callable[[dict[str, Any], Path], bytes]:
    """What puts a value into a notebook at a place, whatever belongs there."""

    def mangle(book: dict[str, Any], path_: Path) -> bytes:
        *outer, last = path
        here: Any = book
        for step in outer:
            here = next(c for c in here if c["metadata"].get("nbgrader")) if step == "answer" else here[step]
        here[last] = value
        return json.dumps(book).encode()

    return mangle


SHAPES = {f"{place}-{kind}": shape(path, KINDS[kind]) for place, path in PLACES.items() for kind in KINDS}
