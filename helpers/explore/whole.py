"""The whole way of a set, from its files to a page and a model, and the way of new sequences through that model."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers.datasets import Dataset
from helpers.datasets.own.reading import read_rows
from helpers.datasets.own.rows import Row as Sequenced
from helpers.datasets.own.rows import plain, same_length
from helpers.dna.sequences import one_hot
from helpers.explore import artefacts, reading
from helpers.explore.artefacts import Finding
from helpers.explore.baselines import baselines
from helpers.explore.moves import after_moving
from helpers.explore.networks import NETWORKS, network
from helpers.explore.page import page
from helpers.files import write_whole
from helpers.training import load, predict
from helpers.training.saved import read_state, write_model

Say = Callable[[str], None]


def explore(data: Dataset, report: Path, files: str, say: Say = print) -> list[Finding]:
    """Ask everything of a set, and write the page, and the CNN beside it.

    Parameters
    ----------
    data : Dataset
    report : Path
        The page; the model has its name with the ending .pt.
    files : str
        What was read, for Methods.
    say : callable
        Told a line before each step.

    Returns
    -------
    list of Finding
    """
    say("looking for artefacts")
    findings = artefacts.search(data)
    dumb = baselines(data, say)
    networks = [network(name, data, say) for name in NETWORKS]
    rows = [*dumb, *networks]
    say("moving sequences by a base")
    findings += [after_moving(data, row) for row in networks]
    cnn = networks[-1].model
    say("reading the filters against chance")
    motifs = reading.motifs_of(cnn, data)
    say("mutating three sequences")
    maps = reading.maps_of(cnn, data)
    write_whole(report, page(data, rows, findings, motifs, maps, files).encode())
    about: dict[str, Any] = {"task": data.task, "classes": list(data.classes), "length": len(data.test.sequences[0])}
    write_model(model_beside(report), cnn, about)
    return findings


def model_beside(report: Path) -> Path:
    """Where the model of a page is kept."""
    return report.with_suffix(".pt")


def predict_new(files: Sequence[Path], model: Path, sequence: str | None = None) -> tuple[str, list[str]]:
    """Predict for new sequences.

    Parameters
    ----------
    files : sequence of Path
        FASTA or tables; labels are not looked at.
    model : Path
        That `explore` wrote.
    sequence : str, optional
        The column of a table.

    Returns
    -------
    table : str
        CSV, a row a sequence in the order of the files: its name and what is predicted.
    notes : list of str
        What was done to the sequences.

    Raises
    ------
    FileNotFoundError, ValueError
        As `from_files` and `helpers.training.load`; the model is none of `explore`.
    """
    about = read_state(model)["settings"]
    if not {"task", "classes", "length"} <= set(about):
        raise ValueError(
            f"{model} is a model, and not one that `course explore` wrote: it does not say what it predicts"
        )
    network: nn.Module = load(model)
    rows: list[Sequenced] = []
    for path in files:
        found = read_rows(path, sequence, None)
        if not isinstance(found[0], Sequenced):
            raise ValueError(f"{path}: intervals hold no bases; cut them out of their genome first, as FASTA")
        rows += found  # type: ignore[arg-type]  # one list is of one kind
    rows, notes = plain(rows)
    rows, more = same_length(rows, about["length"])
    outputs = predict(network, one_hot([row.sequence for row in rows], dtype=torch.int8))
    heads, columns = _told(about["task"], about["classes"], outputs)
    with io.StringIO(newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["name", *heads])
        writer.writerows([row.name, *cells] for row, cells in zip(rows, columns, strict=True))
        return text.getvalue(), notes + more


def _told(task: str, classes: Sequence[str], outputs: Tensor) -> tuple[list[str], list[list[str]]]:
    """The heads and the cells of what is predicted."""
    if task == "number":
        return ["predicted"], [[f"{number:.5g}"] for number in outputs.tolist()]
    shares = outputs.softmax(dim=1) if task == "classes" else torch.stack([-outputs, outputs], dim=1).div(2).softmax(1)
    called = [classes[i] for i in shares.argmax(dim=1).tolist()]
    heads = ["predicted", *(f"probability of {name}" for name in classes)]
    return heads, [
        [name, *(f"{share:.4f}" for share in row)] for name, row in zip(called, shares.tolist(), strict=True)
    ]
