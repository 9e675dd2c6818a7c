"""Data sets to use: train, validation and test sets, real or simulated.

``load("human_tata")`` takes the real set from the cache, from a mirror named by ``COURSE_DATA`` or from its pinned
addresses, and where none of them can be had, the simulated stand-in that ships with the course, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from helpers import settings
from helpers.datasets import downloads
from helpers.datasets.contact_maps import Contacts, read_contacts
from helpers.datasets.downloads import DataUnavailable, RemoteFile
from helpers.datasets.entries import Entry, FromEntry, shipped
from helpers.datasets.entries import entry as entry_of
from helpers.datasets.parts import SPLITS, read_parts
from helpers.datasets.protein_tables import Family, Table, read_family, read_table
from helpers.datasets.splits import leaks
from helpers.dna.sequences import one_hot

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Split:
    """Sequences and their classes.

    Attributes
    ----------
    sequences : list of N str
        Upper-case bases, all of one length L.
    y : Tensor, shape (N,) or (N, T), float32 or int64
        0 or 1, or a number to predict, as float32; the number of the class, where there are several, as int64. Of
        several marks, a column for each: 1 with it, 0 without, -1 where nobody looked.
    """

    sequences: list[str]
    y: torch.Tensor

    @cached_property
    def X(self) -> torch.Tensor:
        """One-hot, shape (N, 4, L), int8, rows A, C, G, T; made once, on first use."""
        import torch

        return one_hot(self.sequences, dtype=torch.int8)

    def __len__(self) -> int:
        return len(self.sequences)

    def __repr__(self) -> str:
        if self.y.ndim == 2:
            measured = float((self.y >= 0).float().mean())
            return f"Split({len(self):,} sequences, {self.y.shape[1]} marks, {measured:.0%} of the labels measured)"
        if not self.y.is_floating_point():
            return f"Split({len(self):,} sequences of {len(self.y.unique())} classes)"
        if not ((self.y == 0) | (self.y == 1)).all():
            return f"Split({len(self):,} sequences, numbers from {self.y.min():.4g} to {self.y.max():.4g})"
        return f"Split({len(self):,} sequences, {int(self.y.sum()):,} positive)"

    def without(self, positions: np.ndarray) -> Split:
        """The split less the sequences at these positions."""
        kept = np.setdiff1d(np.arange(len(self)), positions)
        return Split([self.sequences[i] for i in kept], self.y[kept])


@dataclass(frozen=True, eq=False)
class Dataset(FromEntry):
    """A set, divided for training, choosing and judging.

    Attributes
    ----------
    name : str
        As asked for.
    source : str
        ``"real"``, ``"simulated"`` or ``"own"``.
    train, valid, test : Split
        The three parts.
    leaks_removed : int
        How many sequences left train and valid because they also stand in valid or test.
    entry : Entry
        What the registry knows of the set that was loaded: length, column of the start site, card.
    task : {"binary", "classes", "number", "marks"}
        What is to be predicted: 0 or 1, one of several classes, a number, several marks with holes.
    classes : tuple of str
        Their names, in the order of their numbers, or of the columns of marks; empty for a number.
    notes : tuple of str
        What was done to rows of your own files; nothing is done to the course's.
    """

    name: str
    source: str
    train: Split
    valid: Split
    test: Split
    leaks_removed: int
    entry: Entry
    task: str = "binary"
    classes: tuple[str, ...] = ("0", "1")
    notes: tuple[str, ...] = ()

    @property
    def card(self) -> str:
        """The data card, in Markdown: origin, negatives, division, what to beware of."""
        if self.entry.card is not None:
            return super().card
        from helpers.datasets.own.card import written

        return written(self)

    def describe(self) -> str:
        """One line: what this is, its size, its balance, and the leaks that were removed."""
        sizes = ", ".join(f"{len(getattr(self, split)):,} {split}" for split in SPLITS)
        bases = len(self.test.sequences[0])
        if self.source == "own" or self.task != "binary":
            from helpers.datasets.own.card import told

            return f"{self.called}: {sizes} of {bases} bp; {told(self)}"
        positive = sum(float(getattr(self, split).y.sum()) for split in SPLITS)
        share = positive / sum(len(getattr(self, split)) for split in SPLITS)
        leaked = (
            f"{self.leaks_removed} leaked sequence{'s' * (self.leaks_removed != 1)} removed from train and valid"
            if self.leaks_removed
            else "no leaks removed"
        )
        return f"{self.called}: {sizes} of {bases} bp, {share:.0%} positive; {leaked}"


@overload
def load(  # type: ignore[overload-overlap]  # this name is not just any
    name: Literal["hic_gm12878", "simulated_contacts"], *, source: str | None = None, remove_leaks: bool = True
) -> Contacts: ...


@overload
def load(  # type: ignore[overload-overlap]
    name: Literal["brca1_variants", "yeast_interactions", "localisation", "blat_scan", "flu_escape"],
    *,
    source: str | None = None,
    remove_leaks: bool = True,
) -> Table: ...


@overload
def load(  # type: ignore[overload-overlap]
    name: Literal["protein_contacts"], *, source: str | None = None, remove_leaks: bool = True
) -> Family: ...


@overload
def load(name: str, *, source: str | None = None, remove_leaks: bool = True) -> Dataset: ...


def load(name: str, *, source: str | None = None, remove_leaks: bool = True) -> Dataset | Contacts | Table | Family:
    """Load a set of labelled sequences, of contacts, a table about proteins, or a family of them.

    Parameters
    ----------
    name : str
        One of ``registry()``, such as ``"human_tata"``.
    source : "real", "simulated" or None
        None takes what ``COURSE_DATA_SOURCE`` says, and else the real set if it can be had, or its simulated
        stand-in with a notice. ``"real"`` and ``"simulated"`` take that or fail.
    remove_leaks : bool
        Drop from train and valid what also stands in test, and from train what stands in valid, on either strand. A set
        with a division of its own has nothing to drop.

    Returns
    -------
    Dataset, Contacts, Table or Family
        A Dataset with ``train``, ``valid`` and ``test``; of ``"hic_gm12878"`` and its stand-in the Contacts; of what is
        about proteins a Table with ``rows``, or of ``"protein_contacts"`` a Family.

    Raises
    ------
    ValueError
        No set has this name, or not from this source.
    DataUnavailable
        ``source="real"`` and no place has an intact copy; the message says what was tried and what to do.
    """
    entry = entry_of(name)
    wanted = _wanted_source(entry, source)
    if wanted == "simulated":
        return _read(name, _stand_in(entry), remove_leaks)
    try:
        paths = _fetch(entry)
    except DataUnavailable as error:
        if wanted == "real":
            raise DataUnavailable(f"load: {error}. {_how_to_get(entry)}") from None
        stand_in = _stand_in(entry)
        print(
            f"NOTICE  {name}: the real set is not at hand, so this is its simulated stand-in {stand_in.name}: the same "
            f"task with planted motifs, at another level of difficulty. Scores are not comparable with published "
            f"ones. {_how_to_get(entry)}"
        )
        return _read(name, stand_in, remove_leaks)
    return _read(name, entry, remove_leaks, paths)


def require_binary(asker: str, data: Dataset | Contacts | Table | Family) -> None:
    """Refuse, in the name of who asked, a set that has anything but one label of 0 or 1 a sequence: a ValueError."""
    holds = {
        "classes": f"has {len(getattr(data, 'classes', ()))} classes",
        "number": "has a number to predict",
        "marks": f"has {len(getattr(data, 'classes', ()))} marks, with holes",
        "contacts": "holds the contacts of a genome",
        "table": "is a table about proteins",
        "family": "is a family of proteins",
    }
    if data.task in holds:
        raise ValueError(
            f"{asker}: {data.name} {holds[data.task]}; it takes sets with one label of 0 or 1 a sequence "
            "(of your own files, positive= makes one)"
        )


def path(name: str) -> Path:
    """The folder where a set's files lie once they are there; nothing is fetched."""
    return _root(entry_of(name)) / entry_of(name).folder


