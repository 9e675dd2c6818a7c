"""Intervals of a genome: read from BED and GFF, cut out of a FASTA file that is read once, a chromosome at a time.

No index is written beside the genome, which may lie where nobody may write; plain, gzip and bgzip are read alike.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.datasets.own.rows import Row
from helpers.dna.contents import complain, require_end
from helpers.dna.sequences import reverse_complement

_CANDIDATES = 8  # pieces of the genome drawn for each that is wanted
_STEP = 0.02  # of GC content: pieces in one step count as equal


class Interval(NamedTuple):
    """A stretch of a genome.

    Attributes
    ----------
    chromosome : str
    start, end : int
        Counted from 0, the end not included, as in BED.
    strand : str
        "-" for the other strand.
    name : str
    file : str
    line : int
    """

    chromosome: str
    start: int
    end: int
    strand: str
    name: str
    file: str
    line: int


def read_intervals(path: Path, text: str, *, gff: bool) -> list[Interval]:
    """Read a BED file (start counted from 0) or a GFF or GTF file (from 1).

    Raises ValueError, with file and line, for a row that is no interval.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        if gff and line.startswith(">"):
            break  # GFF3 may hold the genome below
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) < (5 if gff else 3):
            complain(path, number, f"{len(fields)} fields", "an interval has chromosome, start and end, parted by tabs")
        first, last = (fields[3], fields[4]) if gff else (fields[1], fields[2])
        if not (first.strip().isdigit() and last.strip().isdigit()):
            complain(path, number, f"'{first:.20}' and '{last:.20}' are no places", "start and end are whole numbers")
        start, end = int(first) - gff, int(last)
        if start < 0 or end <= start:
            counted = "from 1, the end included" if gff else "from 0, the end not included"
            complain(path, number, f"the interval goes from {first} to {last}", f"they count {counted}")
        strand_at, name_at = (6, 2) if gff else (5, 3)
        strand = fields[strand_at].strip() if len(fields) > strand_at else "+"
        name = fields[name_at].strip() if len(fields) > name_at else ""
        here = f"{fields[0].strip()}:{start}-{end}"
        found.append(Interval(fields[0].strip(), start, end, strand, name or here, str(path), number))
    if not found:
        complain(path, 1, "no intervals", "a line has chromosome, start and end, parted by tabs")
    return found


