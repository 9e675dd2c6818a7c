"""Which experiments there are, and what was measured: datasets/measured_chromatin.json, which ships."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.experiments.chromatin import real, simulated
from helpers.places import shipped
from helpers.text import spread

SEEDS = 5


@dataclass(frozen=True)
class Experiment:
    """One experiment: what it asks, what its numbers are, and the function from a seed to a number for each row."""

    title: str
    measure: str
    run: Callable[[int], dict[str, float]]
    data: str


EXPERIMENTS = {
    "relatives": Experiment(
        "Relatives: a look-up by how the set is divided", "labels right", simulated.relatives, "simulated"
    ),
    "marks": Experiment("Ten marks with holes", "AUROC, mean of ten marks", real.marks, "yeast_marks"),
    "probabilities": Experiment(
        "What holes as zeros do to probabilities", "mean probability", real.probabilities, "yeast_marks"
    ),
    "new_mark": Experiment("A new mark with 50 labels", "AUROC", real.new_mark, "yeast_marks"),
    "proteins": Experiment("CTCF: what the negatives teach", "AUROC", real.proteins, "ctcf_pu1"),
    "variants": Experiment(
        "Single letters in sites of CTCF", "r of a network's effects with those of", real.variants, "ctcf_pu1"
    ),
    "splice": Experiment("Depth, with and without a way around", "MCC of three classes", real.splice, "splice"),
    "expression": Experiment("Expression: a ridge regression and a network", "r", real.expression, "yeast_expression"),
    "bases_right": Experiment("Introns, base by base", "bases right", simulated.bases_right, "simulated"),
    "edges": Experiment("The borders of introns, to the base", "F1", simulated.edges, "simulated"),
    "profiles": Experiment("Profiles", "bits from the true shape", simulated.profile_shapes, "simulated"),
    "motifs": Experiment(
        "What a profile network reads",
        "r of the group most like it with the planted motif",
        simulated.motifs,
        "simulated",
    ),
    "windows": Experiment("Windows that add most", "share on a planted site", simulated.windows, "simulated"),
    "distance": Experiment("Contacts: distance alone", "r", simulated.distance_alone, "simulated"),
    "turned": Experiment("One site turned around", "times as often as usual", simulated.turned_site, "simulated"),
}


def measured(name: str) -> dict[str, list[float]]:
    """What an experiment gave: for each row a number a seed.

    Raises
    ------
    KeyError
        If there is no such experiment; the message lists those there are.
    """
    found: dict[str, Any] = json.loads((shipped() / "measured_chromatin.json").read_text(encoding="utf-8"))
    if name not in found["experiments"]:
        raise KeyError(f"measured: no experiment is called {name!r}; there are {', '.join(found['experiments'])}")
    return found["experiments"][name]


def table(name: str) -> str:
    """An experiment's rows as text, each with the mean of its seeds and, where they differ, lowest and highest."""
    rows = measured(name)
    width = max(map(len, rows))
    about = EXPERIMENTS[name]
    lines = [f"{about.title}: {about.measure} ({about.data}, {SEEDS} seeds)"]
    return "\n".join([*lines, *(f"  {row:{width}} {spread(values)}" for row, values in rows.items())])
