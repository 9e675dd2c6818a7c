"""Pairs of submissions that are more alike than their answers make likely, for a person to look at: never a verdict.

An answer is read as the tokens of its syntax tree, without names that its author chose, comments, types and layout, and
cut into overlapping fragments of a few tokens (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for
document fingerprinting", SIGMOD 2003; here every fragment is kept, for answers are short). What the released starter
code or the course's own answer has counts nothing. What counts of the rest is how rare it is: a fragment that two of a
hundred have weighs ln(100 / 2), one that a third of the class has weighs nothing.

Of two answers the likeness is the share of what is rare in the shorter one that stands in both. How surprising it is
says the class itself: the share of all its pairs that are as alike in this exercise. Were exercises independent, the
surprises of an honest pair would add up to no more than a sum of exponential variables (R. A. Fisher's way to combine
tests, 1925); a pair is listed if its sum is so large that one class in twenty of this size would hold such a pair.
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
EXPECTED = 0.05  # pairs that a class would hold by chance, up to which a pair is listed

Fragment = tuple[str, ...]


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
    telling: list[set[str]] = []
    asked = sorted({name for answers in codes.values() for name in answers})
    pairs = len(codes) * (len(codes) - 1) // 2
    for exercise in asked:
        given = {student: answers.get(exercise, "") for student, answers in codes.items()}
        shares, those = shares_in(given, known.get(exercise, ()))
        telling.append(those)
        ordered = sorted(shares.values())
        for pair, share in shares.items():
            as_alike = len(ordered) - bisect.bisect_left(ordered, share)
            found[pair].append(Alike(exercise, share, math.log(pairs / as_alike)))
    listed = []
    for names, each in found.items():
        both = sum(those.issuperset(names) for those in telling)
        expected = pairs * chance(math.fsum(one.surprise for one in each), both)
        if expected <= EXPECTED:
            shown = sorted((one for one in each if one.share >= SHOWN), key=lambda one: -one.surprise)
            listed.append(Pair(*names, tuple(shown), expected))
    return sorted(listed, key=lambda pair: pair.expected)


def chance(surprise: float, exercises: int) -> float:
    """How likely a sum of independent exponential variables of mean 1, one an exercise, is that large or larger."""
    return math.exp(-surprise) * sum(surprise**i / math.factorial(i) for i in range(exercises))


def shares_in(given: Mapping[str, str], known: Iterable[str]) -> tuple[dict[tuple[str, str], float], set[str]]:
    """What is alike in one exercise.

    Parameters
    ----------
    given : mapping of str to str
        By student.
    known : iterable of str
        Sources whose fragments count nothing.

    Returns
    -------
    shares : dict of (str, str) to float
        Of each pair that has something rare in common: the share of what is rare in the shorter answer.
    telling : set of str
        Whose answers hold enough that is rare to tell anything.
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
    shares = {  # rounded: sums of the same weights in another order are the same
        (one, other): round(weight / min(whole[one], whole[other]), 6)
        for (one, other), weight in shared.items()
        if {one, other} <= telling
    }
    return shares, telling


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
