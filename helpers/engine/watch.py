"""Seeing what a learner's code calls while it runs, whatever it calls it by.

Reading the source finds `F.mse_loss`; it does not find `getattr(F, "mse" + "_loss")`, `eval` or a function that came
out of a dictionary. A call is a call, though: Python reports each one to a profiler, and torch each of its own to a
`TorchFunctionMode`, also those that no Python code makes (`map(torch.sigmoid, ...)`).
"""

from __future__ import annotations

import _thread
import builtins
import copy
import importlib
import inspect
import mmap
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from types import CodeType, FrameType, FunctionType
from typing import Any

from helpers.engine.by_hand import BEYOND, LIBRARY, SWITCH, begins, is_other, leans_on, outside_standard
from helpers.engine.families import dispatch_mode, forbidden_by, relatives
from helpers.engine.source import MISSING, resolve

THREADS = threading.__file__
TORCH = f"{os.sep}torch{os.sep}"
PARTS = (f"_refs{os.sep}", f"_decomp{os.sep}", f"optim{os.sep}", os.path.join("distributions", "kl.py"))
AGAIN = tuple(TORCH + part for part in PARTS)  # what torch does, in Python
CLOSELY = 50  # calls of one function that are looked at closely
LIBRARIES = tuple({os.path.realpath(path) + os.sep for path in (sys.prefix, sys.base_prefix)})
HERE = os.path.realpath(next(iter(sys.modules[__name__.partition(".")[0]].__path__))) + os.sep  # the package around


