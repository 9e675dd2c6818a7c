"""What can be seen of a wrong answer that no misconception explains, the most telling first."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.engine.answers import WRONG_TYPE, Answer
from helpers.engine.codec import kind_of, mismatch, same
from helpers.engine.errors import STOPPED, explained
from helpers.engine.layout import laid_out
from helpers.engine.message import shorten, show
from helpers.engine.mutants import matching
from helpers.engine.plain import is_plain
from helpers.engine.relations import related, related_texts, times
from helpers.engine.values import has_none, is_array, is_numeric, results
from helpers.engine.verdict import Diagnosis

if TYPE_CHECKING:
    from helpers.engine.marking import Attempt

DIFFERS = "The answer differs."
SAME_AS_REFERENCE = "It is what comes out {}."
EMPTY = ("All your numbers", "Yours is nan")  # there is nothing in such answers that a change could be known by
VAGUE = (*EMPTY, "You give", "These are the right numbers, but")  # they leave open why
MOST_TOLD, MOST_PLACES, MOST_FACT = 3, 9, 60  # questions and places to speak of one place; characters of a fact
NOTHING_GIVEN = (
    "Yours holds None where a value was asked. Is there a way through your code without a `return`, or is something "
    "looked up that is not there?"
)
UNSTEADY = (
    "Asked the same again, your code answers something else. Does it draw at random, or keep something from one call "
    "to the next?"
)
WITH_RECORD = "A number was asked, and yours is a tensor with the record of how it was made: `.item()` takes it out."


def describe(attempt: Attempt, *, with_changes: bool = True) -> Diagnosis:
    """What can be said of a wrong attempt, whoever wrote the answers; with or without changes of the reference."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return described(attempt, with_changes)
    except Exception:  # looking closer is an extra: what cannot be looked at is still wrong
        return Diagnosis(DIFFERS, is_explained=False)


def described(attempt: Attempt, with_changes: bool) -> Diagnosis:
    """What can be seen."""
    exercise, worst = attempt.marking.exercise, attempt.worst
    unsteady = [given for given in attempt.given if given.again is not None]
    if unsteady and not unsteady[0].error:
        return Diagnosis(UNSTEADY)
    if attempt.given[worst].has_record and is_plain(attempt.expected[worst].value):
        return Diagnosis(WITH_RECORD)
    said = of_kind(attempt.given[worst], attempt.expected[worst], exercise.must_return.type)
    if said == STOPPED:
        return Diagnosis(with_rest(said, attempt), is_explained=False)
    if said:
        return Diagnosis(said)
    if all(g.value is None and not g.error for g in attempt.given) and any(
        e.value is not None for e in attempt.expected
    ):
        return Diagnosis("Your function returns None. Is the `return` missing?")
    return of_values(attempt, with_changes)


def of_kind(given: Answer, expected: Answer, asked: type | None) -> str:
    """What is wrong before any number is looked at: an error, another type."""
    if given.error == WRONG_TYPE and asked is not None:
        came = (
            "an array" if isinstance(given.value, np.ndarray) else "" if given.value is None else kind_of(given.value)
        )
        return f"A {asked.__name__.lower()} was asked, and {came or 'something else'} came."
    if given.error == "InputChanged":
        return "Your code changes its own input."
    return (explained(given.error, given.text) or STOPPED) if given.error and not expected.error else ""


def of_values(attempt: Attempt, with_changes: bool) -> Diagnosis:
    """What can be said of values: the shape, the relation to the right ones, a mutant, what is right already."""
    given, expected = attempt.given[attempt.worst].value, attempt.expected[attempt.worst].value
    said = other_kind(attempt)
    if said:
        return Diagnosis(said)
    said = shapes(given, expected)
    if said:
        why = of_shapes(attempt, with_changes)
        return Diagnosis(why, may_be_closer=True) if why else Diagnosis(with_rest(said, attempt), is_explained=False)
    if has_none(given) and not has_none(expected):
        return Diagnosis(NOTHING_GIVEN)
    places = [place for place, answer in enumerate(attempt.given) if not answer.error]
    named = [arguments(attempt, place) for place in places]
    values = [(attempt.given[place].value, attempt.expected[place].value) for place in places]
    relation = relations(values, named, attempt)
    if relation and not relation.startswith(VAGUE):
        return Diagnosis(relation)
    is_empty = relation.startswith(EMPTY) or bool(attempt.given[attempt.first_wrong].error)
    change = "" if is_empty or not with_changes else matching(attempt)
    if change:
        return Diagnosis(f"{relation} {SAME_AS_REFERENCE.format(change)}".strip(), may_be_closer=True)
    if relation:
        return Diagnosis(relation, is_explained=False)
    said = attempt.marking.exercise.seen(given, expected) or only_wrong(values, attempt)
    said = said or times_a_mistake(attempt, places, named)
    if said:
        return Diagnosis(said)
    inside = facts(attempt) or f"{where_right(given, expected, attempt)} {sums(values)}".strip()
    return Diagnosis(with_rest(f"{mismatch(given, expected) or DIFFERS} {inside}".strip(), attempt), is_explained=False)


