"""From a file to rows: what kind of file it is, and its sequences with labels as they were written."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

from helpers.datasets.own.genome import Interval, read_intervals
from helpers.datasets.own.rows import Row
from helpers.datasets.own.tables import read_sheet, read_table
from helpers.dna.contents import complain, read_text

_FASTA = re.compile(r"\s*(?:;[^\n]*\n\s*)*>")  # ; begins a comment
_BED = re.compile(r"[^\t ]+[\t ]+\d+[\t ]+\d+(?:[\t ]|$)")
_GFF = re.compile(r"[^\t]+\t[^\t]*\t[^\t]+\t\d+\t\d+\t")
_ABOUT = ("#", "track", "browser")  # lines of BED and GFF that hold no interval
_OTHERS = {  # how files begin that hold sequences in another way
    "@": (
        "a FASTQ file of reads, or a SAM header",
        "reads have no labels; sequences to learn from come as FASTA or a table",
    ),
    "LOCUS ": ("a GenBank file", "export it as FASTA"),
    "ID   ": ("an EMBL file", "export it as FASTA"),
    "##fileformat=VCF": ("a VCF file of variants", "cut the windows out first, as BED or FASTA"),
    "#VCF": ("a VCF file of variants", "cut the windows out first, as BED or FASTA"),
    "CLUSTAL": ("a Clustal alignment", "export it as FASTA without gaps"),
    "# STOCKHOLM": ("a Stockholm alignment", "export it as FASTA without gaps"),
    "{": ("JSON", "write a table with a column of sequences and one of labels"),
    "[": ("JSON", "write a table with a column of sequences and one of labels"),
    "<": ("a page of HTML or XML", "download the file itself, not the page about it"),
    "version https://git-lfs": ("a Git LFS pointer", "fetch the file itself with `git lfs pull`"),
}


def read_rows(path: str | os.PathLike[str], sequence: str | None, label: str | None) -> list[Row] | list[Interval]:
    """Read one file: FASTA, a table, or the intervals of a BED or GFF file.

    Parameters
    ----------
    path : path
        Plain or gzip; a spreadsheet if its name ends in .xlsx.
    sequence, label : str or None
        The names of a table's two columns; None to find them.

    Returns
    -------
    list of Row, or list of Interval

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file; or it is of another kind, and the message says which, in the form ``file:line: what``.
    """
    place = Path(path)
    if place.is_dir():
        raise ValueError(f"{place} is a folder; name a file in it")
    if place.suffix.lower() in (".xlsx", ".xlsm"):
        return read_sheet(place, sequence, label)
    text = read_text(place)
    start = text.lstrip()
    if start.startswith("&gt;"):
        text = html.unescape(text)
    elif not start.startswith(">"):
        for beginning, (wrong, right) in _OTHERS.items():
            if start.startswith(beginning):
                complain(place, 1, f"the file is {wrong}", right)
    if "\0" in text:
        complain(
            place, text[: text.index("\0")].count("\n") + 1, "the file is not text", "choose the file of sequences"
        )
    if _FASTA.match(text):
        return read_records(place, text)
    first = next((line for line in text.split("\n") if line.strip() and not line.startswith(_ABOUT)), "")
    if _BED.match(first) or _GFF.match(first):
        return read_intervals(place, text, gff=bool(_GFF.match(first)))
    return read_table(place, text, sequence, label)


def read_records(path: Path, text: str) -> list[Row]:
    """The records of a FASTA file, whatever their names: those may repeat, be empty, or hold HTML's entities."""
    rows: list[Row] = []
    name, start = "", 0
    parts: list[str] = []

    def end() -> None:
        if start and not parts:
            complain(path, start, f"record '{name}' has no sequence", "put its bases on the lines after the header")
        if start:
            rows.append(Row("".join(parts), None, name, str(path), start))

    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(">"):
            end()
            name = html.unescape(line[1:]).strip() or f"sequence {len(rows) + 1}"
            start, parts = number, []
        elif line.startswith(";"):
            continue  # a comment, in the oldest form of FASTA
        elif line.strip():
            parts.append(line.strip())
    end()
    return rows
