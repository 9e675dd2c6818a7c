"""Beginning a data set: its files, counted, as an entry of the registry, and a card to fill in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.authoring.drafts import Texts, checked, filled, read

REGISTRY = "datasets/registry.toml"
SPLITS = {"train": "train", "valid": "valid", "validation": "valid", "dev": "valid", "test": "test"}
FASTA = {".fa", ".fasta", ".fna", ".fas"}


def new_data(
    root: Path, name: str, files: Sequence[Path], *, negatives: Sequence[Path] = (), url: str | None = None
) -> Texts:
    """A new data set's entry in the registry, counted from its files, and a card to fill in. The files stay away.

    Parameters
    ----------
    root : Path
        The checkout.
    name : str
        What it is loaded by, such as ``"toy_promoters"``.
    files : sequence of Path
        CSV files with the columns sequence and label, or FASTA files all of whose sequences are of class 1.
    negatives : sequence of Path
        FASTA files of class 0.
    url : str, optional
        Where the files will stand, without their names.

    Returns
    -------
    dict of str to str
        The text of each file, by its place in the checkout.

    Raises
    ------
    ValueError
        If the name is none or taken, or the files are not the parts of one set.
    OSError
        If a file cannot be read.
    """
    checked(name, "data set", "toy_promoters")
    card = f"datasets/cards/{name}.md"
    registry = read(root, REGISTRY)
    if re.search(rf"^\[{name}\]", registry, re.MULTILINE) or (root / card).exists():
        raise ValueError(f"there is a data set {name!r} already; choose another name")
    counted = [counted_file(path, 1) for path in files] + [counted_file(path, 0) for path in negatives]
    names = [file["name"] for file in counted]
    if len(set(names)) < len(names):
        raise ValueError(f"two files have one name among {', '.join(names)}; a set's files need different ones")
    splits = {file["split"] for file in counted}
    if splits not in ({"all"}, {"train", "valid", "test"}):
        raise ValueError(
            f"{', '.join(names)} are no set: call its files train, dev (or valid) and test, or none of them so"
        )
    lengths = sorted({file["length"] for file in counted})
    if len(lengths) > 1:
        raise ValueError(f"the files hold sequences of {' and '.join(map(str, lengths))} bases; a set has one length")
    positive = sum(file["positive"] for file in counted)
    negative = sum(file["sequences"] for file in counted) - positive
    if not positive or not negative:
        missing = "class 0; FASTA files of it come after --negatives" if positive else "class 1"
        raise ValueError(f"the files hold no sequence of {missing}")
    told = {"name": name, "length": lengths[0], "files": counted, "positive": positive, "negative": negative}
    entry = filled("data_entry.toml", url=url and url.rstrip("/"), **told)
    return {REGISTRY: registry.rstrip("\n") + "\n" + entry, card: filled("data_card.md", **told)}


def counted_file(path: Path, label: int) -> dict[str, Any]:
    """What the registry says of a file; `label` is the class of a FASTA file's sequences, 0 or 1."""
    from helpers.dna.records import read_csv, read_fasta

    content = path.read_bytes()
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = suffixes[-1] if suffixes else ""
    if kind == ".csv" and label == 1:
        rows = read_csv(path, same_length=True)
        sequences, positive = [row.sequence for row in rows], sum(row.label for row in rows)
    elif kind in FASTA:
        sequences = [record.sequence for record in read_fasta(path, same_length=True)]
        positive = label * len(sequences)
    else:
        expected = "a .csv file with the columns sequence and label, or a FASTA file" if label else "a FASTA file"
        raise ValueError(f"{path} has the ending {kind or 'of no file'}; expected {expected}")
    return {
        "name": path.name,
        "split": SPLITS.get(path.name.partition(".")[0].lower(), "all"),
        "label": None if kind == ".csv" else label,
        "sequences": len(sequences),
        "positive": positive,
        "length": len(sequences[0]),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
