"""`from_files`: own sequences as a data set, divided without relatives across its parts, with its card."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

import numpy as np

from helpers.datasets.entries import Entry
from helpers.datasets.loading import SPLITS, Dataset, Split
from helpers.datasets.own.genome import Interval, cut_out, resized
from helpers.datasets.own.labels import FEWEST, Labels, understood
from helpers.datasets.own.negatives import RULES, made
from helpers.datasets.own.reading import read_rows
from helpers.datasets.own.rows import Row, plain, same_length, without_copies
from helpers.datasets.splits import divide

File = str | os.PathLike[str]
_BANDS = 5  # of a number to predict: each part gets as much of every fifth


def from_files(
    files: File | Sequence[File] | Mapping[str, File],
    negatives: File | None = None,
    *,
    sequence: str | None = None,
    label: str | None = None,
    positive: str | None = None,
    task: str | None = None,
    genome: File | None = None,
    length: int | None = None,
    shared: int = 30,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Make a data set of your own sequences.

    Parameters
    ----------
    files : path, several, or a mapping from a label to a path
        FASTA, a table (CSV, TSV, .xlsx) with a column of sequences and one of labels, or intervals (BED, GFF) of a
        `genome`; plain or gzip. A mapping names the class of each file.
    negatives : path, or one of "shuffle" and "genome", optional
        The others, where `files` hold positives only: a file of them, dinucleotide shuffles of the positives, or pieces
        of the `genome` with the same share of G and C.
    sequence, label : str, optional
        A table's columns; found by themselves where that is clear.
    positive : str, optional
        The label that is 1; the other rows are the negatives.
    task : {"binary", "classes", "number"}, optional
        What to predict, where the labels leave it open.
    genome : path, optional
        FASTA, plain, gzip or bgzip.
    length : int, optional
        Bases of every sequence: cut, or filled up with N, about its middle; windows about the middles of intervals. If
        not given, that of the longest.
    shared : int
        Sequences that share so many bases in a row, on either strand, stay in one part; 1 to 31.
    seed : int
        Of the division and of negatives that are made.
    name : str, optional
        What to call the set; the first file's name if not given.

    Returns
    -------
    Dataset
        With ``source`` "own": eight tenths to train on, a tenth each for choosing and judging. `Dataset.card` tells
        what was done to the rows.

    Raises
    ------
    FileNotFoundError
        A file is not there.
    ValueError
        In one sentence, with file and line where there is one: what is wrong, and what would be right.

    Examples
    --------
    >>> data = from_files("peaks.fa", negatives="shuffle")  # doctest: +SKIP
    >>> data = from_files({"enhancer": "e.fa", "promoter": "p.fa"}, length=200)  # doctest: +SKIP
    """
    rng = np.random.default_rng(seed)
    named, paths = _named(files)
    taken: list[Interval] = []
    rows: list[Row] = []
    for text, path in zip(named, paths, strict=True):
        new, places = _rows_of(path, sequence, label, genome, length)
        taken += places
        if text is not None and any(row.label is not None for row in new) and label is not None:
            raise ValueError(
                f"from_files: {path} has a column of labels, and you call all of it {text!r}; leave one out"
            )
        rows += new if text is None else [row._replace(label=text) for row in new]
    rows, notes = plain(rows)
    if negatives is not None:
        if text_of := next((row for row in rows if row.label is not None), None):
            raise ValueError(f"{text_of.file}: it has labels already; leave out negatives=, or name no label")
        others, more = _negatives(negatives, rows, sequence, genome, length, taken, rng)
        rows = [row._replace(label="1") for row in rows] + [row._replace(label="0") for row in others]
        notes += more
    elif all(row.label is None for row in rows):
        raise ValueError(
            f"{rows[0].file}: no labels; name a file of others or a rule to make them (negatives='shuffle'), "
            "or a column of a table (label=)"
        )
    meaning = understood(rows, task, positive)
    notes += meaning.notes
    kept, values, more = without_copies(rows, meaning.values, meaning.task == "number")
    notes += more
    if not kept:
        raise ValueError(f"{paths[0]}: no sequences are left once those that stand in two classes are gone")
    rows, more = same_length([rows[i] for i in kept], length)
    return _divided(rows, values, meaning, notes + more, shared, seed, name or _stem(paths[0]), [*map(str, paths)])


