"""What code that is to do an exercise by hand may lean on: Python, NumPy, torch and the course, and nothing else.

A list of what is forbidden is never whole: scikit-learn, SciPy and Biopython have a cousin of nearly every exercise.
So what is allowed is listed, and only where an exercise forbids something at all.
"""

from __future__ import annotations

import dis
import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

ALLOWED = {"torch", "numpy", "helpers", "matplotlib", "mpl_toolkits", "IPython", "ipywidgets", "tqdm", "rich"}
LIBRARY, PROGRAM, SWITCH = "another library", "another program", "a switch of Python's profiler"
BEYOND = {
    LIBRARY: "Python itself, NumPy and torch are all that may be used here",
    PROGRAM: "that cannot do this exercise for you",
    SWITCH: "Python's profiler sees here what is called, and has to stay on",
}
PROGRAMS = {  # a copy of this process (`os.fork`, a pool) is watched as this one is
    getattr(os, name) for name in ("posix_spawn", "posix_spawnp", "system", "execv", "execve") if hasattr(os, name)
}
SWITCHES = {sys.setprofile, sys.getprofile}
BEGINNERS = {"fork_exec", *(one.__name__ for one in (*PROGRAMS, *SWITCHES))}  # what is built in cannot change its name
FUNCTIONS = (type, FunctionType, BuiltinFunctionType)
MOST_HELD = 20  # parts of a table that are looked at
STANDARD = os.path.dirname(os.path.realpath(os.__file__)) + os.sep
SITE = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@lru_cache(maxsize=1024)
def is_other(module: str) -> bool:
    """Whether a module belongs to an installed library that no answer by hand needs; one of the learner's own does not.

    Parameters
    ----------
    module : str
        Its dotted name.
    """
    top = module.partition(".")[0]
    if not top.isidentifier() or top in ALLOWED or top in sys.stdlib_module_names or top == "__main__":
        return False
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any(part in os.path.join(place, "") for place in places for part in SITE)


def leans_on(frame: FrameType, *, closely: bool = True) -> Iterator[str]:
    """What a function that is being called leans on beyond what is allowed, by the names that it looks up.

    Parameters
    ----------
    frame : frame
        Its own, at its beginning.
    closely : bool
        Look into tables and objects, and at what it was given, too.
    """
    for name, is_import in looked_up(frame.f_code):
        if is_import:
            if is_other(name):
                yield LIBRARY
        elif name in frame.f_globals:
            value = frame.f_globals[name]
            if is_of_other(value) or (closely and holds_other(value)):
                yield LIBRARY
    if closely and any(is_tool_of_other(value) or holds_other(value) for value in frame.f_locals.values()):
        yield LIBRARY


@lru_cache(maxsize=1024)
def looked_up(code: CodeType) -> tuple[tuple[str, bool], ...]:
    """The global names that some code reads, and the modules that it imports: each with whether it is one of these."""
    return tuple(
        (one.argval, one.opname == "IMPORT_NAME")
        for one in dis.get_instructions(code)
        if one.opname in ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME") and isinstance(one.argval, str)
    )


def is_of_other(value: Any) -> bool:
    """Whether a value comes from a library that no answer by hand needs."""
    if isinstance(value, ModuleType):
        return is_other(value.__name__)
    if isinstance(value, np.ufunc):  # these know no module, and calling one is no call to Python's profiler
        made_here = value.__name__.endswith("(vectorized)")  # by `np.frompyfunc`
        return not made_here and getattr(np, value.__name__, None) is not value
    return any(is_other(one) for one in (module_of(value), type(value).__module__) if isinstance(one, str))


def is_tool_of_other(value: Any) -> bool:
    """Whether a value is a function, class or module of such a library; data that one has made is none."""
    return issubclass(type(value), (ModuleType, np.ufunc, *FUNCTIONS)) and is_of_other(value)


def holds_other(value: Any, depth: int = 2) -> bool:
    """Whether a table, or an object of the learner's own, holds a function of such a library."""
    return any(is_tool_of_other(one) or (depth > 1 and holds_other(one, depth - 1)) for one in held(value))


def held(value: Any) -> list[Any]:
    """What a value holds, the first of it, without asking it: it may be of a class of the learner's own."""
    kind = type(value)
    if kind in (int, float, str):
        return []
    if issubclass(kind, dict):
        return [*islice(dict.values(value), MOST_HELD)]
    if kind in (list, tuple, set):
        return [*islice(value, MOST_HELD)]
    if kind in (staticmethod, classmethod):
        return [value.__func__]
    if kind is partial:
        return [value.func, *value.args]
    cls = value if issubclass(kind, type) else kind
    if kind is not SimpleNamespace and not is_own_class(cls):
        return []
    try:
        inner = object.__getattribute__(value, "__dict__")
    except AttributeError:  # it has slots
        inner = {}
    return [*inner.values(), *type.__getattribute__(cls, "__dict__").values()]


def is_own_class(cls: type) -> bool:
    """Whether a class was defined in a notebook, or in a module beside it."""
    module = type.__getattribute__(cls, "__dict__").get("__module__")
    if not isinstance(module, str):
        return False
    top = module.partition(".")[0]
    return top == "__main__" or not (top in ALLOWED or top in sys.stdlib_module_names or is_other(top))


def module_of(value: Any) -> Any:
    """The module in which a function or class was defined; an instance is not asked, for it may answer anything."""
    return getattr(value, "__module__", None) if isinstance(value, FUNCTIONS) else None


def begins(called: Any) -> str:
    """What a call into C begins: another program, or nothing that is seen from now on; "" for all else."""
    name = getattr(called, "__name__", "")
    if name not in BEGINNERS:
        return ""
    if name == "fork_exec" and getattr(called, "__module__", "") == "_posixsubprocess":
        return PROGRAM
    try:
        return PROGRAM if called in PROGRAMS else SWITCH if called in SWITCHES else ""
    except TypeError:  # a method of something that has no hash
        return ""


def outside_standard(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that is not of Python's own library."""
    while frame is not None and frame.f_code.co_filename.startswith((STANDARD, "<frozen")):
        if any(part in frame.f_code.co_filename for part in SITE):
            break
        frame = frame.f_back
    return frame
