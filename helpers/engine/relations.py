"""How wrong numbers and texts relate to the right ones: what can be seen where no misconception explains an answer."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Pairs = list[tuple[np.ndarray, np.ndarray]]  # what came and what was asked, of one shape, question by question
RTOL, ATOL = 1e-4, 1e-6
ROUNDING = 1e-5  # how near two numbers are that are rounded alike
FACTORS = {
    -1.0: "The sign is turned round.",
    2.0: "Every number of yours is twice the expected one.",
    0.5: "Every number of yours is half the expected one.",
    100.0: "Yours are per cent; shares between 0 and 1 were asked.",
    1 / math.log(2): "Yours are logarithms to base 2; natural ones were asked.",
    math.log(2): "Yours are natural logarithms; those to base 2 were asked.",
    1 / math.log(10): "Yours are logarithms to base 10; natural ones were asked.",
    math.log(10): "Yours are natural logarithms; those to base 10 were asked.",
}
TIMES = {  # of a mistake that has a name
    -1.0: "the sign of what then comes out is turned round.",
    2.0: "every number of yours is twice what then comes out.",
    0.5: "every number of yours is half of what then comes out.",
}
LEAST = 3  # numbers that a factor is read from
FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Yours is the exponential of what was asked: the logarithm is missing.": np.exp,
    "Yours is the logarithm of what was asked: the exponential is missing.": np.log,
    "Yours is minus the logarithm of what was asked.": lambda x: -np.log(x),
    "Yours is the exponential of minus what was asked.": lambda x: np.exp(-x),
    "Yours is the square of what was asked: the root is missing.": np.square,
    "Yours is the root of what was asked.": np.sqrt,
    "Yours is 1 over what was asked.": lambda x: 1 / x,
    "Yours is 1 minus what was asked.": lambda x: 1 - x,
    "Yours has lost the signs: it is the size of each number that was asked.": np.abs,
    "Negative numbers have become 0 in yours.": lambda x: np.maximum(x, 0),
    "Positive numbers have become 0 in yours.": lambda x: np.minimum(x, 0),
    "Yours is the sigmoid of what was asked.": lambda x: 1 / (1 + np.exp(-x)),
    "Yours is the tanh of what was asked.": np.tanh,
    "Yours has True where a number above 0 was asked, and no number.": lambda x: (x > 0).astype(float),
}


NORMALISED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Yours is divided by its largest number.": lambda x: x / np.max(x),
    "Yours is divided by the largest of its numbers in size.": lambda x: x / np.abs(x).max(),
    "Yours is divided by its sum.": lambda x: x / x.sum(),
    "Each column of yours is divided by its sum.": lambda x: x / x.sum(0, keepdims=True),
    "Each row of yours is divided by its sum.": lambda x: x / x.sum(-1, keepdims=True),
    "The mean is taken off yours.": lambda x: x - x.mean(),
    "The mean of each column is taken off yours.": lambda x: x - x.mean(0, keepdims=True),
    "The mean of each row is taken off yours.": lambda x: x - x.mean(-1, keepdims=True),
    "Yours has gone through a softmax more.": lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(),
    "Yours is a running sum of what was asked.": lambda x: np.cumsum(x, axis=-1),
}


def related(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """One sentence on how all given numbers relate to the expected ones; "" where nothing is seen.

    Parameters
    ----------
    pairs : list of (array, array)
        Given and expected, of one shape in each pair.
    arguments : sequence of dict
        The question's arguments by name, one dict for each pair.
    """
    if not pairs or not any(given.size for given, _ in pairs):
        return ""
    for look in (empty, factor, by_size, offset, function_of, normalised, rounded, clamped, moved, shifted, multiples):
        said = look(pairs, arguments)
        if said:
            return said
    return ""


def flat(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """All given and all expected numbers in a row."""
    given, expected = (np.concatenate([np.ravel(pair[side]).astype(float) for pair in pairs]) for side in (0, 1))
    return given, expected


def close(x: np.ndarray, y: np.ndarray, atol: float = ATOL) -> bool:
    """Whether two arrays are the same, as far as marks go."""
    with np.errstate(all="ignore"):
        return x.shape == y.shape and bool(np.allclose(x, y, RTOL, atol, equal_nan=True))


def empty(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """Nothing but nan, but one number, or what was given."""
    given, expected = flat(pairs)
    finite = np.isfinite(expected)
    if given.size and np.isnan(given).all() and not np.isnan(expected).any():
        return "All your numbers are nan: 0 / 0, inf − inf, or the logarithm of a negative number."
    for (came, _), named in zip(pairs, arguments, strict=True):
        if not any(came.size > 1 and is_numbers(v) and close(came.astype(float), as_array(v)) for v in named.values()):
            break
    else:
        names = [n for n, v in arguments[0].items() if is_numbers(v) and close(pairs[0][0].astype(float), as_array(v))]
        return f"You give `{names[0]}` back as it came."
    if given.size > 2 and np.ptp(expected[finite]) > 0 and np.isfinite(given).all() and np.ptp(given) < ATOL:
        return f"All your numbers are {given[0]:g}."
    odd = ~np.isfinite(given) & finite
    if odd.any() and close(given[~odd], expected[~odd]):
        what = "nan" if np.isnan(given[odd]).all() else "inf" if np.isinf(given[odd]).all() else "nan or inf"
        return f"Yours is {what} in {odd.sum()} of {given.size} numbers, and right in all others."
    return ""


def factor(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """One factor between all numbers."""
    ratio = common_ratio(*flat(pairs), least=2)
    if ratio is None:
        return ""
    known = next((said for value, said in FACTORS.items() if math.isclose(ratio, value, rel_tol=1e-4)), "")
    return known or f"Every number of yours is {ratio:.4g} times the expected one."


def common_ratio(given: np.ndarray, expected: np.ndarray, least: int = 3) -> float | None:
    """The factor by which all given numbers differ from the expected ones, if it is one and not 1."""
    known = np.abs(expected) > 1e-9
    if known.sum() < least or np.abs(given[~known]).max(initial=0) > 1e-6:
        return None
    with np.errstate(all="ignore"):
        ratios = given[known] / expected[known]
    ratio = float(np.median(ratios))
    steady = np.isfinite(ratio) and abs(ratio) > 1e-9 and bool(np.allclose(ratios, ratio, 1e-4, 0))
    return ratio if steady and abs(ratio - 1) > 1e-4 else None


def by_size(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """A factor that is the size of something in the question, or its root."""
    ratios = [common_ratio(np.ravel(g).astype(float), np.ravel(e).astype(float), least=1) or 1.0 for g, e in pairs]
    if len(pairs) < 2 or all(ratio == 1.0 for ratio in ratios):
        return ""
    for name, values in counted(arguments):
        for words, power in (("{} times", 1.0), ("1 / {} of", -1.0), ("√({}) times", 0.5), ("1 / √({}) of", -0.5)):
            if np.allclose(ratios, values**power, 1e-4) and np.ptp(values) > 0:
                why = {1.0: ": a sum where a mean belongs?", -1.0: ": divided once too often?"}.get(power, ".")
                return f"Every number of yours is {words.format(f'`{name}`')} the expected one{why}"
    return ""


def times(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """The plain factor between all numbers and those of a mistake, in a sentence that follows on the mistake's."""
    numbers = [(np.ravel(g).astype(float), np.ravel(e).astype(float)) for g, e in pairs]
    given, known = flat(pairs)
    if known.size < LEAST or not np.isfinite(known).all() or np.ptp(known) == 0:
        return ""
    ratio = common_ratio(given, known)
    if ratio is not None:
        plain = next((said for value, said in TIMES.items() if math.isclose(ratio, value, rel_tol=1e-4)), "")
        return plain
    ratios = [common_ratio(g, k, least=1) or 1.0 for g, k in numbers]
    for name, values in counted(arguments):
        for words, power in (("{} times", 1.0), ("1 / {} of", -1.0)):
            if np.ptp(values) > 0 and np.allclose(ratios, values**power, 1e-4):
                return f"every number of yours is {words.format(f'`{name}`')} what then comes out."
    return ""