class Watch:
    """Between `with` and its end, notes in `used` which of the forbidden names were called.

    Parameters
    ----------
    forbids : iterable of str
        As in `forbidden_uses`. A function or class counts wherever it is called from, also deep in a library that does
        the exercise on the way; a method named `".softmax"` counts where the learner's own code calls it. Where
        anything is forbidden, so is what `by_hand` does not allow.
    """

    def __init__(self, forbids: Iterable[str] = ()) -> None:
        """Find the things behind the names."""
        self.forbids = tuple(forbids)
        self.used: list[str] = []
        self.methods = {name[1:]: name for name in self.forbids if name.startswith(".")}
        self.codes: dict[CodeType, str] = {}
        self.functions: list[tuple[Any, str]] = []
        self.classes: list[tuple[type, str]] = []
        for name, thing in ((name, found(name)) for name in self.forbids if not name.startswith(".")):
            if isinstance(thing, type):
                self.classes.append((thing, name))
                self.codes.update((function.__code__, name) for function in own_functions(thing))
            elif hasattr(thing, "__code__"):
                self.codes[thing.__code__] = name
            elif thing is not MISSING:
                self.functions.append((thing, name))
        self.torch = {name.rpartition(".")[2]: name for name in self.forbids if name.startswith("torch.")}
        self.before: Any = None
        self.before_in_threads: Any = None
        self.modes: list[Any] = []
        self.threads: set[int] = set()
        self.calls: Counter[CodeType] = Counter()
        self.names = (*self.forbids, *BEYOND)
        self.shared: mmap.mmap | None = None  # a byte for each name, which copies of this process write as well

    def __enter__(self) -> Watch:
        if self.forbids:
            self.before, self.before_in_threads = sys.getprofile(), threading.getprofile()
            self.shared = mmap.mmap(-1, len(self.names))
            self.enter_modes()
            threading.setprofile(self.see_elsewhere)
            sys.setprofile(self.hear)
        return self

    def __exit__(self, *error: Any) -> None:
        if self.forbids:
            if sys.getprofile() != self.hear:
                self.note(SWITCH)
            resume(self.before)
            threading.setprofile(self.before_in_threads)
            for mode in reversed(self.modes):
                mode.__exit__(*error)
            self.modes.clear()
            assert self.shared is not None
            for name, used in zip(self.names, self.shared[:], strict=True):
                if used and name not in self.used:
                    self.used.append(name)

    def enter_modes(self) -> None:
        """Let torch, where it is there, tell this watch of what it does in this thread."""
        if "torch" in sys.modules:
            self.modes.append(torch_mode()(self))
            if relatives(self.forbids):
                self.modes.append(dispatch_mode()(self.see_relative))
            for mode in self.modes:
                mode.__enter__()

    def see_elsewhere(self, frame: FrameType, event: str, called: Any) -> None:
        """Hear of a call in another thread, which has modes of its own; they end with it."""
        if threading.get_ident() not in self.threads:
            self.threads.add(threading.get_ident())
            Watch.enter_modes(self.in_thread())
        self.hear(frame, event, called)

    def in_thread(self) -> Watch:
        """A watch that notes in the same list."""
        other = copy.copy(self)
        other.modes = []
        return other

    def note(self, name: str) -> None:
        """Remember that this was used."""
        if name not in self.used:
            self.used.append(name)
            if self.shared is not None:
                self.shared[self.names.index(name)] = 1

    def hear(self, frame: FrameType, event: str, called: Any) -> None:
        """Hear of a call: the profiler's function; Python drops one that raises."""
        try:
            self.see(frame, event, called)
        except Exception:  # something was made so that it cannot be looked at
            self.note(SWITCH)

    def see(self, frame: FrameType, event: str, called: Any) -> None:
        """Look at a call."""
        if event == "call":
            self.see_python(frame)
        elif event == "c_call":
            for thing, name in self.functions:
                if thing is called:
                    self.note(name)
            if (beyond := begins(called)) and is_own(outside_standard(frame)):
                self.note(beyond)
            if called is _thread.start_new_thread and frame.f_code.co_filename != THREADS:
                self.note(SWITCH)  # such a thread has no profiler
            method = getattr(called, "__name__", "")
            if method in self.methods and is_own(frame):
                self.note(self.methods[method])
            if method == "run_backward" and is_own(frame):
                self.see_relative(method)
            if str(getattr(called, "__module__", "")).startswith("numpy"):
                self.see_relative(method)

    def see_python(self, frame: FrameType) -> None:
        """Hear of a call of a Python function: the frame is its own."""
        code = frame.f_code
        if code in self.codes:
            self.note(self.codes[code])
        fetched = {"<module>": frame.f_globals.get("__name__")}.get(code.co_name)  # a module that is being imported
        if code is importlib.import_module.__code__:
            fetched = frame.f_locals["name"]
        if isinstance(fetched, str) and is_other(fetched) and is_own(outside_standard(frame.f_back)):
            self.note(LIBRARY)
        if code is threading.setprofile.__code__ and is_own(frame.f_back):
            self.note(SWITCH)
        if is_done_again(code.co_filename):
            self.see_relative(code.co_name)
        if is_own(frame):
            self.calls[code] += 1
            for beyond in leans_on(frame, closely=self.calls[code] <= CLOSELY):
                self.note(beyond)
        takes_self = code.co_argcount > 0 and code.co_varnames[0] == "self"
        if takes_self and self.classes:
            owner = frame.f_locals.get("self")
            for cls, name in self.classes:
                if isinstance(owner, cls):
                    self.note(name)
        if takes_self and code.co_name in self.methods and is_own(behind_wrappers(frame.f_back)):
            self.note(self.methods[code.co_name])

    def see_torch(self, function: Any) -> None:
        """Hear of a call of torch, through whichever of its many doors."""
        name = str(getattr(function, "__name__", "")).partition(".")[0].rstrip("_")
        if name in self.torch:
            self.note(self.torch[name])
        if name in self.methods and is_own(nearest_outside_torch()):
            self.note(self.methods[name])
        asked_of = getattr(getattr(function, "__self__", None), "__name__", "") if name == "__get" else ""
        if asked_of == "grad_fn" and may_call_back(sys._getframe(2)):
            self.see_relative(asked_of)
        self.see_relative(name)

    def see_relative(self, name: str) -> None:
        """Hear of a function or an operation of torch that may do what is forbidden under another name."""
        if name_forbidden := forbidden_by(name, self.forbids):
            self.note(name_forbidden)


