"""Motifs as people keep them: JASPAR, PFM, MEME, TRANSFAC and HOCOMOCO files, Biopython's objects, tables."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.dna.contents import complain, read_text
from helpers.dna.motifs import Motif, rows_by_base
from helpers.dna.sequences import BASES

SITES = 100.0  # what shares of bases are taken for where a file does not say of how many sites
_ROW_OF_BASE = re.compile(r"^\s*([ACGTacgt])\s*[|:]?\s*\[?((?:\s*[-+.\deE]+,?)+)\s*\]?\s*$")
_NUMBERS = re.compile(r"^\s*[-+.\deE]+(?:[\s,]+[-+.\deE]+)*\s*$")


def read_motifs(source: str | os.PathLike[str] | Any) -> list[Motif]:
    """Read motifs from a file, an object of Biopython, or a table.

    Parameters
    ----------
    source : path, Bio.motifs.Motif or several, DataFrame
        A file, plain or gzip: JASPAR or PFM (a row each for A, C, G and T, with letters or without), minimal
        MEME, TRANSFAC, or HOCOMOCO (a row for each position). A DataFrame has A, C, G and T as columns or as rows.

    Returns
    -------
    list of Motif
        Where the source has shares and no numbers of sites (columns that sum to 1), they count as 100 sites.

    Raises
    ------
    TypeError, ValueError
        It holds no motifs, log-odds instead of counts, or rows of unequal lengths; with file and line if there are.
    """
    if hasattr(source, "columns") and hasattr(source, "to_numpy"):
        return [_motif("table", "table", rows_by_base("read_motifs", source))]
    if hasattr(source, "counts"):
        return [_of_biopython(source)]
    if isinstance(source, Sequence) and not isinstance(source, str) and source and hasattr(source[0], "counts"):
        return [_of_biopython(one) for one in source]
    if not isinstance(source, str | os.PathLike):
        kind = type(source).__name__
        raise TypeError(f"read_motifs: got {kind}; expected a path, motifs of Biopython, or a DataFrame")
    path = Path(source)
    text = read_text(path)
    if text.lstrip().startswith("MEME"):
        return _parsed(path, text, "minimal")
    if re.search(r"^(?:P0|PO)\s+A\s+C\s+G\s+T", text, re.MULTILINE):
        return _parsed(path, text, "transfac")
    return _of_rows(path, text)


def _parsed(path: Path, text: str, form: str) -> list[Motif]:
    """What Biopython's reader of a format finds."""
    from Bio import motifs as bio_motifs

    try:
        found = list(bio_motifs.parse(io.StringIO(text), form, strict=False))
    except (ValueError, AssertionError, KeyError, IndexError) as error:
        complain(path, 1, f"not readable as {form} motifs ({error})", "is the file whole?")
    if not found:
        complain(path, 1, "no motifs", "a motif has a matrix of counts")
    return [_of_biopython(one) for one in found]


def _of_biopython(record: Any) -> Motif:
    identifier = (
        _first(record, "matrix_id", "accession", "name") or _item(record, "AC") or _item(record, "ID") or "motif"
    )
    name = _first(record, "name") or _item(record, "NA") or _item(record, "ID") or identifier
    counts = np.array([list(record.counts[base]) for base in BASES], dtype=float)
    return _motif(str(identifier), str(name), counts)


def _first(record: Any, *names: str) -> str | None:
    return next((value for name in names if (value := getattr(record, name, None))), None)


def _item(record: Any, key: str) -> str | None:
    try:
        return record[key]
    except (KeyError, TypeError, IndexError, AttributeError):
        return None


def _of_rows(path: Path, text: str) -> list[Motif]:
    """Matrices of plain numbers, each below its header if there is one."""
    found: list[Motif] = []
    header, start = path.name.split(".")[0], 1
    rows: list[list[float]] = []
    letters: list[str] = []

    def end() -> None:
        if rows:
            words = header.split(None, 1)
            found.append(_motif(words[0], words[-1], _oriented(path, start, rows, letters)))
        elif start > 1 or text.startswith(">"):
            complain(path, start, f"'{header}' has no matrix", "rows of numbers come below a name")

    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(">"):
            if rows or found or number > 1:
                end()
            header, start, rows, letters = line[1:].strip() or f"motif {len(found) + 1}", number, [], []
        elif (match := _ROW_OF_BASE.match(line)) is not None:
            letters.append(match[1].upper())
            rows.append(_numbers(path, number, match[2]))
        elif _NUMBERS.match(line):
            rows.append(_numbers(path, number, line))
        elif line.strip() and not line.startswith("#"):
            complain(
                path, number, f"'{line.strip():.30}' is no row of a matrix", "a row has numbers, or a base and numbers"
            )
    end()
    return found


def _numbers(path: Path, line: int, text: str) -> list[float]:
    try:
        return [float(word) for word in re.split(r"[\s,]+", text.strip(" \t,")) if word]
    except ValueError:
        complain(path, line, f"'{text.strip():.30}' is no row of numbers", "write them with blanks between")


def _oriented(path: Path, line: int, rows: list[list[float]], letters: list[str]) -> np.ndarray:
    """The matrix with a row for each base: four rows, or four columns."""
    if len({len(row) for row in rows}) > 1:
        complain(path, line, f"rows of {len(rows[0])} and other lengths", "every row of a matrix is as long")
    matrix = np.array(rows)
    if letters:
        if sorted(letters) != sorted(BASES):
            complain(path, line, f"rows for {', '.join(letters)}", "a matrix has a row each for A, C, G and T")
        return matrix[[letters.index(base) for base in BASES]]
    if matrix.shape[1] == len(BASES):  # a row for each position, as HOCOMOCO has it
        return matrix.T
    if matrix.shape[0] != len(BASES):
        complain(path, line, f"a matrix of {matrix.shape[0]} by {matrix.shape[1]}", "one side is 4: A, C, G, T")
    return matrix


def _motif(identifier: str, name: str, counts: np.ndarray) -> Motif:
    if (counts < 0).any():
        raise ValueError(f"read_motifs: {identifier} has negative numbers: log-odds; read its counts or shares instead")
    shares = np.abs(counts.sum(axis=0) - 1).max() < 0.02
    return Motif(identifier, name, torch.tensor(counts * (SITES if shares else 1.0), dtype=torch.float32))