def times_a_mistake(attempt: Attempt, places: list[int], named: Sequence[dict[str, Any]]) -> str:
    """A known mistake, and one factor between its answers and these: two mistakes at once; "" where none is seen."""
    for wrong in attempt.marking.exercise.misconceptions() if len(places) == len(attempt.given) else []:
        known = [attempt.marking.known(wrong.name, place).value for place in places]
        values = [attempt.given[place].value for place in places]
        if not all(
            is_array(g) and is_array(k) and np.shape(g) == np.shape(k) for g, k in zip(values, known, strict=True)
        ):
            continue
        pairs = [(np.asarray(g), np.asarray(k)) for g, k in zip(values, known, strict=True)]
        said = times(pairs, named)
        if said:
            return f"{wrong.hint} And {said}"
    return ""


def with_rest(said: str, attempt: Attempt) -> str:
    """A sentence, and which parts of the exercise, or how many of its questions, are right already."""
    good = [f"“{part}”" for part, is_right in attempt.parts.items() if is_right]
    bad = [f"“{part}”" for part, is_right in attempt.parts.items() if not is_right]
    if good and bad:
        return f"{said} Parts that are right: {', '.join(good)}; not yet: {', '.join(bad)}."
    right = sum(attempt.right)
    return f"{said} {right} of {len(attempt.right)} questions are answered rightly." if right else said


def sums(values: list[tuple[Any, Any]]) -> str:
    """Whether yours or what was asked sums to 1, of numbers that the other does not sum to."""
    if not all(is_array(g) and is_array(e) and np.shape(g) == np.shape(e) and np.ndim(e) for g, e in values):
        return ""
    for axis in {*range(min(np.ndim(e) for _, e in values))}:
        given, expected = (
            [np.sum(np.asarray(pair[side]).astype(float), axis=axis) for pair in values] for side in (0, 1)
        )
        mine, asked = (all(np.allclose(one, 1, 1e-4) for one in total) for total in (given, expected))
        where = f" along axis {axis}" if any(np.ndim(e) > 1 for _, e in values) else ""
        if mine != asked:
            whose = ("Yours sums", "what was asked does not") if mine else ("What was asked sums", "yours does not")
            return f"{whose[0]} to 1{where}, and {whose[1]}."
    return ""


def only_wrong(values: list[tuple[Any, Any]], attempt: Attempt) -> str:
    """The one place, of few, at which every answer is wrong where it is wrong at all."""
    if not MOST_TOLD <= len(values) == len(attempt.given) or not all(is_array(g) and is_array(e) for g, e in values):
        return ""
    pairs = [(np.asarray(g).astype(float), np.asarray(e).astype(float)) for g, e in values]
    shape = pairs[0][1].shape
    if not all(g.shape == e.shape == shape for g, e in pairs) or not 1 < math.prod(shape) <= MOST_PLACES:
        return ""
    tolerance = attempt.marking.exercise.rtol, attempt.marking.exercise.atol
    wrong = np.logical_or.reduce([~np.isclose(g, e, *tolerance, equal_nan=True) for g, e in pairs])
    if wrong.sum() != 1:
        return ""
    place = [int(at) for at in np.argwhere(wrong)[0]]
    return f"Of all your answers only the number at {place} is ever wrong."


def facts(attempt: Attempt) -> str:
    """Which of the facts that must hold does not, where an exercise has facts of its own with names."""
    given, expected = attempt.given[attempt.worst], attempt.expected[attempt.worst]
    theirs, ours = given.facts, expected.facts
    if not isinstance(ours, dict) or not isinstance(theirs, dict) or ours.keys() != theirs.keys() or len(ours) < 2:
        return ""
    bad = [key for key in ours if not agree(theirs[key], ours[key], attempt)]
    if len(bad) == len(ours) or theirs is given.value:
        return ""
    told = [
        f"{key} ({shorten(show(theirs[key]), MOST_FACT)}; asked {shorten(show(ours[key]), MOST_FACT)})" for key in bad
    ]
    return f"This does not hold: {', '.join(told)}."


