"""Pairs of submissions that are more alike than their answers make likely, for a person to look at: never a verdict.

An answer is read as the tokens of its syntax tree, without names that its author chose, comments, types and layout, and
cut into overlapping fragments of a few tokens (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for
document fingerprinting", SIGMOD 2003; here every fragment is kept, for answers are short). What the released starter
code or the course's own answer has counts nothing. What counts of the rest is how rare it is: a fragment that two of a
hundred have weighs ln(100 / 2), one that a third of the class has weighs nothing.

Of two answers the likeness is the share of what is rare in the shorter one that stands in both, and of equal shares the
rarer is the more alike. How surprising it is says the class itself: the share of all its pairs that are as alike in
this exercise; a pair that has nothing rare in common surprises nobody. What the surprises of an honest pair add up to,
were exercises independent, is counted from those same shares, exercise by exercise; a pair is listed if its sum is so
large that one class in twenty of this size would hold such a pair. Only an exercise in which people differ can tell, so
of a lesson of short answers much that was copied is never seen.
"""

from __future__ import annotations

import ast
import bisect
import functools
import inspect
import json
import math
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.engine.exercise import Exercise
from helpers.grading.apart import planned
from helpers.grading.handed_in.names import parsed
from helpers.grading.handed_in.reading import NoNotebook
from helpers.grading.handed_in.submissions import Course

LENGTH = 6  # tokens of a fragment
SHORTEST = 25  # tokens of an answer that says anything about its author
RARE = 0.34  # the share of a class above which a fragment weighs nothing
LEAST_WEIGHT = 4.0  # nats of what is rare in an answer; with less it tells nothing
SHOWN = 0.6  # the likeness from which on an exercise is shown
GRID = 0.05  # nats; sums of surprises are counted in steps of it
LONGEST = 60.0  # nats; sums beyond it count as this
EXPECTED = 0.05  # pairs that a class would hold by chance, up to which a pair is listed

Fragment = tuple[str, ...]


class Likeness(NamedTuple):
    """How alike two answers are: by the share of what is rare, then by how rare that is, in nats."""

    share: float
    weight: float


@dataclass(frozen=True)
class Alike:
    """One exercise in which two are alike.

    Attributes
    ----------
    exercise : str
    share : float
        Of what is rare in the shorter answer, that which stands in both.
    surprise : float
        -ln of the share of the class's pairs that are as alike, in nats.
    """

    exercise: str
    share: float
    surprise: float


@dataclass(frozen=True)
class Pair:
    """Two students, the exercises in which they are alike (the most surprising first), and what chance says of that.

    Attributes
    ----------
    one, other : str
    alike : tuple of Alike
    expected : float
        How many pairs as alike as this one a class of this size would hold by chance.
    """

    one: str
    other: str
    alike: tuple[Alike, ...]
    expected: float


def similar(codes: Mapping[str, Mapping[str, str]], known: Mapping[str, Iterable[str]]) -> list[Pair]:
    """Pairs that stand out of a class, the most surprising first.

    Parameters
    ----------
    codes : mapping of str to mapping of str to str
        By student, then by exercise: the answer's source; "" where there is none.
    known : mapping of str to iterable of str
        By exercise: sources that say nothing about their author, such as the stub and the course's own answer.

    Returns
    -------
    list of Pair
    """
    found: dict[tuple[str, str], list[Alike]] = defaultdict(list)
    sums = np.zeros(round(LONGEST / GRID))
    sums[0] = 1.0
    asked = sorted({name for answers in codes.values() for name in answers})
    pairs = len(codes) * (len(codes) - 1) // 2
    for exercise in asked:
        given = {student: answers.get(exercise, "") for student, answers in codes.items()}
        alike = alike_in(given, known.get(exercise, ()))
        ordered = sorted(alike.values())
        surprises = {p: math.log(pairs / (len(ordered) - bisect.bisect_left(ordered, one))) for p, one in alike.items()}
        sums = with_another(sums, list(surprises.values()), pairs)
        for pair, surprise in surprises.items():
            found[pair].append(Alike(exercise, alike[pair].share, surprise))
    listed = []
    for names, each in found.items():
        expected = pairs * chance(sums, math.fsum(one.surprise for one in each))
        if expected <= EXPECTED:
            shown = sorted((one for one in each if one.share >= SHOWN), key=lambda one: -one.surprise)
            listed.append(Pair(*names, tuple(shown), expected))
    return sorted(listed, key=lambda pair: pair.expected)


