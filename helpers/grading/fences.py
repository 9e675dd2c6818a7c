"""A fence around what an exercise forbids, inside the sandbox: whoever calls it gets an error, by whatever name.

Aliases, `getattr`, `eval`, `importlib`, `partial` and `map` all end at the same object, so the object is replaced, in
every module, by a gate that looks at who calls: a library that needs it for its own work passes, the learner's code
does not. What only has to be read in the source is read outside, in `forbidden.py`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

HERE = os.path.abspath(__file__)
INSIDE = os.path.join(os.path.dirname(HERE), "inside.py")
PACKAGE = os.path.dirname(os.path.dirname(HERE))
LIBRARIES = tuple(os.path.realpath(path) + os.sep for path in {os.path.dirname(os.__file__), sys.prefix, PACKAGE})
TORCH_HOMES = ("torch", "torch.nn.functional", "torch.special", "torch._C._nn", "torch._C._special")


class Forbidden(Exception):
    """The learner's code called what the exercise asks to do by hand."""


class Fence:
    """Gates around everything that the exercises of a lesson forbid."""

    def __init__(self, forbids: Mapping[str, Iterable[str]]) -> None:
        """Put gates around what is there; what is imported later gets its gate then."""
        self.forbids = {exercise: frozenset(names) for exercise, names in forbids.items()}
        self.shut: frozenset[str] = frozenset()
        names = frozenset().union(*self.forbids.values())
        self.methods = {name[1:]: name for name in names if name.startswith(".")}
        self.waiting = {name for name in names if not name.startswith(".")}
        self.gated: set[int] = set()
        self.put_up()
        sys.meta_path.insert(0, Watch(self))

    @contextlib.contextmanager
    def closed(self, exercise: str) -> Iterator[None]:
        """Shut the gates of one exercise, of none for ""."""
        self.shut = self.forbids.get(exercise, frozenset())
        try:
            yield
        finally:
            self.shut = frozenset()

    def put_up(self) -> None:
        """Put a gate around every forbidden thing whose module has been imported."""
        found: dict[int, tuple[Any, set[str]]] = {}
        for dotted in sorted(self.waiting):
            for thing in things_called(dotted):
                found.setdefault(id(thing), (thing, set()))[1].add(dotted)
        for thing, names in found.values():
            if id(thing) in self.gated:
                continue
            self.gated.add(id(thing))
            if isinstance(thing, type):
                self.gate_class(thing, frozenset(names))
            else:
                self.gate_function(thing, frozenset(names))
        for name, dotted in self.methods.items():
            for owner in owners_of(name):
                self.gate_method(owner, name, dotted)

    def gate_function(self, thing: Any, names: frozenset[str]) -> None:
        """Replace a function in every module that has it."""
        places = [
            (module, key) for module in list(sys.modules.values()) for key, value in contents(module) if value is thing
        ]
        gate = self.gate(thing, names, {key for _, key in places})
        for module, key in places:
            with contextlib.suppress(Exception):
                setattr(module, key, gate)
        for packet in packets(names):
            namespace, key, original = packet
            setattr(namespace, key, self.gate(original, names, {key}))

    def gate_class(self, thing: type, names: frozenset[str]) -> None:
        """Let a class look, when an object of it is made, at who makes it."""
        with contextlib.suppress(TypeError):
            thing.__init__ = self.gate(thing.__init__, names, {thing.__name__})  # type: ignore[misc]

    def gate_method(self, owner: Any, name: str, dotted: str) -> None:
        """Replace a method, or a function of that name beside it."""
        original = getattr(owner, name)
        if id(original) in self.gated or getattr(original, "__gate__", False):
            return
        gate = self.gate(original, frozenset({dotted}), {name})
        self.gated.add(id(gate))
        with contextlib.suppress(TypeError):
            setattr(owner, name, gate)

    def gate(self, original: Any, names: frozenset[str], known_as: set[str]) -> Callable[..., Any]:
        """A function that does what `original` does, for everyone but the learner's code while the gate is shut."""

        def gate(*arguments: Any, **named: Any) -> Any:
            hit = self.shut & names
            if hit and not is_librarys(sys._getframe(1), known_as):
                raise Forbidden(f"your code uses `{min(hit).lstrip('.')}`, which does the exercise for you")
            return original(*arguments, **named)

        with contextlib.suppress(Exception):
            functools.update_wrapper(gate, original)
            del gate.__wrapped__  # type: ignore[attr-defined]  # no door beside the gate
        gate.__gate__ = True  # type: ignore[attr-defined]
        return gate