def resized(intervals: Sequence[Interval], length: int | None) -> list[Interval]:
    """Intervals of one length about the middles of these; as they are where `length` is None."""
    if length is None:
        return list(intervals)
    middles = [(one.start + one.end) // 2 for one in intervals]
    starts = [middle - length // 2 for middle in middles]
    return [one._replace(start=start, end=start + length) for one, start in zip(intervals, starts, strict=True)]


def cut_out(intervals: Sequence[Interval], genome: str | os.PathLike[str]) -> list[Row]:
    """Cut intervals out of a genome; what lies on the other strand comes as its reverse complement.

    Parameters
    ----------
    intervals : sequence of Interval
    genome : path
        FASTA, plain, gzip or bgzip. Its names may have "chr" before them where the intervals' have not, or the other
        way round.

    Returns
    -------
    list of Row
        In the order of the intervals, without labels.

    Raises
    ------
    ValueError
        A chromosome is not in the genome, or an interval leaves it.
    """
    wanted: dict[str, list[int]] = {}
    for i, one in enumerate(intervals):
        wanted.setdefault(_bare(one.chromosome), []).append(i)
    cut: dict[int, str] = {}
    names = []
    for name, sequence in _chromosomes(genome):
        names.append(name)
        for i in wanted.pop(_bare(name), ()):
            one = intervals[i]
            if one.start < 0 or one.end > len(sequence):
                wrong = f"{one.chromosome}:{one.start}-{one.end} leaves the chromosome of {len(sequence):,} bases"
                complain(one.file, one.line, wrong, "drop it, or is this another assembly of the genome?")
            piece = sequence[one.start : one.end]
            cut[i] = reverse_complement(piece) if one.strand == "-" else piece
    if wanted:
        one = intervals[min(min(places) for places in wanted.values())]
        few = ", ".join(names[:4])
        complain(one.file, one.line, f"no chromosome '{one.chromosome}' in {os.fspath(genome)}", f"it has {few} …")
    return [Row(cut[i], None, one.name, one.file, one.line) for i, one in enumerate(intervals)]


def matched_pieces(
    rows: Sequence[Row], genome: str | os.PathLike[str], taken: Sequence[Interval], rng: np.random.Generator
) -> list[Row]:
    """Draw a piece of the genome for each row, as long and with the same share of G and C, within two hundredths.

    Parameters
    ----------
    rows : sequence of N Row
        Plain.
    genome : path
    taken : sequence of Interval
        No piece overlaps these.
    rng : numpy.random.Generator

    Returns
    -------
    list of up to N Row
        A row without a match among the pieces drawn has none.

    Raises
    ------
    ValueError
        If no chromosome is longer than the rows.
    """
    sizes = {name: len(sequence) for name, sequence in _chromosomes(genome)}
    width = max(len(row.sequence) for row in rows)
    long_enough = [name for name, size in sizes.items() if size > width]
    if not long_enough:
        raise ValueError(f"{os.fspath(genome)}: no chromosome is longer than the {width:,} bases of a sequence")
    weights = np.array([sizes[name] - width for name in long_enough], dtype=float)
    lengths = rng.permutation(np.repeat([len(row.sequence) for row in rows], _CANDIDATES))
    drawn = rng.choice(len(long_enough), size=len(lengths), p=weights / weights.sum())
    starts = (rng.random(len(lengths)) * weights[drawn]).astype(int)
    file = os.fspath(genome)
    pieces = [
        Interval(
            long_enough[k],
            start,
            start + length,
            "+-"[start % 2],
            f"{long_enough[k]}:{start}-{start + length}",
            file,
            1,
        )
        for k, start, length in zip(drawn.tolist(), starts.tolist(), lengths.tolist(), strict=True)
    ]
    free = _apart(pieces, taken)
    shelves: dict[tuple[int, int], list[Row]] = {}
    for row in cut_out(free, genome):
        upper = row.sequence.upper()
        if not set(upper) - set("ACGT"):
            shelves.setdefault(_shelf(upper), []).append(row)
    chosen = []
    for row in rows:
        length, step = _shelf(row.sequence)
        near = next((shelves[length, step + by] for by in (0, 1, -1) if shelves.get((length, step + by))), None)
        chosen += [near.pop()] if near else []
    return chosen


def _shelf(sequence: str) -> tuple[int, int]:
    known = len(sequence) - sequence.count("N")
    return len(sequence), round((sequence.count("G") + sequence.count("C")) / known / _STEP)


def _apart(pieces: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """The pieces that overlap nothing that is taken."""
    by_name: dict[str, np.ndarray] = {}
    for name in {_bare(one.chromosome) for one in taken}:
        ends = sorted((one.start, one.end) for one in taken if _bare(one.chromosome) == name)
        by_name[name] = np.array([(start, end) for start, end in ends])
    free = []
    for piece in pieces:
        there = by_name.get(_bare(piece.chromosome))
        if there is None or not ((there[:, 0] < piece.end) & (piece.start < there[:, 1])).any():
            free.append(piece)
    return free


def _chromosomes(genome: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """Yield the first word of each name, and its bases as they are written."""
    from Bio.SeqIO.FastaIO import SimpleFastaParser

    with open(genome, "rb") as handle:
        start = handle.read(2)
    packed = start == b"\x1f\x8b"
    if start in (b"\xff\xfe", b"\xfe\xff"):
        complain(genome, 1, "the file is UTF-16", "save it as UTF-8 (or plain ASCII) text")
    require_end(genome)
    with gzip.open(genome, "rt") if packed else open(genome, encoding="utf-8") as lines:
        try:
            yield from ((title.split()[0] if title.split() else "", bases) for title, bases in SimpleFastaParser(lines))
        except EOFError:
            complain(genome, 1, "the gzip file is cut off", "download or copy it again")
        except (ValueError, OSError) as error:
            complain(genome, 1, f"not readable as a genome ({error})", "a genome is FASTA, plain or gzip")


def _bare(chromosome: str) -> str:
    """A chromosome's name without what some write and others do not."""
    name = chromosome.casefold().removeprefix("chr")
    return "m" if name == "mt" else name
