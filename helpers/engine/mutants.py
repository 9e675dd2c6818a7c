"""The reference with one thing changed: where a learner answers as such a mutant does, the change is the mistake.

Testers of software make mutants to see whether tests notice; here a mutant that answers as the learner does is a
diagnosis: "without `+ b_h`", "with `dim=0` where `dim=1` belongs". Nobody has to write it down.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from helpers.engine.changes import Path, changes, compiled, own_names
from helpers.engine.replacements import FURTHER, replacements
from helpers.engine.time_limit import TimeLimit, time_limit

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise
    from helpers.engine.marking import Attempt

MOST_SECONDS = 0.4  # that looking for a mutant may take
PATIENCE = 60  # times as long by the clock: nothing sleeps here, and a busy machine finds the same as an idle one
UNSPOKEN = {"torch", "np", "F", "nn", "math", "for", "in", "if", "else", "and", "or", "not", "True", "False", "None"}
MOST = 1200  # mutants of one exercise


@dataclass(frozen=True)
class Mutant:
    """Code that differs from the reference in one place, and the difference in words.

    One that `is_near` is a likely slip: it is told where it explains a part of the answers, too.
    """

    words: str
    code: Any
    is_near: bool = True


@functools.lru_cache(maxsize=256)
def mutants(exercise: Exercise) -> tuple[Mutant, ...]:
    """Every mutant of an exercise's reference, likelier mistakes first; none where there is no source.

    A learner knows the names of the parameters and those in the hints, and not what the reference calls its own.
    """
    hints = " ".join(exercise.hints)
    in_hints = {*variables(hints), *re.findall(r"\b[A-Za-z]\b", hints)}  # z, also where it is no code
    spoken = {"x", "X", *inspect.signature(exercise.reference).parameters, *in_hints}
    try:
        found = list(parts_of(exercise))
    except (OSError, TypeError, SyntaxError):
        return ()
    own = re.compile(rf"\b(?:{'|'.join(helpers_of(found)) or '!'})(?:\(|`)")
    made = []
    for part in found:
        known = [name for name in own_names(part.tree) if name in spoken or isinstance(part.tree, ast.ClassDef)]
        for rank, words, path, new in (*changes(part.tree, known), *replacements(part.tree, known)):
            if (rank < FURTHER or variables(words) <= spoken) and not own.search(words):
                made.append((rank, words, functools.partial(part.rebuilt, path, new)))
    made.sort(key=lambda one: one[0])
    changed = [Mutant(words, Lazy(rebuild), rank < FURTHER) for rank, words, rebuild in made[:MOST]]
    return (*with_other_arguments(exercise), *changed)


def helpers_of(parts: Sequence[Part]) -> list[str]:
    """The names of the functions that a reference is made of: its author's, and nobody else knows them."""
    named = {node.name for part in parts for node in ast.walk(part.tree) if isinstance(node, ast.FunctionDef)}
    used = {name for part in parts for name in own_names(part.tree)}
    return sorted({*named} - used - {"forward"})


def variables(words: str) -> set[str]:
    """The variables in what is said of a change; functions, attributes, modules and axes are none."""
    return {
        name
        for piece in re.findall("`([^`]*)`", words)
        for name in re.findall(r"(?<![.\w'])[A-Za-z_]\w*(?!\w|\(|=[^=]|\.(?:nn|functional|linalg)|')", piece)
        if name not in UNSPOKEN
    }


def with_other_arguments(exercise: Exercise) -> Iterator[Mutant]:
    """The reference, which is handed one of its arguments changed, or two exchanged."""
    reference = exercise.reference
    if isinstance(reference, type):
        return
    names = list(inspect.signature(reference).parameters)
    for at, name in enumerate(names):
        for words, change in ARGUMENTS:
            yield Mutant(words.format(f"`{name}`"), functools.partial(with_changed, reference, at, change))
        for other in range(at + 1, len(names)):
            words = f"with `{name}` and `{names[other]}` exchanged"
            yield Mutant(words, functools.partial(with_exchanged, reference, at, other))


def with_changed(reference: Any, at: int, change: Callable[[Any], Any], *arguments: Any) -> Any:
    """What the reference says to its arguments, one of them changed."""
    return reference(*arguments[:at], change(arguments[at]), *arguments[at + 1 :])


def with_exchanged(reference: Any, at: int, other: int, *arguments: Any) -> Any:
    """What the reference says to its arguments, two of them exchanged."""
    given = list(arguments)
    given[at], given[other] = given[other], given[at]
    return reference(*given)


def absent(value: Any) -> None:
    """Nothing in place of something.

    Raises
    ------
    TypeError
        If there is nothing already.
    """
    if value is None:
        raise TypeError("there is nothing to leave out")


ARGUMENTS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("with zeros for {}", lambda x: x.zero_()),
    ("with nothing for {}", absent),
    ("with {} mirrored along its last axis", lambda x: x.flip(-1)),
    ("with {} mirrored along axis 0", lambda x: x.flip(0)),
    ("with {} mirrored along axis 1", lambda x: x.flip(1)),
    ("with the last two axes of {} exchanged", lambda x: x.transpose(-1, -2)),
    ("with {} read backwards", lambda x: x[::-1]),
    ("with the sigmoid of {}", lambda x: x.sigmoid()),
    ("with the softmax of {}", lambda x: x.softmax(-1)),
    ("with the exponential of {}", lambda x: x.exp()),
    ("with {} cut to whole numbers", lambda x: x.trunc()),
    ("with the sign of {} turned round", lambda x: -x),
    ("with 1 − {0} for {0}", lambda x: 1 - x),
)


