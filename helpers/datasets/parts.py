"""From a set's files to what is trained on, chosen and judged by: sequences and labels of each part."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from helpers.datasets.entries import DataFile, Entry
from helpers.datasets.splits import divide
from helpers.dna.records import read_csv, read_fasta

HOLE = -1.0  # a label that nobody measured
SPLITS = ("train", "valid", "test")
KEY_LETTERS = 12  # of a sequence's hash: one false friend in a million sets of this size

Rows = tuple[list[str], np.ndarray]  # N sequences and their labels, (N,) or, of several questions, (N, T)


def read_parts(entry: Entry, paths: Sequence[Path], division: Path | None) -> dict[str, Rows]:
    """Read a set of sequences, and part it as its files say, as its division says, or without relatives across parts.

    Parameters
    ----------
    entry : Entry
    paths : sequence of Path
        Intact copies of its files, in their order.
    division : Path or None
        The file of its division, if it has one.

    Returns
    -------
    dict
        For ``"train"``, ``"valid"`` and ``"test"`` the sequences, all of one length, and their labels.

    Raises
    ------
    ValueError
        If a part would be empty.
    """
    parts = _read(entry, paths)
    if "all" in parts:
        sequences, labels = parts["all"]
        chosen = divide(sequences, labels.tolist()) if division is None else divided(sequences, division)
        parts = {split: ([sequences[i] for i in at], labels[at]) for split, at in chosen.items()}
    for split in SPLITS:
        if not parts[split][0]:
            raise ValueError(f"load: {entry.name} has no sequences to put into {split}; its division is another set's")
    if entry.task == "binary" or entry.length is None:
        return parts
    return {split: ([about_middle(s, entry.length) for s in rows], labels) for split, (rows, labels) in parts.items()}


def read_all(entry: Entry, paths: Sequence[Path]) -> Rows:
    """All sequences of a set that comes undivided, as its files have them, and their labels."""
    return _read(entry, paths)["all"]


def _read(entry: Entry, paths: Sequence[Path]) -> dict[str, Rows]:
    """What the files hold, by the part that each is for."""
    read: dict[str, list[tuple[DataFile, Rows]]] = {}
    for file, place in zip(entry.files, paths, strict=True):
        if file.split != "truth":
            read.setdefault(file.split, []).append((file, _rows(file, place, entry)))
    join = _joined if entry.task == "marks" else _one_below_the_other
    return {split: join(files, entry) for split, files in read.items()}


def about_middle(sequence: str, width: int) -> str:
    """Cut a sequence to its middle, or fill it up with N on both sides."""
    over = len(sequence) - width
    if over >= 0:
        return sequence[over // 2 : over // 2 + width]
    return ("N" * (-over // 2) + sequence).ljust(width, "N")


def key(sequence: str) -> str:
    """What stands for a sequence in a division: the beginning of its SHA-256, in hexadecimal."""
    return hashlib.sha256(sequence.encode("ascii")).hexdigest()[:KEY_LETTERS]


def divided(sequences: Sequence[str], division: Path) -> dict[str, np.ndarray]:
    """Positions of each part, as a file of hashes says; what it does not name is for training."""
    with gzip.open(division, "rt", encoding="ascii") as lines:
        told = dict(line.split() for line in lines)
    at = np.array([SPLITS.index(told.get(key(sequence), "train")) for sequence in sequences])
    return {split: np.flatnonzero(at == number) for number, split in enumerate(SPLITS)}


def _rows(file: DataFile, place: Path, entry: Entry) -> Rows:
    """One file's sequences and labels."""
    if file.label is not None:
        sequences = [record.sequence for record in read_fasta(place, same_length=True)]
        return sequences, np.full(len(sequences), file.label)
    if entry.task == "binary":
        rows = read_csv(place, same_length=True)
        return [row.sequence for row in rows], np.array([row.label for row in rows])
    import pandas as pd

    bare = place.suffix == ".txt"  # a table without a header
    table = pd.read_csv(place, sep="\t" if bare else ",", header=None if bare else "infer")
    sequences = table.iloc[:, 0].str.upper().tolist()
    wide = entry.task == "marks" and file.mark is None
    labels = table[list(entry.classes)].fillna(HOLE) if wide else table.iloc[:, 1]
    return sequences, labels.to_numpy()


def _one_below_the_other(files: list[tuple[DataFile, Rows]], entry: Entry) -> Rows:
    sequences = [sequence for _, (rows, _) in files for sequence in rows]
    return sequences, np.concatenate([labels for _, (_, labels) in files])


def _joined(files: list[tuple[DataFile, Rows]], entry: Entry) -> Rows:
    """A row for each sequence and a column for each mark, from files of one mark each; what no file says is a hole."""
    if files[0][0].mark is None:
        return _one_below_the_other(files, entry)
    place: dict[str, int] = {}
    for _, (rows, _) in files:
        for sequence in rows:
            place.setdefault(sequence, len(place))
    labels = np.full((len(place), len(entry.classes)), HOLE)
    for file, (rows, told) in files:
        labels[[place[sequence] for sequence in rows], entry.classes.index(str(file.mark))] = told
    return list(place), labels
