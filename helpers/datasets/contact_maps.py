"""Contacts of a whole genome: how often any two of its bins met, as a sparse matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.datasets.entries import Entry, FromEntry

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from torch import Tensor

COLUMNS = ("chromosome", "start", "end", "chromosome2", "start2", "end2", "count")


@dataclass(frozen=True, eq=False)
class Contacts(FromEntry):
    """How often the bins of a genome met.

    Attributes
    ----------
    name : str
        As asked for.
    source : str
        ``"real"`` or ``"simulated"``.
    chromosomes : tuple of str
        In the order of the bins.
    chromosome : ndarray, (n,), int64
        For each bin the number of its chromosome in `chromosomes`.
    start : ndarray, (n,), int64
        Where it begins, in bases.
    counts : csr_array, (n, n), float32
        Contacts of each pair of bins; symmetric, and sparse: most pairs never met.
    bin_bases : int
        Bases a bin.
    entry : Entry
        What the registry knows of the set that was loaded.
    """

    name: str
    source: str
    chromosomes: tuple[str, ...]
    chromosome: np.ndarray
    start: np.ndarray
    counts: csr_array
    bin_bases: int
    entry: Entry
    task: str = "contacts"

    def __len__(self) -> int:
        return len(self.start)

    def of(self, chromosome: str) -> Tensor:
        """The contacts within a chromosome, (m, m), float32, dense; a ValueError that lists those there are."""
        import torch

        if chromosome not in self.chromosomes:
            raise ValueError(f"of: no chromosome {chromosome!r}; there are {', '.join(self.chromosomes)}")
        at = np.flatnonzero(self.chromosome == self.chromosomes.index(chromosome))
        return torch.from_numpy(self.counts[at][:, at].toarray())

    def describe(self) -> str:
        """One line: what this is, its size, and how full it is."""
        upper = self.counts.sum() / 2 + self.counts.diagonal().sum() / 2
        full = self.counts.nnz / len(self) ** 2
        return (
            f"{self.called}: {len(self):,} bins of {self.bin_bases:,} bases on "
            f"{len(self.chromosomes)} chromosomes, {upper:,.0f} contacts; {full:.1%} of the pairs met"
        )


def read_contacts(name: str, entry: Entry, paths: Sequence[Path]) -> Contacts:
    """Read a set's first file: a line for each pair of bins that met, in the form of bedGraph in two dimensions.

    Each line has chromosome, start and end of both bins and the number of contacts, parted by tabs, as `cooler` dumps
    them.
    """
    import pandas as pd
    from scipy.sparse import coo_array

    table = pd.read_csv(paths[0], sep="\t", header=None, names=COLUMNS)
    sides = [table[["chromosome", "start"]], table[["chromosome2", "start2"]].set_axis(["chromosome", "start"], axis=1)]
    chromosomes = tuple(pd.unique(pd.concat([side["chromosome"] for side in sides])))
    number = {one: i for i, one in enumerate(chromosomes)}
    places = [np.stack([side["chromosome"].map(number), side["start"]], axis=1).astype(np.int64) for side in sides]
    bins, index = np.unique(np.concatenate(places), axis=0, return_inverse=True)
    i, j = index.reshape(2, -1)
    apart, counts = i != j, table["count"].to_numpy(np.float32)
    values = np.concatenate([counts, counts[apart]])
    cells = np.concatenate([i, j[apart]]), np.concatenate([j, i[apart]])
    matrix = coo_array((values, cells), shape=(len(bins), len(bins))).tocsr()
    width = int((table["end"] - table["start"]).max())
    return Contacts(name, entry.kind, chromosomes, bins[:, 0], bins[:, 1], matrix, width, entry)
