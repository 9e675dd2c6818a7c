"""The shipped sets `simulated_*`: written again byte for byte, and the truth about them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from helpers.datasets.parts import HOLE
from helpers.datasets.simulated import protein_sets, stand_ins
from helpers.datasets.simulated.peaks import PROTEINS, peaks
from helpers.datasets.simulated.planting import Site
from helpers.datasets.simulated.promoters import Promoters, promoters
from helpers.datasets.splits import divide
from helpers.files import write_whole
from helpers.places import shipped

STAND_INS: dict[str, Callable[[], stand_ins.Made]] = {
    "ctcf_pu1": stand_ins.ctcf_pu1,
    "marks": stand_ins.marks,
    "splice": stand_ins.splice,
    "expression": stand_ins.expression,
    **{f"peaks_{which}": partial(peaks, which) for which in PROTEINS},
}
SETS = {"tata": (2100, 2100, 5), "nontata": (4000, 4000, 2), "ecoli": (839, 3000, 3)}
SIZES = {"tata": (3000, 600, 600), "nontata": (6000, 1000, 1000)}
SPLITS = ("train", "valid", "test")


def planted(kind: str, split: str) -> list[list[Site]]:
    """Read which motifs stand where in a shipped set.

    Parameters
    ----------
    kind : "tata", "nontata", "ecoli", "ctcf_pu1", "marks", "splice", "expression" or "peaks_2"
        The set ``simulated_<kind>``.
    split : "train", "valid" or "test"
        The part of it.

    Returns
    -------
    list of list of Site
        For each sequence of the split, in the order of ``load(...)``, its motifs; an empty list where there are none.

    Raises
    ------
    ValueError
        For another kind or split.
    """
    if kind not in (known := (*SETS, *STAND_INS)) or split not in SPLITS:
        raise ValueError(
            f"planted: no {split!r} of {kind!r}; the kind is one of {', '.join(known)}, "
            f"the split of {', '.join(SPLITS)}"
        )
    folder = shipped() / "simulated" / kind
    with gzip.open(folder / f"{split}.csv.gz", "rt", encoding="ascii") as lines:
        sites: list[list[Site]] = [[] for _ in csv.DictReader(lines)]
    with gzip.open(folder / "truth.csv.gz", "rt", encoding="ascii") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                start, width, strand = (int(row[field]) for field in ("start", "width", "strand"))
                site = Site(row["motif"], row["name"], start, width, strand)
                sites[int(row["row"])].append(site)
    return sites


def write(folder: Path) -> list[Path]:
    """Write the shipped sets below a folder, the same bytes every time; return the files."""
    written = []
    for kind, (positives, negatives, seed) in SETS.items():
        made = promoters(kind, positives=positives, negatives=negatives, seed=seed)
        truth: list[Sequence[object]] = [("split", "row", *Site._fields)]
        for split, rows in _division(kind, made).items():
            table = [("sequence", "label"), *((made.sequences[i], made.labels[i]) for i in rows)]
            written.append(_write_table(folder / kind / f"{split}.csv.gz", table))
            truth += [(split, row, *site) for row, i in enumerate(rows) for site in made.sites[i]]
        written.append(_write_table(folder / kind / "truth.csv.gz", truth))
    return written + _write_stand_ins(folder)


def _write_stand_ins(folder: Path) -> list[Path]:
    """Write the sets of lessons 07 and 10: a column a mark, a hole an empty field; contacts as `cooler` dumps them."""
    written = []
    for kind, draw in STAND_INS.items():
        made = draw()
        several = made.labels.ndim == 2
        bands = made.labels.tolist() if not several and kind != "expression" else [0] * len(made.sequences)
        truth: list[Sequence[object]] = [("split", "row", *Site._fields)]
        header = ("sequence", *(stand_ins.MARKS if several else ("label",)))
        compared = stand_ins.without_flanks(made.sequences) if kind == "expression" else made.sequences
        for split, rows in divide(compared, bands, test=0.2).items():
            told = made.labels[rows].reshape(len(rows), -1).tolist()
            labels = [["" if label == HOLE else label for label in row] for row in told]
            table = [header, *((made.sequences[i], *row) for i, row in zip(rows, labels, strict=True))]
            written.append(_write_table(folder / kind / f"{split}.csv.gz", table))
            truth += [(split, row, *site) for row, i in enumerate(rows) for site in made.sites[i]]
        written.append(_write_table(folder / kind / "truth.csv.gz", truth))
    met, expected = stand_ins.contacts()
    written.append(_write_table(folder / "contacts" / "contacts.tsv.gz", met, "\t"))
    written.append(_write_table(folder / "contacts" / "truth.csv.gz", expected))
    return written + _write_about_proteins(folder)


def _write_about_proteins(folder: Path) -> list[Path]:
    """Write the sets of lesson 09, in the forms that the real ones have."""
    written = []
    for kind, draw, name in (
        ("variants", protein_sets.variants, "missense.csv.gz"),
        ("interactions", protein_sets.interactions, "pairs.tsv.gz"),
        ("scan", protein_sets.scan, "scan.csv.gz"),
        ("escape", protein_sets.escape, "escape.tsv.gz"),
    ):
        made = draw()
        written.append(_write_table(folder / kind / name, made.rows, "\t" if ".tsv" in name else ","))
        written.append(_write_table(folder / kind / "truth.csv.gz", made.truth))
    for kind, texts, names in (
        ("localisation", protein_sets.localisation, ("train.fasta.gz", "test.fasta.gz")),
        ("family", protein_sets.family, ("family.a3m.gz", "structure.pdb.gz")),
    ):
        first, second, truth = texts()
        written += [_write_text(folder / kind / name, text) for name, text in zip(names, (first, second), strict=True)]
        written.append(_write_table(folder / kind / "truth.csv.gz", truth))
    return written


def _division(kind: str, made: Promoters) -> dict[str, list[int]]:
    if kind not in SIZES:
        return {split: positions.tolist() for split, positions in divide(made.sequences, made.labels).items()}
    edges = [0, *np.cumsum(SIZES[kind]).tolist()]
    return {split: list(range(*edges[i : i + 2])) for i, split in enumerate(SPLITS)}


def _write_table(path: Path, rows: Sequence[Sequence[object]], delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows(rows)
    return _write_text(path, text.getvalue())


def _write_text(path: Path, text: str) -> Path:
    packed = io.BytesIO()
    # no name and no time in the header, so that the bytes depend on the rows only
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
        stream.write(text.encode("ascii"))
    write_whole(path, packed.getvalue())
    return path