class Watch(importlib.abc.MetaPathFinder):
    """Puts up gates as soon as a module with something forbidden in it has been imported."""

    def __init__(self, fence: Fence) -> None:
        """Remember the fence and the packages that matter."""
        self.fence = fence
        self.roots = {name.split(".")[0] for name in fence.waiting} | ({"sklearn"} if fence.methods else set())

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find the module as everybody does, and look into it once it is there."""
        if name.split(".")[0] not in self.roots:
            return None
        for finder in [one for one in sys.meta_path if one is not self]:
            spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    self.look_into(spec.loader)
                return spec
        return None

    def look_into(self, loader: Any) -> None:
        """Let a loader put up gates behind itself."""
        execute = loader.exec_module

        def then_look(module: ModuleType) -> None:
            execute(module)
            self.fence.put_up()

        with contextlib.suppress(AttributeError):
            loader.exec_module = then_look


def is_librarys(frame: FrameType, known_as: set[str]) -> bool:
    """Whether a call comes from a library's own code that names what it calls, and not from what it was handed."""
    code = frame.f_code
    file = os.path.realpath(code.co_filename)
    if not file.startswith(LIBRARIES) or file in (INSIDE, HERE):
        return False
    if file.startswith(os.path.join(PACKAGE, "exercises") + os.sep):
        return True  # an exercise that asks; the learner's own function stands behind one of ours
    return bool(known_as & {*code.co_names, *code.co_freevars, *code.co_varnames})


def things_called(dotted: str) -> list[Any]:
    """The objects behind a dotted name, without importing anything: there, and in torch's other homes of it."""
    root, _, last = dotted.rpartition(".")
    homes = (root, *TORCH_HOMES) if dotted.startswith("torch.") else (root,)
    found = [getattr(module, last, None) for home in homes if (module := imported(home)) is not None]
    return [thing for thing in found if callable(thing) and not getattr(thing, "__gate__", False)]


def imported(dotted: str) -> Any:
    """A module, or a class in one, if it has been imported."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        value: Any = sys.modules.get(".".join(parts[:cut]))
        for part in parts[cut:] if value is not None else ():
            value = getattr(value, part, None)
        if value is not None:
            return value
    return None


def contents(module: Any) -> list[tuple[str, Any]]:
    """What a module holds, by name."""
    return list(vars(module).items()) if isinstance(module, ModuleType) else []


def packets(names: Iterable[str]) -> Iterator[tuple[Any, str, Any]]:
    """torch's operators of these names, one floor below its functions: namespace, name, operator."""
    torch: Any = sys.modules.get("torch")
    for dotted in names if torch is not None else ():
        name = dotted.rpartition(".")[2]
        with contextlib.suppress(Exception):
            if dotted.startswith("torch.") and not hasattr(getattr(torch.ops.aten, name), "__gate__"):
                yield torch.ops.aten, name, getattr(torch.ops.aten, name)


def owners_of(method: str) -> Iterator[Any]:
    """Classes and modules that have something of this name: tensors, torch's functions, scikit-learn's transformers."""
    for dotted in ("torch.Tensor", "torch", "torch.autograd"):
        owner = imported(dotted)
        if owner is not None and callable(getattr(owner, method, None)):
            yield owner
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "sklearn":
            for _, value in contents(module):
                if isinstance(value, type) and callable(vars(value).get(method)):
                    yield value
