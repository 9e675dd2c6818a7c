"""How answers of another shape relate to what was asked: the same numbers laid out otherwise, too many or too few."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

Pairs = list[tuple[np.ndarray, np.ndarray]]  # what came and what was asked, of shapes that differ somewhere
RTOL, ATOL, MOST_AXES = 1e-4, 1e-6, 4
OVER: dict[str, Callable[..., np.ndarray]] = {
    "mean": np.nanmean,
    "sum": np.nansum,
    "largest": np.nanmax,
    "smallest": np.nanmin,
}


def laid_out(pairs: Pairs) -> str:
    """One sentence on how all answers become the right ones by what changes a shape; "" where nothing does.

    Parameters
    ----------
    pairs : list of (array, array)
        Given and expected, question by question.
    """
    wrong = [(g.astype(float), e.astype(float)) for g, e in pairs if g.dtype.kind in "biuf" and e.dtype.kind in "biuf"]
    if not wrong or len(wrong) < len(pairs) or len({(g.ndim, e.ndim) for g, e in wrong}) > 1:
        return ""
    if sum(e.size for _, e in wrong) < 2 or all(
        np.ptp(e[np.isfinite(e)]) == 0 for _, e in wrong if np.isfinite(e).any()
    ):
        return ""
    with np.errstate(all="ignore"):
        for said, change in (*with_fewer(wrong), *with_more(wrong), *in_other_order(wrong), *cut(wrong)):
            if all(agrees(change, g, e) for g, e in wrong):
                return said
    return ""


def agrees(
    change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], g: np.ndarray, e: np.ndarray
) -> bool:
    """Whether what came and what was asked are the same after a change of one of them."""
    try:
        mine, asked = change(g, e)
    except (ValueError, IndexError):
        return False
    return mine.size > 0 and mine.shape == asked.shape and bool(np.allclose(mine, asked, RTOL, ATOL, equal_nan=True))


def with_fewer(pairs: Pairs) -> Iterator[tuple[str, Callable]]:
    """What came is found over an axis of what was asked, or is one of its entries."""
    given, expected = pairs[0][0].ndim, pairs[0][1].ndim
    if given == 0 and expected > 0:
        for word, over in OVER.items():
            yield (
                f"One number came back, the {word} of them: asked is one for each.",
                lambda g, e, over=over: (g, over(e)),
            )
        yield "Only the first of the numbers came back.", lambda g, e: (g, e.ravel()[0])
        yield (
            "Only the last of the numbers came back: is each put in the place of the one before?",
            lambda g, e: (g, e.ravel()[-1]),
        )
    if 0 < given == expected - 1:
        for axis in range(expected):
            for word, over in OVER.items():
                said = f"Yours is the {word} of what was asked along axis {axis}: leave that step out."
                yield said, lambda g, e, over=over, axis=axis: (g, over(e, axis=axis))
            for word, place in (("first", 0), ("last", -1)):
                said = f"Yours is only the {word} entry along axis {axis} of what was asked."
                yield said, lambda g, e, axis=axis, place=place: (g, np.take(e, place, axis=axis))


def with_more(pairs: Pairs) -> Iterator[tuple[str, Callable]]:
    """What was asked is found over an axis of what came, or comes several times in it."""
    given, expected = pairs[0][0].ndim, pairs[0][1].ndim
    if given != expected + 1:
        return
    for axis in range(given):
        said = f"These are the right numbers, with an axis of one entry too many: axis {axis}."
        yield said, lambda g, e, axis=axis: (np.squeeze(g, axis=axis), e)
    for axis in range(given):
        said = f"What was asked comes several times in yours, along axis {axis}."
        yield said, lambda g, e, axis=axis: (g, np.broadcast_to(np.expand_dims(e, axis), g.shape))
        for word, place in (("first", 0), ("last", -1)):
            said = f"Asked is the {word} entry alone of yours along axis {axis}."
            yield said, lambda g, e, axis=axis, place=place: (np.take(g, place, axis=axis), e)
        for word, over in OVER.items():
            yield (
                f"One step is missing: what was asked is the {word} of yours along axis {axis}.",
                lambda g, e, over=over, axis=axis: (over(g, axis=axis), e),
            )


def in_other_order(pairs: Pairs) -> Iterator[tuple[str, Callable]]:
    """The axes exchanged, or the same numbers in rows of another length."""
    given, expected = pairs[0][0].ndim, pairs[0][1].ndim
    if given == expected and 1 < given <= MOST_AXES:
        for order in itertools.permutations(range(given)):
            if order != tuple(range(given)):
                said = f"These are the right numbers with their axes in another order: `.permute{order}` mends that."
                yield said, lambda g, e, order=order: (g.transpose(order), e)
    if any(g.shape != e.shape for g, e in pairs):
        came, asked = next((g.shape, e.shape) for g, e in pairs if g.shape != e.shape)
        said = f"These are the right numbers, laid out as {came} where {asked} was asked."
        yield said, lambda g, e: (g.ravel(), e.ravel())


def cut(pairs: Pairs) -> Iterator[tuple[str, Callable]]:
    """Entries too many or too few, at the beginning or at the end of one axis."""
    given, expected = pairs[0][0].ndim, pairs[0][1].ndim
    if not 0 < given == expected:
        return
    for axis in range(given):
        where = f" along axis {axis}" if given > 1 else ""
        more = [g.shape[axis] - e.shape[axis] for g, e in pairs]
        if all(by > 0 for by in more):
            many = f"{more[0]} too many" if len(set(more)) == 1 else "some too many"
            for word, step in (("end", 1), ("beginning", -1)):
                yield (
                    f"Yours has the right numbers, and {many} at the {word}{where}.",
                    lambda g, e, axis=axis, step=step: (part(g, e.shape[axis], axis, step), e),
                )
        if all(by < 0 for by in more):
            few = f"{-more[0]}" if len(set(more)) == 1 else "some"
            for word, step in (("end", 1), ("beginning", -1)):
                yield (
                    f"Yours has the right numbers, and {few} of those asked are missing at the {word}{where}.",
                    lambda g, e, axis=axis, step=step: (g, part(e, g.shape[axis], axis, step)),
                )


def part(x: np.ndarray, count: int, axis: int, step: int) -> np.ndarray:
    """So many entries from the beginning (step 1) or from the end (step -1) of an axis."""
    along = np.arange(count) if step > 0 else np.arange(x.shape[axis] - count, x.shape[axis])
    return np.take(x, along, axis=axis)