class Lazy:
    """Code that is compiled when it is first called: most mutants are never needed."""

    def __init__(self, rebuild: Callable[[], Any]) -> None:
        """Keep what makes the code."""
        self.rebuild = rebuild

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the mutant."""
        return self.code(*arguments, **named)

    @functools.cached_property
    def code(self) -> Any:
        """The mutant itself."""
        return self.rebuild()


def matching(attempt: Attempt) -> str:
    """The change that makes the reference answer as the attempt does, in words; "" if none does.

    One that explains every answer comes first; else one that explains the first part that went wrong, and agrees with
    all that is right. The search may take `MOST_SECONDS`, and is cut off then, wherever it is: a change can make a loop
    endless.
    """
    found = []
    with contextlib.suppress(TimeLimit), time_limit(MOST_SECONDS, PATIENCE):
        for words, is_whole in explaining(attempt):
            found.append(words)
            if is_whole:
                return words
    return found[0] if found else ""


def explaining(attempt: Attempt) -> Iterator[tuple[str, bool]]:
    """The changes that explain the first part that went wrong, and whether they explain all the rest, too."""
    part = sorted(attempt.first_wrong_part, key=lambda place: (place != attempt.first_wrong, attempt.right[place]))
    others = [place for place in range(len(attempt.given)) if place not in part]
    for number, mutant in enumerate(mutants(attempt.marking.exercise)):
        if all(agrees(attempt, number, mutant, place) for place in part):
            is_whole = all(agrees(attempt, number, mutant, place) for place in others)
            if is_whole or mutant.is_near:
                yield mutant.words, is_whole


def agrees(attempt: Attempt, number: int, mutant: Mutant, place: int) -> bool:
    """Whether a mutant answers one question as the attempt does."""
    known = attempt.marking.answer_of(f"mutant {number}", mutant.code, place)
    return not known.error and attempt.marking.exercise.agree(attempt.given[place], known)


# -- what the reference is made of -----------------------------------------------------------------------------------


@dataclass
class Part:
    """One function that the reference consists of, or the whole class where a class is asked for."""

    tree: ast.FunctionDef | ast.ClassDef
    globals: dict[str, Any]
    put: Callable[[Any], Any]  # what the reference becomes with another function in this one's place

    def rebuilt(self, path: Path, new: Any) -> Any:
        """The reference with one change in this part."""
        names = dict(self.globals)
        exec(compiled(self.tree, path, new, "<mutant>"), names)
        return self.put(names[self.tree.name])


def parts_of(exercise: Exercise) -> Iterator[Part]:
    """The reference, its exercise's own methods that it calls, and functions of the lesson beside it."""
    cls = type(exercise)
    reference = cls.reference
    if isinstance(reference, type):
        module = inspect.getmodule(cls)
        yield Part(syntax(reference), {**vars(module), **vars(cls)}, lambda made: made)
        return
    waiting, seen = ["reference"], {"reference"}
    functions: dict[str, FunctionType] = {}
    while waiting:
        name = waiting.pop(0)
        function = inspect.unwrap(inspect.getattr_static(cls, name))
        function = function.__func__ if isinstance(function, staticmethod) else function
        tree = syntax(function)
        yield Part(tree, function.__globals__, functools.partial(with_method, exercise, name))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                own = inspect.getattr_static(cls, node.attr, None)
                if isinstance(own, (FunctionType, staticmethod)) and node.attr not in seen and is_written(own):
                    seen.add(node.attr)
                    waiting.append(node.attr)
            elif isinstance(node, ast.Name):
                beside = function.__globals__.get(node.id)
                if isinstance(beside, FunctionType) and is_written(beside, cls) and node.id not in functions:
                    functions[node.id] = beside
    for name, beside in functions.items():
        yield Part(syntax(beside), beside.__globals__, functools.partial(with_function, exercise, name, sorted(seen)))


def is_written(function: Any, cls: type | None = None) -> bool:
    """Whether a function is an author's: no method of the engine, and of the folder that the exercise stands in."""
    home = str(getattr(function, "__module__", ""))
    if cls is None:
        return not home.startswith("helpers.engine.")
    return home.rpartition(".")[0] == cls.__module__.rpartition(".")[0]


def syntax(thing: Any) -> Any:
    """The syntax of a function or class, without decorators and docstring."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
    if not isinstance(tree, (ast.FunctionDef, ast.ClassDef)):
        raise TypeError(f"{thing} was not written with def or class")
    tree.decorator_list = []
    return tree


def with_method(exercise: Exercise, name: str, function: Any) -> Any:
    """The reference of an exercise, one of whose methods is another."""
    changed = copy.copy(exercise)
    is_static = isinstance(inspect.getattr_static(type(exercise), name), staticmethod)
    vars(changed)[name] = function if is_static else MethodType(function, changed)
    return changed.reference


def with_function(exercise: Exercise, name: str, methods: list[str], function: Any) -> Any:
    """The reference of an exercise, where a function of the module beside it is another."""
    changed = copy.copy(exercise)
    for method in methods:
        own = inspect.getattr_static(type(exercise), method)
        if isinstance(own, FunctionType):
            names = {**own.__globals__, name: function}
            made = FunctionType(own.__code__, names, own.__name__, own.__defaults__, own.__closure__)
            made.__kwdefaults__ = own.__kwdefaults__
            vars(changed)[method] = MethodType(made, changed)
    return changed.reference
