"""Rows: one sequence each, with its label as it was written and where it stood; bases are made plain, or refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from helpers.datasets.parts import about_middle
from helpers.dna.contents import complain
from helpers.dna.records import AMINO_ACIDS_ALONE

_PLAIN = str.maketrans("", "", "ACGTN")
_TO_N = str.maketrans(dict.fromkeys("RYSWKMBDHVX", "N"))  # choices of bases; X is how older programs mask
_IUPAC = frozenset("RYSWKMBDHVX")


class Row(NamedTuple):
    """One sequence of a file.

    Attributes
    ----------
    sequence : str
        As written; `plain` makes it upper-case bases of A, C, G, T and N.
    label : str or None
        As written; None where the file has none.
    name : str
    file : str
    line : int
        Where it begins, counted from 1.
    """

    sequence: str
    label: str | None
    name: str
    file: str
    line: int


def plain(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Write every sequence in upper-case A, C, G, T and N, and say what had to be changed for it.

    Blanks and digits inside go, U becomes T, and a letter that stands for several bases becomes N.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    rows : list of Row
    notes : list of str
        A sentence for each kind of change.

    Raises
    ------
    ValueError
        For proteins, gaps of alignments, other characters, and sequences without a single known base.
    """
    done, counts = [], Counter[str]()
    for row in rows:
        sequence = row.sequence
        upper = sequence.upper()
        if upper != sequence:
            counts["lower"] += 1
        if upper.translate(_PLAIN):
            upper = _cleaned(row, upper, counts)
        if not upper.strip("N"):
            wrong = "the sequence is empty" if not upper else f"all {len(upper)} bases are N"
            complain(row.file, row.line, wrong, "every row needs bases that are known")
        done.append(row._replace(sequence=upper))
    notes = {
        "lower": "{} had lower-case letters, which were read like capitals (many files mask repeats so)",
        "rna": "{} were RNA: U was read as T",
        "codes": "{} had letters for several bases (such as R or Y), which became N",
        "blanks": "{} had blanks or numbers between their bases, which were left out",
    }
    return done, [text.format(_of(counts[key], len(done))) for key, text in notes.items() if counts[key]]


def _cleaned(row: Row, upper: str, counts: Counter[str]) -> str:
    """The bases of a sequence that holds more than A, C, G, T and N."""
    squeezed = re.sub(r"[\s\d]+", "", upper)
    strange = set(squeezed.translate(_PLAIN))
    if strange & AMINO_ACIDS_ALONE and len(strange) > 1:
        letters = ", ".join(sorted(strange & AMINO_ACIDS_ALONE))
        complain(row.file, row.line, f"'{row.name}' is a protein (it has {letters})", "only DNA and RNA are read")
    if strange & {"-", "."}:
        complain(row.file, row.line, f"'{row.name}' has gaps of an alignment", "remove '-' and '.' first")
    if "U" in strange:
        if "T" in squeezed:
            complain(row.file, row.line, f"'{row.name}' has both T and U", "write DNA with T, or RNA with U")
        counts["rna"] += 1
        squeezed = squeezed.replace("U", "T")
        strange -= {"U"}
    if strange - _IUPAC:
        one = min(strange - _IUPAC, key=squeezed.index)
        shown = f"'{one}'" if one.isprintable() else repr(one)
        complain(row.file, row.line, f"{shown} in '{row.name}'", "bases are A, C, G, T, N, or letters for several")
    counts["codes"] += bool(strange)
    counts["blanks"] += len(squeezed) < len(upper)
    return squeezed.translate(_TO_N)


def without_copies(
    rows: Sequence[Row], values: Sequence[float], number: bool
) -> tuple[list[int], list[float], list[str]]:
    """Keep one of each sequence: copies with one label count once, and those that contradict each other go.

    Parameters
    ----------
    rows : sequence of N Row
        Plain.
    values : sequence of N float
        The class, or the number, of each.
    number : bool
        Then copies are measurements of one thing, and their mean is kept.

    Returns
    -------
    kept : list of int
        Positions, ascending.
    values : list of float
        Of those kept.
    notes : list of str
    """
    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault(row.sequence, []).append(i)
    kept, told = [], []
    removed = contradictions = 0
    example = ""
    for same in places.values():
        found = [values[i] for i in same]
        if len(set(found)) > 1 and not number:
            contradictions += len(same)
            example = example or f"{rows[same[1]].file}:{rows[same[1]].line}"
            continue
        kept.append(same[0])
        told.append(sum(found) / len(found))
        removed += len(same) - 1
    notes = []
    if removed:
        what = "their mean was kept" if number else "one of each was kept"
        notes.append(f"{_of(removed, len(rows))} were copies of another one; {what}")
    if contradictions:
        notes.append(f"{_of(contradictions, len(rows))} stood in two classes, such as {example}; they were left out")
    return kept, told, notes


def same_length(rows: Sequence[Row], length: int | None) -> tuple[list[Row], list[str]]:
    """Bring all sequences to one length about their middles: longer ones are cut, shorter ones filled up with N.

    Parameters
    ----------
    rows : sequence of Row
    length : int or None
        That length; None for that of the longest.

    Returns
    -------
    rows : list of Row
    notes : list of str

    Raises
    ------
    ValueError
        If `length` is no whole number above 3, or the longest is so long that most of the set would be N.
    """
    lengths = [len(row.sequence) for row in rows]
    longest, median = max(lengths), sorted(lengths)[len(lengths) // 2]
    if length is not None and (not isinstance(length, int) or length < 4):
        raise ValueError(f"from_files: length is {length!r}; expected a whole number of bases, 4 or more")
    if length is None and longest > 4 * median:
        at = rows[lengths.index(longest)]
        right = f"pass length= (such as {median}), and all are cut or filled up to it about their middles"
        complain(at.file, at.line, f"{longest:,} bases, and half of the sequences have {median:,} or fewer", right)
    width = length or longest
    notes = []
    if min(lengths) != longest:
        notes.append(f"lengths went from {min(lengths):,} to {longest:,} bases (median {median:,})")
    cut, filled = sum(n > width for n in lengths), sum(n < width for n in lengths)
    if cut:
        notes.append(f"{_of(cut, len(rows))} were cut to the {width:,} bases in their middles")
    if filled:
        notes.append(f"{_of(filled, len(rows))} were filled up with N on both sides, to {width:,} bases")
    return [row._replace(sequence=about_middle(row.sequence, width)) for row in rows], notes


def _of(count: int, total: int) -> str:
    return f"{count:,} of {total:,} sequences"


def first_without(rows: Iterable[Row]) -> Row | None:
    """The first row that has no label."""
    return next((row for row in rows if not (row.label or "").strip()), None)