def arguments(attempt: Attempt, place: int) -> dict[str, Any]:
    """The arguments of a question by the reference's names, as far as it is a plain call."""
    question = attempt.questions[place]
    try:
        names = list(inspect.signature(attempt.marking.exercise.reference).parameters)
    except (TypeError, ValueError):
        return {}
    return dict(zip(names, question, strict=False))


def shapes(given: Any, expected: Any) -> str:
    """Another shape, or another number of results."""
    if is_numeric(given) and is_numeric(expected) and np.shape(given) != np.shape(expected):
        if np.ndim(given) == 0:
            return "One number came back, and one for each was asked."
        return f"The shape differs from what was asked.{axes(np.shape(given), np.shape(expected))}"
    if isinstance(given, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(given) != len(expected) and not all(is_numeric(one) and np.ndim(one) == 0 for one in expected):
            return f"{len(expected)} results were asked, and {len(given)} came."
        for at, (one, other) in enumerate(zip(given, expected, strict=False)):
            said = shapes(one, other)
            if said:
                return f"{said} In result {at + 1}: shape {np.shape(one)}, and {np.shape(other)} was asked."
    return ""


def other_kind(attempt: Attempt) -> str:
    """One result of several, several where one was asked, or a dictionary around the right numbers."""
    values = [(g.value, e.value) for g, e in zip(attempt.given, attempt.expected, strict=True) if not g.error]
    if all(isinstance(g, dict) and is_array(e) for g, e in values):
        if all(agree(list(g.values()), np.asarray(e).tolist(), attempt) for g, e in values):
            return "The numbers are right, but they came in a dictionary: asked are its values alone, in this order."
        return "A dictionary came, and the numbers alone were asked."
    for many, one, said in (
        (1, 0, "{} results were asked, and only number {} of them came."),
        (0, 1, "{} results came, and number {} of them alone was asked."),
    ):
        counts = {len(pair[many]) if isinstance(pair[many], (list, tuple)) else 0 for pair in values}
        if len(counts) != 1 or not 1 < min(counts) <= MOST_PLACES or not all(is_numeric(pair[one]) for pair in values):
            continue
        for at in range(min(counts)):
            sides = [(pair[0][at], pair[1]) if many == 0 else (pair[0], pair[1][at]) for pair in values]
            if all(np.ndim(e) and agree(g, e, attempt) for g, e in sides):
                return said.format(min(counts), at + 1)
    return ""


def of_shapes(attempt: Attempt, with_changes: bool) -> str:
    """Why answers have another shape: laid out otherwise, or by a small change of the reference; "" if none does it."""
    values = [(g.value, e.value) for g, e in zip(attempt.given, attempt.expected, strict=True) if not g.error]
    if all(is_numeric(g) and is_numeric(e) for g, e in values):
        said = laid_out([(np.asarray(g), np.asarray(e)) for g, e in values])
        if said:
            return said
    inner = results(values)
    wrong = [name for name, pairs in inner.items() if not all(agree(g, e, attempt) for g, e in pairs)]
    if len(wrong) == 1 and all(is_numeric(g) and is_numeric(e) for g, e in inner[wrong[0]]):
        said = laid_out([(np.asarray(g), np.asarray(e)) for g, e in inner[wrong[0]]])
        if said:
            return f"Of the results only {wrong[0]} is wrong. {said}"
    change = "" if attempt.given[attempt.first_wrong].error or not with_changes else matching(attempt)
    return SAME_AS_REFERENCE.format(change) if change else ""


def axes(given: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """How two shapes differ, in words."""
    if sorted(given) == sorted(expected):
        return f" Axes are exchanged: {given}, and {expected} was asked."
    if len(given) != len(expected):
        return f" {len(expected)} axes were asked, and {len(given)} came."
    wrong = [at for at, (one, other) in enumerate(zip(given, expected, strict=True)) if one != other]
    if len(wrong) == 1:
        (at,) = wrong
        return f" Axis {at} has {given[at]} entries, and {expected[at]} were asked."
    return ""


def relations(values: list[tuple[Any, Any]], named: Sequence[dict[str, Any]], attempt: Attempt) -> str:
    """How all given values relate to the expected ones; looks into lists and dictionaries."""
    if not values:
        return ""
    if all(isinstance(g, str) and isinstance(e, str) for g, e in values):
        return related_texts(values)
    if all(is_array(g) and is_array(e) and np.shape(g) == np.shape(e) for g, e in values):
        pairs = [(np.asarray(g), np.asarray(e)) for g, e in values]
        if all(e.dtype == bool for _, e in pairs):
            return truths(pairs)
        return related(pairs, named) or in_stretches(pairs, named, attempt)
    inner = results(values)
    wrong = [name for name, pairs in inner.items() if not all(agree(g, e, attempt) for g, e in pairs)]
    if len(inner) > 1 and wrong:
        said = relations(inner[wrong[0]], named, attempt)
        if said and len(wrong) < len(inner):
            return f"Of the results only {wrong[0]} is wrong. {said}" if len(wrong) == 1 else f"In {wrong[0]}: {said}"
        if said and all(relations(inner[name], named, attempt) == said for name in wrong[1:]):
            return said
    return ""


def in_stretches(pairs: list[tuple[np.ndarray, np.ndarray]], named: Sequence[dict[str, Any]], attempt: Attempt) -> str:
    """How the columns, rows or entries that are wrong relate to the expected ones, where others are right."""
    axes = min(e.ndim for _, e in pairs)
    for axis in range(axes - 1, -1, -1) if axes > 1 else ():
        count = pairs[0][1].shape[axis]
        if any(e.shape[axis] != count for _, e in pairs) or count > MOST_PLACES:
            continue
        wrong = [
            at for at in range(count) if not all(agree(g.take(at, axis), e.take(at, axis), attempt) for g, e in pairs)
        ]
        if wrong and len(wrong) < count:
            said = related([(g.take(wrong, axis), e.take(wrong, axis)) for g, e in pairs], named)
            what = ("Only row", "Only column")[axis] if axes == 2 else f"Along axis {axis} only entry"
            if said:
                said = said.replace("All your numbers", "All your numbers there")
                return f"{what} {', '.join(map(str, wrong))} is wrong. {said}"
    return ""


def truths(pairs: list[tuple[np.ndarray, np.ndarray]]) -> str:
    """How arrays of True and False relate to those that were asked."""
    given = [g.astype(bool) for g, _ in pairs]
    expected = [e for _, e in pairs]
    if all(np.array_equal(g, ~e) for g, e in zip(given, expected, strict=True)):
        return "True and False are exchanged."
    if all(g.all() for g in given) or not any(g.any() for g in given):
        return f"Yours is {bool(given[0].all())} everywhere."
    said = related(
        [(g.astype(float), e.astype(float)) for g, e in zip(given, expected, strict=True)], [{}] * len(given)
    )
    if said and "other places" not in said:
        return said
    more = sum(int((g & ~e).sum()) for g, e in zip(given, expected, strict=True))
    less = sum(int((~g & e).sum()) for g, e in zip(given, expected, strict=True))
    if more and less:
        return ""
    return f"Yours is {'True' if more else 'False'} in {more or less} places too many, and right in all others."


def where_right(given: Any, expected: Any, attempt: Attempt) -> str:
    """Which of the results, rows, columns or steps are right already."""
    inner = results([(given, expected)])
    if len(inner) > 1:
        good = [name for name, ((g, e),) in inner.items() if agree(g, e, attempt)]
        bad = [name for name in inner if name not in good]
        if good:
            return f"Right already: {', '.join(good)}; not yet: {', '.join(bad)}."
        return ""
    if not (is_array(given) and is_array(expected)):
        return ""
    x, y = np.asarray(given).astype(float), np.asarray(expected).astype(float)
    if x.shape != y.shape or not x.ndim:
        return ""
    good_at = np.isclose(x, y, attempt.marking.exercise.rtol, attempt.marking.exercise.atol, equal_nan=True)
    if not good_at.any():
        return ""
    for axis in range(x.ndim):
        along = good_at.all(axis=tuple(other for other in range(x.ndim) if other != axis))
        if along.any() and x.shape[axis] > 1:
            word = "Entry" if x.ndim == 1 else ("Row", "Column")[axis] if x.ndim == 2 else f"On axis {axis}, entry"
            return f"{places(word, np.flatnonzero(along), len(along))} right, the others not."
    return f"{good_at.sum()} of {good_at.size} numbers are right."


def places(word: str, at: np.ndarray, count: int) -> str:
    """Some places in words: `Row 0 is`, `Rows 0 to 4 are`, `Entries 1 to 2, counted from 0, are`."""
    zero = ", counted from 0," if at[0] else ""
    if len(at) == 1:
        return f"{word} {at[0]}{zero} is"
    plural = word.replace("Entry", "Entries").replace("entry", "entries") if "ntry" in word else f"{word}s"
    if at[-1] - at[0] == len(at) - 1:
        return f"{plural} {at[0]} to {at[-1]}{zero} are"
    return f"{plural} {', '.join(map(str, at[:4]))}{', …' if len(at) > 4 else ''}{zero} are"


def agree(given: Any, expected: Any, attempt: Attempt) -> bool:
    """Whether a part of a value is right."""
    return same(given, expected, attempt.marking.exercise.rtol, attempt.marking.exercise.atol)
