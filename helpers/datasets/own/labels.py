"""Labels as people write them: two classes, several, or a number."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from helpers.datasets.own.rows import Row, first_without
from helpers.dna.contents import complain

TASKS = ("binary", "classes", "number")
FEWEST = 10  # sequences of a class: one to choose by, one to judge by, and some to learn from
_MOST_CLASSES = 50
_NO = {"0", "no", "n", "false", "f", "neg", "negative", "-", "none", "off", "absent", "unbound", "inactive"}
_YES = {"1", "yes", "y", "true", "t", "pos", "positive", "+", "on", "present", "bound", "active"}
_NEGATION = re.compile(
    r"(?i)^(non?|not|un|neg\w*|control|ctrl|background|bg|other\w*|random|shuffled|null)(?![a-z])|^(non|not)"
)
_MISSING = {"na", "n/a", "nan", "null", "?", "missing", "#n/a", "inf", "-inf"}


class Labels(NamedTuple):
    """What the labels of a set mean.

    Attributes
    ----------
    task : {"binary", "classes", "number"}
    classes : tuple of str
        Their names, in the order of their numbers; empty for a number to predict.
    values : list of float
        One a row.
    notes : list of str
    """

    task: str
    classes: tuple[str, ...]
    values: list[float]
    notes: list[str]


def understood(rows: Sequence[Row], task: str | None, positive: str | None) -> Labels:
    """Read the labels of rows.

    Parameters
    ----------
    rows : sequence of N Row
    task : {"binary", "classes", "number"} or None
        None for what the labels look like: two different ones are two classes; up to ten whole numbers, or words, are
        classes; other numbers are numbers to predict.
    positive : str, optional
        The label that is 1; all others are 0.

    Returns
    -------
    Labels

    Raises
    ------
    ValueError
        A row has no label, all have the same, a class has too few sequences, or labels do not fit the task.
    """
    if task is not None and task not in TASKS:
        raise ValueError(f"from_files: task is {task!r}; expected {', '.join(TASKS)}, or nothing")
    if (empty := first_without(rows)) is not None:
        complain(empty.file, empty.line, f"'{empty.name}' has no label", "every sequence needs one")
    words = [(row.label or "").strip() for row in rows]
    if positive is not None:
        return _against_the_others(rows, words, positive)
    numbers = [_number(word) for word in words]
    looks_numeric = sum(number is not None for number in numbers) > len(numbers) / 2
    different = len(set(numbers if looks_numeric else map(str.casefold, words)))
    if task == "number" or (task is None and looks_numeric and not _few_whole(numbers, different)):
        return Labels("number", (), _all_numbers(rows, words, numbers), [])
    _refuse_missing(rows, words)
    return _classes(rows, words, task)


def _few_whole(numbers: Sequence[float | None], different: int) -> bool:
    """Whether numbers look like classes: two different ones, or up to ten whole ones of which each stands often."""
    if different <= 2:
        return True
    known = [number for number in numbers if number is not None]
    whole = all(number == int(number) for number in known)
    return whole and different <= 10 and len(known) >= 5 * different


def _number(word: str) -> float | None:
    """The number that a word is, decimal commas and all; None if it is none, or not finite."""
    try:
        number = float(word.replace(",", ".") if word.count(",") == 1 and "." not in word else word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _all_numbers(rows: Sequence[Row], words: Sequence[str], numbers: Sequence[float | None]) -> list[float]:
    for row, word, number in zip(rows, words, numbers, strict=True):
        if number is None:
            complain(
                row.file, row.line, f"the label '{word:.30}' is no number, as the others are", "mend or drop the row"
            )
    found = [number for number in numbers if number is not None]
    if len(set(found)) < 3:
        raise ValueError(f"{rows[0].file}: {len(set(found))} different numbers; a number to predict has more of them")
    return found


def _refuse_missing(rows: Sequence[Row], words: Sequence[str]) -> None:
    for row, word in zip(rows, words, strict=True):
        if word.casefold() in _MISSING:
            complain(row.file, row.line, f"the label of '{row.name}' is missing ('{word}')", "mend or drop the row")


def _classes(rows: Sequence[Row], words: Sequence[str], task: str | None) -> Labels:
    keys = [_key(word) for word in words]
    if set(keys) <= _YES | _NO and len({key in _YES for key in keys}) == 2:
        keys = ["1" if key in _YES else "0" for key in keys]
        spelled = {"0": "0", "1": "1"}
        counts = Counter(words)
        shown = {side: [w for w in counts if (_key(w) in _YES) == (side == "1")] for side in "01"}
        notes = (
            [f"1 stands for {_listed(shown['1'])}, and 0 for {_listed(shown['0'])}"]
            if set(counts) != {"0", "1"}
            else []
        )
    else:
        spelled = {}
        for key, word in zip(keys, words, strict=True):
            spelled.setdefault(key, word)
        notes = []
    order = _ordered(list(spelled))
    _check_counts(rows, Counter(keys), spelled)
    if task == "binary" and len(order) > 2:
        few = ", ".join(repr(spelled[key]) for key in order[:5])
        raise ValueError(f"{rows[0].file}: {len(order)} different labels ({few}); for two classes say which is 1")
    place = {key: float(number) for number, key in enumerate(order)}
    names = tuple(spelled[key] for key in order)
    if len(order) == 2 and task != "classes":
        if names != ("0", "1"):
            notes.append(f"1 stands for '{names[1]}', and 0 for '{names[0]}'")
        return Labels("binary", names, [place[key] for key in keys], notes)
    return Labels("classes", names, [place[key] for key in keys], notes)


def _key(word: str) -> str:
    """What spellings of one label share: case, and whether a whole number is written with a point."""
    number = _number(word)
    return word.casefold() if number is None else f"{number:g}"


def _ordered(keys: list[str]) -> list[str]:
    """Classes in their order: numbers by size, words by the alphabet; of two, the one that negates first."""
    numbers = [_number(key) for key in keys]
    if all(number is not None for number in numbers):
        return sorted(keys, key=float)
    rising = sorted(keys)
    if len(rising) == 2:
        rising.sort(key=lambda key: key not in _NO and not _NEGATION.match(key))
    return rising


def _against_the_others(rows: Sequence[Row], words: Sequence[str], positive: str) -> Labels:
    wanted = _key(positive.strip())
    values = [float(_key(word) == wanted) for word in words]
    counts = Counter(words)
    if not any(values):
        few = ", ".join(repr(word) for word, _ in counts.most_common(5))
        raise ValueError(f"{rows[0].file}: no label is {positive!r}; there are {few}")
    _check_counts(rows, Counter(map(str, values)), {"1.0": positive, "0.0": "the others"})
    others = [word for word in counts if _key(word) != wanted]
    note = (
        f"negatives are the other rows ({_listed(others)}): the model learns what tells '{positive}' from these, "
        "which may be what they are rather than what it is"
    )
    return Labels("binary", ("the others", positive), values, [note])


def _check_counts(rows: Sequence[Row], counts: Counter[str], spelled: dict[str, str]) -> None:
    if len(counts) == 1:
        (only,) = counts
        raise ValueError(
            f"{rows[0].file}: all {len(rows):,} labels are '{spelled[only]}'; "
            "name a file with others, or a rule to make them (negatives='shuffle')"
        )
    if len(counts) > _MOST_CLASSES:
        raise ValueError(
            f"{rows[0].file}: {len(counts):,} different labels; up to {_MOST_CLASSES} are classes, and a number to "
            "predict has numbers only"
        )
    rare = min(counts, key=counts.__getitem__)
    if counts[rare] < FEWEST:
        at = next((row for row in rows if row.label is not None and _key(row.label.strip()) == rare), rows[0])
        complain(
            at.file,
            at.line,
            f"the label '{spelled[rare]}' stands {counts[rare]} times",
            f"a class needs {FEWEST} or more",
        )


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(f"'{word}'" for word in words[:4])
    return shown + (f" and {len(words) - 4} more" if len(words) > 4 else "")