def fetch(name: str) -> list[Path]:
    """Bring all files of a set into the cache, unless they are there, and check them.

    Returns
    -------
    list of Path
        One a file, in the order of the registry.

    Raises
    ------
    ValueError
        No set has this name.
    DataUnavailable
        A file can be had nowhere, or a shipped file is damaged; the message says what to do.
    """
    downloads.forget_unreachable()
    entry = entry_of(name)
    if entry.kind != "real":
        return _fetch(entry)
    try:
        return _fetch(entry)
    except DataUnavailable as error:
        raise DataUnavailable(f"fetch: {error}. {_how_to_get(entry)}") from None


def verify(name: str) -> dict[str, str]:
    """Check every file of a set against size and SHA-256.

    Returns
    -------
    dict of str to str
        For each file name ``"ok"``, ``"missing"`` or ``"damaged: ..."``.
    """
    entry = entry_of(name)
    return {
        str(file.content).removeprefix(f"{entry.folder}/"): downloads.state(
            file.content, _root(entry) / str(file.content)
        )
        for file in entry.files
    }


def whereabouts(name: str) -> str:
    """Say in a few words what ``load(name)`` will use, without fetching anything."""
    entry = entry_of(name)
    wanted = _wanted_source(entry, None)
    if wanted == "simulated":
        return f"simulated ({_stand_in(entry).name}, ships with the course)"
    if all(downloads.cached(file.content) for file in entry.files):
        return "real, in the cache"
    megabytes = sum(file.content.bytes for file in entry.files) / 1e6
    mirrored = " from the mirror named by COURSE_DATA" if settings.mirrors() else ""
    otherwise = "" if wanted == "real" else "; simulated if that fails"
    return f"real, {megabytes:.1f} MB to fetch{mirrored}{otherwise}"


