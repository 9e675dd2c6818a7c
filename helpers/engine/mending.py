"""A learner's own code with one small thing changed: where that makes it right, the change is the mistake.

Mutants of the reference find what the reference without something, or with something else, would answer. Code that
was written another way needs the opposite: the change that mends it, in words of its own. What is said was tried on
every question, and on those of another seed. It needs the code, so it can be said where the code is checked, and not
where marks are made.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import linecache
import random
import re
import sys
import textwrap
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.engine.additions import additions, arguments, unused_parameters, unused_variables
from helpers.engine.changes import Change, Path, changes, compiled, own_attributes, own_names
from helpers.engine.codec import encode
from helpers.engine.marking import Attempt, marking
from helpers.engine.mutants import PATIENCE, variables
from helpers.engine.replacements import replacements
from helpers.engine.seen import describe
from helpers.engine.source import parsed
from helpers.engine.time_limit import TimeLimit, time_limit
from helpers.engine.verdict import Status, Verdict

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise

MOST_SECONDS = 0.8  # that looking for a change may take
WHOLE = "Your code would be right {}."
ONE_PART = "The part “{}” would be right {}."
MODULES = {
    "torch",
    "numpy",
    "math",
    "itertools",
    "functools",
    "collections",
    "random",
    "re",
    "string",
    "helpers",
    "sklearn",
    "scipy",
}
OUTSIDE = {
    "open", "exec", "eval", "compile", "input", "globals", "locals", "vars", "setattr", "delattr", "exit", "quit",
    "breakpoint", "__import__", "get_ipython", "display",
}  # fmt: skip
WRITES = re.compile(r"save|dump|to_csv|tofile|unlink|mkdir|system|hub|seed|__\w+__$")  # attributes; `__init__` is meant
UNKNOWN = re.compile(r"has no attribute '(\w+)'")
BELONGS = re.compile(r"where (.*) belongs$")
OF_SHAPES = ("RuntimeError:", "IndexError:", "ValueError:")
NO_NAME = re.compile(r"(?:NameError: name|UnboundLocalError: cannot access local variable) '(\w+)'")
NO_ATTRIBUTE = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")


def mended(exercise: Exercise, code: Any, answers: Any, verdict: Verdict, seed: int) -> Verdict:
    """A verdict that says what to change in the code, where one change is enough, and only an error was explained yet.

    Parameters
    ----------
    exercise : Exercise
    code : function or class
        The learner's; changed copies of it run here, if they touch nothing outside of themselves.
    answers, verdict
        What the code answered, and what was found.
    seed : int
        Of the questions that were asked.
    """
    stopped = verdict.failure is not None and bool(verdict.failure.error)
    is_told = verdict.is_explained and not stopped
    if verdict.status is not Status.WRONG or verdict.misconception or (is_told and not verdict.may_be_closer):
        return verdict
    said, is_whole = without_self(code, verdict), False
    if said:
        return replace(verdict, message=said, is_explained=True)
    with contextlib.suppress(Exception), warnings.catch_warnings(), same_chance():
        warnings.simplefilter("ignore")
        written = Written.of(code)
        if written and written.is_harmless:
            known = marking(exercise, seed)
            said, is_whole = change_in_words(Attempt(known, exercise.read(answers, known.questions) or []), written)
    if is_told and (is_whole or not speaks_of_strangers(exercise, code, verdict.message)):
        return replace(verdict, message=said) if is_whole else verdict
    if is_told:
        known = marking(exercise, seed)
        found = describe(Attempt(known, exercise.read(answers, known.questions) or []), with_changes=False)
        verdict = replace(verdict, message=found.sentence, is_explained=found.is_explained)
    if said and not stopped:
        return replace(verdict, message=said, is_explained=True)
    said = said or unused(exercise, code)
    if said:
        return replace(verdict, message=f"{verdict.message} {said}", is_explained=True)
    if verdict.failure and verdict.failure.error.startswith(OF_SHAPES):  # it says where it stopped, and seldom why
        verdict = replace(verdict, is_explained=False)
    said = left_lying(code)
    return replace(verdict, message=f"{verdict.message} {said}") if said else verdict


def without_self(code: Any, verdict: Verdict) -> str:
    """A sentence on what a class makes in `__init__`, and does not keep or look for in `self`; "" where all is kept."""
    error = verdict.failure.error if verdict.failure else ""
    name, attribute = NO_NAME.match(error), NO_ATTRIBUTE.match(error)
    with contextlib.suppress(Exception):
        written = Written.of(code) if isinstance(code, type) and (name or attribute) else None
        methods = {one.name: one for one in written.tree.body if isinstance(one, ast.FunctionDef)} if written else {}
        kept, made = own_attributes(written.tree) if written else set(), own_names(methods["__init__"])
        if attribute:
            theirs, word = attribute.groups()
            is_lost = theirs == code.__name__ and word in made and word not in own_attributes(methods["__init__"])
            return f"`{word}` is gone when `__init__` ends: keep it there, `self.{word} = …`." if is_lost else ""
        (word,) = name.groups() if name else ("",)
        method = next(one for one, tree in methods.items() if one != "__init__" and word in loaded(tree))
        if word in kept or word in methods:
            return f"`{method}` knows `{word}` only as a part of `self`: write `self.{word}`."
        if word in made:
            return (
                f"`{method}` does not know the names of `__init__`: keep it there, `self.{word} = {word}`, and write "
                f"`self.{word}`."
            )
    return ""


def loaded(tree: ast.AST) -> set[str]:
    """The names whose values a piece of code uses."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def speaks_of_strangers(exercise: Exercise, code: Any, message: str) -> bool:
    """Whether a sentence on the reference names a variable that is neither the learner's nor the text's."""
    with contextlib.suppress(Exception):
        written = Written.of(code)
        if written and isinstance(written.tree, ast.FunctionDef):
            theirs = {getattr(node, "id", getattr(node, "arg", "")) for node in ast.walk(written.tree)}
            asked = {*inspect.signature(exercise.reference).parameters, *re.findall(r"\w+", exercise.__doc__ or "")}
            return any(len(name) > 1 and name not in theirs | asked for name in variables(message))
    return False


