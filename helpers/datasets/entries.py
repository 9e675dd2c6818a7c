"""What data sets there are: the table ``registry.toml``, as objects."""

from __future__ import annotations

import difflib
import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.datasets.downloads import RemoteFile
from helpers.places import shipped


@dataclass(frozen=True)
class DataFile:
    """One file of a set.

    Attributes
    ----------
    content : RemoteFile
        Its name, size, SHA-256 and pinned addresses.
    split : str
        ``"train"``, ``"valid"``, ``"test"``, ``"all"`` (still to be divided) or ``"truth"`` (what was planted).
    sequences : int
        How many sequences (or, for the truth, planted motifs) it holds.
    label : int or None
        The class of all its sequences, where the file itself does not say.
    mark : str or None
        Which of several questions its labels answer, where each question has files of its own.
    """

    content: RemoteFile
    split: str
    sequences: int
    label: int | None = None
    mark: str | None = None


@dataclass(frozen=True)
class Entry:
    """What the registry knows of a set.

    Attributes
    ----------
    name, title : str
        How to load it, and what it is.
    kind : str
        ``"real"``, ``"simulated"``, ``"motifs"`` (matrices: see ``helpers.dna.motifs``), or ``"own"``, which the
        registry does not list.
    files : tuple of DataFile
        All its files.
    length : int or None
        Bases a sequence.
    tss : int or None
        Column, counted from 0, of the first transcribed base.
    stand_in : str or None
        The simulated set that replaces it where it cannot be had.
    card : Path or None
        The data card: origin, negatives, splits, known problems. Own sets have none on disk.
    licence, citation : str
        Terms as far as the source states them, and whom to cite.
    task : {"binary", "classes", "number", "marks", "contacts", "table", "family"}
        What is to be predicted: 0 or 1, one of several classes, a number, several labels with holes, a map of contacts;
        or that it is a table about proteins, or a family of proteins with a structure.
    classes : tuple of str
        The names of the classes, in the order of their numbers, or of the marks, in the order of their columns.
    division : RemoteFile or None
        The shipped file that says which sequences are for choosing and judging.
    folder : str
        Where its files lie, in the cache or in what ships.
    """

    name: str
    title: str
    kind: str
    files: tuple[DataFile, ...]
    length: int | None
    tss: int | None
    stand_in: str | None
    card: Path | None
    licence: str
    citation: str
    task: str = "binary"
    classes: tuple[str, ...] = ("0", "1")
    division: RemoteFile | None = None
    folder: str = ""


class FromEntry:
    """What all loaded sets have, whatever they hold: `name` as asked for, `source`, the `entry` that they come from."""

    name: str
    source: str
    entry: Entry

    @property
    def card(self) -> str:
        """The data card, in Markdown: origin, what it holds, what to beware of."""
        assert self.entry.card is not None
        return self.entry.card.read_text(encoding="utf-8")

    @property
    def called(self) -> str:
        """Its name, and what it is: real, or a stand-in for it."""
        stand_in = f" stand-in {self.entry.name}" if self.name != self.entry.name else ""
        return f"{self.name} ({self.source}{stand_in})"


@functools.cache
def registry() -> dict[str, Entry]:
    """All sets by name, as ``datasets/registry.toml`` describes them."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    table = tomllib.loads((shipped() / "registry.toml").read_text(encoding="utf-8"))
    return {name: _parse_entry(name, fields) for name, fields in table.items()}


def entry(name: str) -> Entry:
    """The set of this name; a ValueError that suggests one if there is none."""
    known = registry()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(str(name), known, n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise ValueError(f"no data set is called {name!r}; {meant}known are {', '.join(known)}")


def _parse_entry(name: str, fields: dict[str, Any]) -> Entry:
    folder = fields.get("folder", name)
    return Entry(
        name=name,
        title=fields["title"],
        kind=fields["kind"],
        files=tuple(_parse_file(folder, file) for file in fields["files"]),
        length=fields.get("length"),
        tss=fields.get("tss"),
        stand_in=fields.get("stand_in"),
        card=shipped() / "cards" / f"{name}.md",
        licence=fields["licence"],
        citation=fields["citation"],
        task=fields.get("task", "binary"),
        classes=tuple(fields.get("classes", ("0", "1"))),
        division=RemoteFile("divisions", *division.values()) if (division := fields.get("division")) else None,
        folder=folder,
    )


def _parse_file(folder: str, fields: dict[str, Any]) -> DataFile:
    below, _, name = f"{folder}/{fields['name']}".rpartition("/")
    content = RemoteFile(below, name, fields["sha256"], fields["bytes"], tuple(fields.get("urls", ())))
    return DataFile(content, fields["split"], fields["sequences"], fields.get("label"), fields.get("mark"))