def counted(arguments: Sequence[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """What can be counted in the arguments of every question, by its name: question by question."""
    named = [dict(sizes(one)) for one in arguments]
    for name in named[0] if named else ():
        if all(name in one and one[name] > 0 for one in named):
            yield name, np.array([one[name] for one in named], float)


def multiples(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """Another factor for each question."""
    ratios = [g.size > 1 and common_ratio(*flat([pair]), least=2) for pair in pairs for g, _ in (pair,)]
    if not all(ratios):
        return ""
    return f"All numbers of yours are one multiple of the expected ones, {ratios[0]:.4g} in the first question."


def sizes(named: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """What can be counted in the arguments of a question, by how one would write it."""
    for name, value in named.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, float(value)
        elif hasattr(value, "shape") and len(value.shape):
            for axis, length in enumerate(value.shape):
                yield f"{name}.shape[{axis}]", float(length)
            if len(value.shape) > 1:
                yield f"the numbers in {name}", float(math.prod(value.shape))
        elif isinstance(value, (str, list, tuple)):
            yield f"len({name})", float(len(value))


def offset(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """One number too much everywhere."""
    given, expected = flat(pairs)
    with np.errstate(all="ignore"):
        apart = given - expected
    if given.size < 3 or not np.isfinite(apart).all() or np.ptp(apart) > 1e-4 * max(1.0, abs(apart[0])):
        return ""
    by = float(np.median(apart))
    if abs(by) < 1e-4 or np.ptp(expected) == 0:
        return ""
    return f"Every number of yours is {abs(by):.4g} too {'large' if by > 0 else 'small'}."


def function_of(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """A function of what was asked."""
    given, expected = flat(pairs)
    if any(np.unique(numbers.round(6)).size < 2 for numbers in (given, expected)):
        return ""
    for said, function in FUNCTIONS.items():
        with np.errstate(all="ignore"):
            if close(given, function(expected), 1e-6) and np.isfinite(given).all():
                return said
    return ""


def normalised(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """What was asked, but divided or centred as nobody asked."""
    if not all(e.ndim and e.size > 1 for _, e in pairs):
        return ""
    for said, change in NORMALISED.items():
        with np.errstate(all="ignore"):
            if all(close(g.astype(float), change(e.astype(float)), 1e-5) for g, e in pairs):
                return said
    return ""


def rounded(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """Rounded, or cut to whole numbers."""
    given, expected = flat(pairs)
    if not np.isfinite(given).all() or not np.isfinite(expected).all():
        return ""
    for how, words in ((np.trunc, "cut to"), (np.floor, "rounded down to"), (np.ceil, "rounded up to")):
        if np.abs(given - how(expected)).max() < ROUNDING:
            return f"Your numbers are {words} whole ones. Give them as they are."
    for digits in range(4):
        if np.abs(given - expected.round(digits)).max() < ROUNDING:
            return f"Your numbers are rounded to {digits} digits after the point. Give them as they are."
    return ""


def clamped(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """Cut off above or below."""
    given, expected = flat(pairs)
    if given.size < 3 or not np.isfinite(given).all() or all(e.ndim == 0 for _, e in pairs):  # a mean of cut numbers?
        return ""
    low, high = float(given.min()), float(given.max())
    if high - low < ATOL or not close(given, np.clip(expected, low, high)):
        return ""
    below, above = bool((expected < low - 1e-4).any()), bool((expected > high + 1e-4).any())
    bound = f"below {low:.4g} and above {high:.4g}" if below and above else f"above {high:.4g}" if above else ""
    return f"Your numbers are cut off {bound or f'below {low:.4g}'}; elsewhere they are right."


def moved(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """The same numbers in other places."""
    if not all(same_numbers(g, e) for g, e in pairs) or all(e.size < 2 for _, e in pairs):
        return ""
    for said, move in moves(max(e.ndim for _, e in pairs)):
        if all(e.ndim and close(g.astype(float), move(e).astype(float)) for g, e in pairs):
            return said
    if all(len(np.unique(e)) < 3 for _, e in pairs):  # of zeros and ones that would say nothing
        return ""
    return "These are the right numbers, but in other places."


def same_numbers(given: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two arrays hold the same numbers in any order."""
    return close(np.sort(np.ravel(given).astype(float)), np.sort(np.ravel(expected).astype(float)))


def moves(axes: int) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    """What may have happened to an array of so many axes."""
    for axis in range(axes):
        where = "backwards" if axes == 1 else f"backwards along axis {axis}"
        yield f"These are the right numbers, {where}.", functools.partial(flipped, axis=axis)
        for by in (1, -1):
            way = "late" if by > 0 else "early"
            place = f" along axis {axis}" if axes > 1 else ""
            said = f"These are the right numbers, one place too {way}{place}."
            yield said, functools.partial(rolled, by=by, axis=axis)
    if axes > 1:
        yield "Rows and columns are exchanged.", lambda x: np.swapaxes(x, -1, -2)
        yield "These are the right numbers, filled in along the wrong axis: a transpose is no reshape.", refilled
    yield "These are the right numbers in rising order: yours are sorted.", functools.partial(np.sort, axis=-1)


def flipped(x: np.ndarray, axis: int) -> np.ndarray:
    """An array backwards along an axis that it may have."""
    return np.flip(x, axis) if axis < x.ndim else x


def rolled(x: np.ndarray, by: int, axis: int) -> np.ndarray:
    """An array moved in a circle along an axis that it may have."""
    return np.roll(x, by, axis) if axis < x.ndim else x


def shifted(pairs: Pairs, arguments: Sequence[dict[str, Any]]) -> str:
    """The right numbers one step too early or too late, with another one at the end."""
    for axis in range(max(e.ndim for _, e in pairs)):
        if not all(axis < e.ndim and e.shape[axis] > 2 and np.ptp(e) > 0 for _, e in pairs):
            continue
        for way, mine, asked in (("early", slice(None, -1), slice(1, None)), ("late", slice(1, None), slice(None, -1))):
            if all(close(along(g, axis)[mine], along(e, axis)[asked]) for g, e in pairs):
                return f"These are the right numbers, one step too {way}: is something kept before or after its step?"
    return ""


def along(x: np.ndarray, axis: int) -> np.ndarray:
    """An array with this axis first."""
    return np.moveaxis(x.astype(float), axis, 0)


def refilled(x: np.ndarray) -> np.ndarray:
    """The columns of an array written into its rows."""
    return np.swapaxes(x, -1, -2).reshape(x.shape) if x.ndim > 1 else x


def is_numbers(value: Any) -> bool:
    """Whether an argument holds numbers in an array."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and len(value.shape) > 0


def as_array(value: Any) -> np.ndarray:
    """An argument as an array."""
    value = value.detach().cpu().numpy() if hasattr(value, "detach") else value
    return np.asarray(value).astype(float)


# -- texts -----------------------------------------------------------------------------------------------------------


def related_texts(pairs: list[tuple[str, str]]) -> str:
    """One sentence on how all given texts relate to the expected ones; "" where nothing is seen."""
    for said, change in (
        ("Yours is read backwards.", lambda text: text[::-1]),
        ("Yours is in small letters.", str.lower),
        ("Yours is in capitals.", str.upper),
        ("Your first letter is missing.", lambda text: text[1:]),
        ("Your last letter is missing.", lambda text: text[:-1]),
        ("Yours has spaces around it.", lambda text: f" {text} "),
    ):
        if all(given == change(expected) for given, expected in pairs):
            return said
    return exchanged_letters(pairs)


def exchanged_letters(pairs: list[tuple[str, str]]) -> str:
    """Letters that stand for others throughout."""
    if any(len(given) != len(expected) for given, expected in pairs):
        return ""
    table: dict[str, str] = {}
    for given, expected in pairs:
        for came, asked in zip(given, expected, strict=True):
            if table.setdefault(asked, came) != came:
                return ""
    wrong = [f"`{came}` where `{asked}` belongs" for asked, came in sorted(table.items()) if came != asked]
    return f"Yours has {', '.join(wrong)}." if 0 < len(wrong) <= 4 else ""