def unused(exercise: Exercise, code: Any) -> str:
    """A sentence on parameters that the code never looks at, though the reference does; "" where there are none."""
    with contextlib.suppress(Exception):
        written, reference = Written.of(code), ast.parse(textwrap.dedent(inspect.getsource(exercise.reference)))
        looked_at = {one.arg for one in arguments(reference)} - {*unused_parameters(reference)}
        names = [name for name in unused_parameters(written.tree) if name in looked_at] if written else []
        return f"Your code never looks at `{'`, `'.join(names)}`." if names else ""
    return ""


def left_lying(code: Any) -> str:
    """A sentence on variables that are made and never looked at; "" where there are none. They may be no mistake."""
    with contextlib.suppress(Exception):
        written = Written.of(code)
        names = unused_variables(written.tree) if written else []
        return f"You make `{'`, `'.join(names)}`, and never use it." if names else ""
    return ""


def change_in_words(attempt: Attempt, written: Written) -> tuple[str, bool]:
    """The change that makes everything right, or at least the first part that went wrong, and which; "" if none does.

    The search is cut off after `MOST_SECONDS`, wherever it is: a change can make a loop endless.
    """
    part = [attempt.first_wrong, *(place for place in attempt.wrong_part if place != attempt.first_wrong)]
    others = [place for place in range(len(attempt.given)) if place not in part]
    good = [place for place in others if attempt.right[place]]  # what is right already has to stay so
    parts = {attempt.questions[part[0]].part, *(name for name, is_good in attempt.parts.items() if is_good)}
    unknown = UNKNOWN.search(attempt.given[attempt.first_wrong].text)
    found = ""
    with contextlib.suppress(TimeLimit), time_limit(MOST_SECONDS, PATIENCE):
        for words, code in written.changed():
            if unknown and words.startswith("without") and unknown[1] in words:
                continue  # what is called by a wrong name is meant, too
            if not all(is_right(attempt, code, place) for place in [*part, *good]):
                continue
            if all(is_right(attempt, code, place) for place in others):
                if holds(attempt, code):
                    return WHOLE.format(words), True
            elif not found and holds(attempt, code, parts):
                found = ONE_PART.format(attempt.questions[part[0]].part, words)
    return found, False


