"""Sets about proteins: tables of variants, of pairs and of whole proteins, and a family with its structure."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from helpers import settings
from helpers.datasets.entries import Entry, FromEntry
from helpers.files import write_whole

if TYPE_CHECKING:
    import pandas as pd

VARIANTS = {  # columns of the workbook, and what they are called here
    "position (hg19)": "position",
    "protein_variant": "mutant",
    "CADD.score": "cadd",
    "phyloP (mammalian)": "phylop",
    "polyphen2": "polyphen",
    "sift": "sift",
    "aGVGD.class": "agvgd",
    "function.score.mean": "measured",
    "func.class": "effect",
    "clinvar_simple": "clinvar",
}
CONVERTED = "0beec038177f66b4785854a8069341205b2920a67e4e343dc23cbfaf0f2cdfe4"  # SHA-256 of the table that it becomes
SCAN = {
    "mutant": "mutant",
    "2500": "measured",
    "2500_1": "first",
    "2500_2": "second",
    "mutation_effect_prediction_independent": "independent",
    "mutation_effect_prediction_pairwise": "pairwise",
    "mutation_effect_prediction_vae_ensemble": "vae",
}
ESCAPES = {"prob": "grammar", "change": "meaning", "is_escape": "escape"}
NEAR = 8.0  # ångström between two C-beta atoms that make a contact


@dataclass(frozen=True, eq=False)
class Table(FromEntry):
    """A set that is a table: a row for each variant, pair or protein.

    Attributes
    ----------
    name : str
        As asked for.
    source : str
        ``"real"`` or ``"simulated"``.
    rows : DataFrame
        Its columns stand in the card.
    entry : Entry
        What the registry knows of the set that was loaded.
    """

    name: str
    source: str
    rows: pd.DataFrame
    entry: Entry
    task: str = "table"

    def __len__(self) -> int:
        return len(self.rows)

    def describe(self) -> str:
        """One line: what this is, and its size."""
        return f"{self.called}: {len(self):,} rows; columns {', '.join(self.rows.columns)}"


@dataclass(frozen=True, eq=False)
class Family(FromEntry):
    """An aligned family of proteins, and where the residues of its first member are.

    Attributes
    ----------
    name : str
        As asked for.
    source : str
        ``"real"`` or ``"simulated"``.
    aligned : list of N str
        One length L, that of the first protein; what it lacks is left out, a gap is ``-``.
    places : ndarray, (L, 3), float64
        Its C-beta atoms (C-alpha of glycine), in ångström.
    entry : Entry
        What the registry knows of the set that was loaded.
    """

    name: str
    source: str
    aligned: list[str]
    places: np.ndarray
    entry: Entry
    task: str = "family"

    def __len__(self) -> int:
        return len(self.aligned)

    @property
    def contacts(self) -> np.ndarray:
        """Which two residues are nearer than 8 ångström: (L, L), bool."""
        return np.linalg.norm(self.places[:, None] - self.places, axis=2) < NEAR

    def describe(self) -> str:
        """One line: what this is, and its size."""
        return f"{self.called}: {len(self):,} proteins of {len(self.aligned[0])} aligned residues, one structure"


def read_table(name: str, entry: Entry, paths: Sequence[Path]) -> Table:
    """Read a table of variants, pairs or proteins from a set's files."""
    return Table(name, entry.kind, READERS[entry.stand_in or entry.name](paths), entry)


def read_family(name: str, entry: Entry, paths: Sequence[Path]) -> Family:
    """Read an alignment in the form of a3m and a structure in that of the PDB, with Biopython.

    Raises
    ------
    ValueError
        If the structure is not that of the first protein.
    """
    from Bio import SeqIO
    from Bio.PDB import PDBParser
    from Bio.SeqUtils import seq1

    with _opened(paths[0]) as lines:
        whole = [str(record.seq) for record in SeqIO.parse(lines, "fasta")]
    aligned = ["".join(letter for letter in row if not letter.islower()) for row in whole]  # small: an insertion
    with _opened(paths[1]) as lines:
        chain = next(iter(PDBParser(QUIET=True).get_structure(name, lines)[0]))
    residues = [residue for residue in chain if residue.id[0] == " "]
    letters = seq1("".join(residue.get_resname() for residue in residues))
    if letters != aligned[0]:
        raise ValueError(f"load: the structure of {entry.name} has {len(letters)} residues, not those of its alignment")
    places = [residue["CB" if "CB" in residue else "CA"].coord for residue in residues]
    return Family(name, entry.kind, aligned, np.array(places, dtype=np.float64), entry)


def _variants(paths: Sequence[Path]) -> pd.DataFrame:
    import pandas as pd

    path = paths[0] if paths[0].suffix == ".gz" else _converted(paths[0])
    return pd.read_csv(path)


def _converted(workbook: Path) -> Path:
    """The changes of one amino acid as a small table, made of the workbook once and kept beside it in the cache."""
    from openpyxl import load_workbook

    place = settings.cache() / "brca1_variants" / "missense.csv"
    if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == CONVERTED:
        return place
    rows = load_workbook(workbook, read_only=True).active.iter_rows(min_row=3, values_only=True)
    header = next(rows)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(VARIANTS.values())
    columns, kind = [header.index(name) for name in VARIANTS], header.index("consequence")
    for row in rows:
        if row[kind] == "Missense":
            table.writerow([str(row[i]).removeprefix("C") if header[i] == "aGVGD.class" else row[i] for i in columns])
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, text.getvalue().encode())
    return place


def _pairs(paths: Sequence[Path]) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(paths[0], sep="\t", header=None, names=["one", "other", "interacts"])


def _proteins(paths: Sequence[Path]) -> pd.DataFrame:
    """Whole proteins with their compartment, those to learn from and those to judge by."""
    import pandas as pd
    from Bio import SeqIO

    rows = []
    for part, path in zip(("train", "test"), paths, strict=False):
        with _opened(path) as lines:
            for record in SeqIO.parse(lines, "fasta"):
                where = record.description.split()[1].rpartition("-")[0]
                rows.append(
                    (
                        part,
                        "Nucleus" if {"Nucleus", "Cytoplasm"} <= {*where.split("-")} else where.split("-")[0],
                        str(record.seq),
                    )
                )
    return pd.DataFrame(rows, columns=["part", "compartment", "sequence"])


def _scan(paths: Sequence[Path]) -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(paths[0])
    models = [column for column in table.columns if column.startswith("esm1v")]
    found = table[list(SCAN)].rename(columns=SCAN).assign(language=table[models].mean(axis=1))
    return found.dropna().reset_index(drop=True)


def _escapes(paths: Sequence[Path]) -> pd.DataFrame:
    """Measured changes of one residue; the file also has the letters B, J, U, X and Z, and one residue for itself."""
    import pandas as pd

    table = pd.read_csv(paths[0], sep="\t", keep_default_na=False)
    table = table[table["is_viable"] & (table["wt"] != table["mut"])].sort_values(["pos", "mut"])
    mutant = table["wt"] + (table["pos"] + 1).astype(str) + table["mut"]
    found = table[list(ESCAPES)].rename(columns=ESCAPES).astype({"escape": int})
    found.insert(0, "position", table["pos"] + 1)
    found.insert(1, "mutant", mutant)
    return found.reset_index(drop=True)


READERS: dict[str, Callable[[Sequence[Path]], pd.DataFrame]] = {
    "simulated_variants": _variants,
    "simulated_interactions": _pairs,
    "simulated_localisation": _proteins,
    "simulated_scan": _scan,
    "simulated_escape": _escapes,
}


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