def resume(profiler: Any) -> None:
    """Give a profiler back; one that is written in C, as `cProfile.Profile`, is no function to be set again."""
    sys.setprofile(profiler if callable(profiler) else None)
    if hasattr(profiler, "enable"):
        profiler.enable()


def found(dotted: str) -> Any:
    """The thing behind a dotted name; MISSING where its module was not imported yet, so that nobody can call it.

    Code that imports it itself is seen at the next question.
    """
    module, _, name = dotted.rpartition(".")
    if module and module not in sys.modules:
        return MISSING
    thing = getattr(sys.modules[module] if module else builtins, name, MISSING)
    return resolve(dotted) if thing is MISSING else thing


@cache
def own_functions(cls: type) -> list[FunctionType]:
    """The functions that a class itself defines: static ones know no `self`, and any can be borrowed for another class.

    Those that a decorator or a data class made are left out: others have the same code.
    """
    functions = [getattr(one, "__func__", one) for one in vars(cls).values()]
    plain = [one for one in functions if isinstance(one, FunctionType) and one.__code__.co_name == one.__name__]
    return [one for one in plain if not one.__code__.co_filename.startswith("<")]


def is_own(frame: FrameType | None) -> bool:
    """Whether the code of a frame stands in a notebook, not in an installed library or in this package."""
    if frame is None:
        return False
    if frame.f_code.co_names == ("_tuple_new",) and frame.f_globals.get("_tuple_new") == tuple.__new__:
        return False  # Python writes this for every named tuple, a library's too
    file = frame.f_code.co_filename
    if file == "<string>" and is_imported_by_library(frame):
        return False
    return not is_installed(file)


@lru_cache(maxsize=4096)
def is_installed(file: str) -> bool:
    """Whether a file belongs to Python, to an installed library or to this package."""
    return file.startswith(("<frozen", HERE, *LIBRARIES))


@lru_cache(maxsize=4096)
def is_done_again(file: str) -> bool:
    """Whether torch does in this file, in Python, what its operations do."""
    return any(part in file for part in AGAIN)


def is_imported_by_library(frame: FrameType) -> bool:
    """Whether this runs as an installed library imports a module: some write code of their own then."""
    above = frame.f_back
    while above is not None:
        if above.f_code.co_name == "_find_and_load" and above.f_code.co_filename.startswith("<frozen importlib"):
            return not is_own(outside_standard(above.f_back))
        above = above.f_back
    return False


def may_call_back(frame: FrameType) -> bool:
    """Whether this asks a tensor for what it came from in order to call it: that goes one step back."""
    return is_own(frame) or frame.f_code.co_name in ("get_gradient_edge", "_get_grad_fn_or_grad_acc")


def behind_wrappers(frame: FrameType | None) -> FrameType | None:
    """Who called, past a library's decorators (scikit-learn has some): closures that pass on what they get."""
    while frame is not None and not is_own(frame) and frame.f_code.co_freevars:
        if not frame.f_code.co_flags & inspect.CO_VARKEYWORDS:
            break
        frame = frame.f_back
    return frame


def nearest_outside_torch() -> FrameType | None:
    """The innermost frame that is neither torch's nor this file's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (
        frame.f_code.co_filename == nearest_outside_torch.__code__.co_filename
        or f"{os.sep}torch{os.sep}" in frame.f_code.co_filename
    ):
        frame = frame.f_back
    return frame


@cache
def torch_mode() -> type:
    """The mode that tells a `Watch` of every call of torch; made here, for torch is slow to import."""
    from torch.overrides import TorchFunctionMode

    class Told(TorchFunctionMode):
        def __init__(self, watch: Watch) -> None:
            super().__init__()
            self.watch = watch

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.watch.see_torch(func)
            return func(*args, **(kwargs or {}))

    return Told