def is_right(attempt: Attempt, code: Any, place: int) -> bool:
    """Whether code answers one question rightly."""
    exercise, question = attempt.marking.exercise, attempt.questions[place]
    given = exercise.read_one(exercise.unwatched_answer(code, question), question)
    return attempt.is_right(given, attempt.expected[place])


def holds(attempt: Attempt, code: Any, parts: Collection[str] = ()) -> bool:
    """Whether code is right, or right in some parts, for this seed and another, and uses nothing that is forbidden."""
    exercise, seed = attempt.marking.exercise, attempt.marking.seed
    for one in (seed, seed + 1):
        found = exercise.mark(exercise.answers(code, one), one)
        if not (found.status is Status.WRONG and parts and all(map(found.parts.get, parts))) and not found.passed:
            return False
    return True


@dataclass
class Written:
    """Code as it was written: its syntax, and the names that it looks up outside of itself."""

    tree: ast.FunctionDef | ast.ClassDef
    names: dict[str, Any]

    @classmethod
    def of(cls, code: Any) -> Written | None:
        """A function or class that stands by itself in a cell or a file; None for anything else."""
        methods = (
            [one for one in vars(code).values() if isinstance(one, FunctionType)] if isinstance(code, type) else []
        )
        functions = methods or ([code] if isinstance(code, FunctionType) else [])
        if not functions or (functions == [code] and code.__closure__):
            return None
        lines = linecache.getlines(functions[0].__code__.co_filename)
        for node in reversed(parsed("".join(lines)).body):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == code.__name__:
                tree = copy.deepcopy(node)
                tree.decorator_list = []
                return cls(tree, functions[0].__globals__)
        return None

    @property
    def is_harmless(self) -> bool:
        """Whether changed copies can be run: nothing outside can be written to, and no data is shared."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Global, ast.Nonlocal, ast.Delete, ast.Await, ast.Yield)):
                return False
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                module = getattr(node, "module", "") or ""
                if any((module or one.name).partition(".")[0] not in MODULES for one in node.names):
                    return False
            if isinstance(node, ast.Attribute) and WRITES.search(node.attr) and node.attr != "__init__":
                return False
            if isinstance(node, ast.Name) and not is_harmless(node.id, self.names):
                return False
        return True

    def changed(self) -> Iterator[tuple[str, Any]]:
        """Copies of the code with one change each, in words, the likelier ones first."""
        every: list[Change] = [*changes(self.tree), *additions(self.tree), *replacements(self.tree)]
        for _, words, path, new in sorted(every, key=lambda one: one[0]):
            if is_idle(self.tree, path, new):
                continue
            names = dict(self.names)
            try:
                exec(compiled(self.tree, path, new, "<changed>"), names)
            except Exception:  # a change may make no sense: `def` without a body, a name that is missing
                continue
            yield BELONGS.sub(r"where yours has \1", words), names[self.tree.name]


def is_idle(tree: ast.AST, path: Path, new: Any) -> bool:
    """Whether a change makes a term that does nothing, as `/ 1` or `+ 0`, but a float of a whole number."""
    if not isinstance(new, ast.Constant) or path[-1:] != (("right", None),):
        return False
    node: Any = tree
    for field, at in path[:-1]:
        node = getattr(node, field) if at is None else getattr(node, field)[at]
    return new.value == (0 if isinstance(node.op, (ast.Add, ast.Sub)) else 1)


def is_harmless(name: str, names: dict[str, Any]) -> bool:
    """Whether what a name stands for cannot be changed, or not by what an exercise asks for."""
    if name in OUTSIDE:
        return False
    value = names.get(name)
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] in MODULES
    if callable(value):
        return not hasattr(value, "parameters")  # a model is data that is shared
    encode(value)  # raises where it is none of the plain kinds
    return (
        not isinstance(value, (list, dict, set)) and not hasattr(value, "detach") and not isinstance(value, np.ndarray)
    )


@contextlib.contextmanager
def same_chance() -> Iterator[None]:
    """Leave the generators of random numbers that everybody shares as they were."""
    python, numpy, torch = random.getstate(), np.random.get_state(), sys.modules.get("torch")
    state = torch.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if torch:
            torch.set_rng_state(state)
