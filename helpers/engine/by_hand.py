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
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

ALLOWED = {"torch", "numpy", "helpers", "matplotlib", "mpl_toolkits", "IPython", "ipywidgets", "tqdm", "rich"}
LIBRARY, PROGRAM, SWITCH = "another library", "another program", "a switch of Python's profiler"
BEYOND = {
    LIBRARY: "Python itself, NumPy and torch are all that may be used here",
    PROGRAM: "another program cannot do this exercise for you",
    SWITCH: "Python's profiler sees here what is called, and has to stay on",
}
PROGRAMS = {  # a copy of this process (`os.fork`, a pool) is watched as this one is
    getattr(os, name) for name in ("posix_spawn", "posix_spawnp", "system", "execv", "execve") if hasattr(os, name)
}
FUNCTIONS = (type, FunctionType, BuiltinFunctionType)
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


def leans_on(frame: FrameType) -> Iterator[str]:
    """What a function that is being called leans on beyond what is allowed, by the names that it looks up."""
    for name, is_import in looked_up(frame.f_code):
        if is_import:
            if is_other(name):
                yield LIBRARY
        elif name in frame.f_globals and is_of_other(frame.f_globals[name]):
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


def module_of(value: Any) -> Any:
    """The module in which a function or class was defined; an instance is not asked, for it may answer anything."""
    return getattr(value, "__module__", None) if isinstance(value, FUNCTIONS) else None


def begins(called: Any) -> str:
    """What a call into C begins: another program, or nothing that is seen from now on; "" for all else."""
    name = getattr(called, "__name__", "")
    if name == "fork_exec" and getattr(called, "__module__", "") == "_posixsubprocess":
        return PROGRAM
    try:
        return PROGRAM if called in PROGRAMS else SWITCH if called is sys.setprofile else ""
    except TypeError:  # a method of something that has no hash
        return ""


def outside_standard(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that is not of Python's own library."""
    while frame is not None and frame.f_code.co_filename.startswith((STANDARD, "<frozen")):
        if any(part in frame.f_code.co_filename for part in SITE):
            break
        frame = frame.f_back
    return frame