def _named(files: File | Sequence[File] | Mapping[str, File]) -> tuple[list[str | None], list[Path]]:
    """The label of each file, None where the file itself has labels, and the paths."""
    if isinstance(files, Mapping):
        if len(files) < 2:
            raise ValueError("from_files: a mapping from labels to files needs two files or more")
        return [str(text) for text in files], [Path(path) for path in files.values()]
    paths = [Path(files)] if isinstance(files, str | os.PathLike) else [Path(path) for path in files]
    if not paths:
        raise ValueError("from_files: no files; name one or more")
    return [None] * len(paths), paths


def _rows_of(
    path: Path, sequence: str | None, label: str | None, genome: File | None, length: int | None
) -> tuple[list[Row], list[Interval]]:
    """The rows of a file, and their places if it holds intervals."""
    found = read_rows(path, sequence, label)
    if not _are_intervals(found):
        return found, []  # type: ignore[return-value]  # one list is of one kind
    if genome is None:
        raise ValueError(f"{path}: intervals hold no bases; name the genome's FASTA file with genome=")
    places = resized(found, length)
    return cut_out(places, genome), places


def _are_intervals(found: list[Row] | list[Interval]) -> TypeGuard[list[Interval]]:
    return isinstance(found[0], Interval)


def _negatives(
    negatives: File,
    rows: Sequence[Row],
    sequence: str | None,
    genome: File | None,
    length: int | None,
    taken: Sequence[Interval],
    rng: np.random.Generator,
) -> tuple[list[Row], list[str]]:
    if negatives in RULES:
        return made(str(negatives), rows, genome, taken, rng)
    if not Path(negatives).exists() and not Path(negatives).suffix:
        known = ", ".join(map(repr, RULES))
        raise ValueError(f"from_files: negatives is {os.fspath(negatives)!r}; expected a file, or a rule: {known}")
    others, notes = plain(_rows_of(Path(negatives), sequence, None, genome, length)[0])
    told = (
        f"negatives are those of {Path(negatives).name}: whatever else differs between the files tells them apart too"
    )
    return others, [told, *notes]


def _divided(
    rows: Sequence[Row],
    values: Sequence[float],
    meaning: Labels,
    notes: list[str],
    shared: int,
    seed: int,
    name: str,
    files: list[str],
) -> Dataset:
    import torch

    number = meaning.task == "number"
    bands = _bands(values) if number else [int(value) for value in values]
    sequences = [row.sequence for row in rows]
    few = min((bands.count(band), band) for band in sorted(set(bands)))
    if few[0] < (2 if number else FEWEST) or len(set(bands)) < 2:
        what = f"the class '{meaning.classes[few[1]]}'" if not number else "the set"
        raise ValueError(
            f"{files[0]}: without copies {few[0]} sequences are left of {what}; {FEWEST} or more are needed"
        )
    parts = divide(sequences, bands, shared=shared, seed=seed)
    short = [part for part in SPLITS if len({bands[i] for i in parts[part]}) < len(set(bands))]
    if short:
        raise ValueError(
            f"{files[0]}: too many sequences share {shared} bases or more with one another, so that none of some "
            f"class are left for {' and '.join(short)}; pass a larger shared= (31 at most), or more sequences"
        )
    kind = torch.int64 if meaning.task == "classes" else torch.float32
    train, valid, test = (
        Split([sequences[i] for i in parts[part]], torch.tensor([values[i] for i in parts[part]]).to(kind))
        for part in SPLITS
    )
    notes.append(f"sequences that share {shared} bases in a row, on either strand, are in one part")
    title = f"Own sequences from {', '.join(Path(file).name for file in files)}"
    entry = Entry(name, title, "own", (), len(sequences[0]), None, None, None, "that of your files", "")
    return Dataset(name, "own", train, valid, test, 0, entry, meaning.task, meaning.classes, tuple(notes))


def _bands(values: Sequence[float]) -> list[int]:
    """The fifth of all numbers that each belongs to."""
    edges = np.quantile(values, np.linspace(0, 1, _BANDS + 1)[1:-1])
    return np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)[1].tolist()


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]