# --- which source ----------------------------------------------------------------------------------------


def _wanted_source(entry: Entry, source: str | None) -> str | None:
    """``"real"``, ``"simulated"``, or None for the best that can be had."""
    if entry.kind == "motifs":
        raise ValueError(f"load: {entry.name!r} holds motif matrices; use helpers.dna.motifs.jaspar(id)")
    named = f"source={source!r}"
    if source is None and (source := settings.data_source()):
        named = f"the environment variable COURSE_DATA_SOURCE={source!r}"
        if source in ("real", "simulated") and entry.kind == "simulated":
            return "simulated"
    if source not in (None, "real", "simulated"):
        raise ValueError(f"load: {named}; it should be 'real', 'simulated', or not be given")
    if entry.kind == "simulated":
        if source == "real":
            raise ValueError(f"load: {entry.name!r} is simulated, there is no real one; leave out source='real'")
        return "simulated"
    return source


def _stand_in(entry: Entry) -> Entry:
    return entry_of(entry.stand_in) if entry.stand_in else entry


def _how_to_get(entry: Entry) -> str:
    return (
        "To get the real set, run `course data fetch` where there is a network, or name a folder (or base address) "
        f"that has {entry.files[0].content} in the environment variable COURSE_DATA."
    )


# --- files to splits -------------------------------------------------------------------------------------


def _fetch(entry: Entry) -> list[Path]:
    if entry.kind == "real":
        return [downloads.fetch_file(file.content) for file in entry.files]
    return [_shipped_file(file.content) for file in entry.files]


def _root(entry: Entry) -> Path:
    return settings.cache() if entry.kind == "real" else shipped()


def _shipped_file(file: RemoteFile) -> Path:
    place = shipped() / file.folder / file.name
    found = downloads.state(file, place)
    if found != "ok":
        raise DataUnavailable(f"{place} is {found}; it ships with the course: install the course again")
    return place


def _read(
    name: str, entry: Entry, remove_leaks: bool, paths: Sequence[Path] | None = None
) -> Dataset | Contacts | Table | Family:
    import torch

    paths = paths or _fetch(entry)
    if entry.task == "contacts":
        return read_contacts(name, entry, paths)
    if entry.task == "table":
        return read_table(name, entry, paths)
    if entry.task == "family":
        return read_family(name, entry, paths)
    parts = read_parts(entry, paths, None if entry.division is None else _shipped_file(entry.division))
    kind = torch.int64 if entry.task == "classes" else torch.float32
    train, valid, test = (Split(parts[split][0], torch.from_numpy(parts[split][1]).to(kind)) for split in SPLITS)
    removed = 0
    if remove_leaks and entry.division is None:  # a division has none
        from_train, from_valid = leaks(train, valid, test)
        train, valid = train.without(from_train), valid.without(from_valid)
        removed = len(from_train) + len(from_valid)
    return Dataset(name, entry.kind, train, valid, test, removed, entry, entry.task, entry.classes)