def with_another(sums: NDArray[np.float64], surprises: Iterable[float], pairs: int) -> NDArray[np.float64]:
    """Add an exercise to the chances of sums of surprises, as if it were independent of the others.

    Parameters
    ----------
    sums : (K,)
        The chance of a sum in each step of `GRID` nats; the last holds all that is larger.
    surprises : iterable of float
        Of those of the class's pairs that have anything rare in common here, in nats.
    pairs : int
        All pairs of the class.
    """
    steps = np.ceil(np.fromiter(surprises, float) / GRID).astype(int)  # rounded up: nobody is listed by rounding
    one = np.bincount(np.minimum(steps, len(sums) - 1), minlength=len(sums)) / pairs
    one[0] += 1 - one.sum()
    longer = np.convolve(sums, one)
    return np.append(longer[: len(sums) - 1], longer[len(sums) - 1 :].sum())


def chance(sums: NDArray[np.float64], surprise: float) -> float:
    """How likely a sum of surprises is that large or larger."""
    return float(sums[min(int(surprise / GRID), len(sums) - 1) :].sum())


def alike_in(given: Mapping[str, str], known: Iterable[str]) -> dict[tuple[str, str], Likeness]:
    """What is alike in one exercise.

    Parameters
    ----------
    given : mapping of str to str
        By student.
    known : iterable of str
        Sources whose fragments count nothing.

    Returns
    -------
    dict of (str, str) to Likeness
        Of each pair that has something rare in common, where both hold enough that is rare to tell anything.
    """
    common = {fragment for source in known for fragment in fragments(source)}
    kept = {student: fragments(source) - common for student, source in given.items() if fragments(source)}
    holders: dict[Fragment, list[str]] = defaultdict(list)
    for student, each in sorted(kept.items()):
        for fragment in each:
            holders[fragment].append(student)
    weights = {f: math.log(len(kept) / len(who)) for f, who in holders.items() if len(who) <= most(len(kept))}
    whole = {student: math.fsum(weights.get(fragment, 0.0) for fragment in each) for student, each in kept.items()}
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for fragment, weight in weights.items():
        for pair in combinations(holders[fragment], 2):
            shared[pair] += weight
    telling = {student for student, weight in whole.items() if weight >= LEAST_WEIGHT}
    return {  # rounded: sums of the same weights in another order are the same
        (one, other): Likeness(round(weight / min(whole[one], whole[other]), 6), round(weight, 4))
        for (one, other), weight in shared.items()
        if {one, other} <= telling
    }


def most(students: int) -> int:
    """How many of a class may have a fragment that still counts: two always, for that is a pair."""
    return max(2, int(RARE * students))


@functools.lru_cache(maxsize=4096)
def fragments(source: str) -> frozenset[Fragment]:
    """The fragments of an answer; none where it is too short to tell anything, or cannot be read."""
    tokens = list(tokens_of(source))
    if len(tokens) < SHORTEST:
        return frozenset()
    return frozenset(tuple(tokens[i : i + LENGTH]) for i in range(len(tokens) - LENGTH + 1))


def tokens_of(source: str) -> Iterator[str]:
    """What an answer does, in order: kinds of nodes, operators, constants, and names that are not its author's."""
    tree = parsed(source)
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    yield from walked(tree, own)


def walked(node: ast.AST, own: set[str]) -> Iterator[str]:
    """The tokens of a tree, from the outside in."""
    if isinstance(node, ast.Name):
        yield "own" if node.id in own else node.id
        return
    if isinstance(node, ast.Constant):
        yield repr(node.value)[:40]
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, (ast.Load, ast.Store, ast.Module)):
        yield from (token for child in ast.iter_child_nodes(node) for token in walked(child, own))
        return
    yield type(node).__name__
    if isinstance(node, ast.Attribute):
        yield node.attr if node.attr not in own else "own"
    if isinstance(node, ast.keyword):
        yield node.arg or "**"
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from walked(child, own)


def answers_in(course: Course, assignment: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Every student's answers by exercise, and why those of others could not be read.

    Parameters
    ----------
    course : Course
    assignment : str
        As in `"02_logistic_regression"`.
    """
    released, codes, unread = course.released(assignment), {}, {}
    for one in course.submissions(assignment):
        notebook, trouble = one.notebook
        try:
            codes[one.student] = dict(planned(notebook, released).code)
        except NoNotebook as error:
            unread[one.student] = trouble or str(error)
    return codes, unread


def known_sources(exercise: Exercise, released: str) -> list[str]:
    """What says nothing about an answer's author: the cell that was released, and the course's own answer."""
    cells = json.loads(released)["cells"]
    named = {cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"]) for cell in cells}
    stub = named.get(exercise.id, "")
    try:
        return [stub, textwrap.dedent(inspect.getsource(exercise.reference))]
    except (OSError, TypeError):
        return [stub]
