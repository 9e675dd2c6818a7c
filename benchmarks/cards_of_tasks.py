"""What the cards of sets with classes, numbers, marks, contacts or nameless peaks say: a part of `course bench cards`.

Simple models are judged on the test part, on the division that ships: they are what a network has to beat.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import torch

from helpers import datasets
from helpers.datasets.contact_maps import Contacts
from helpers.datasets.relatives import groups_of_relatives
from helpers.datasets.simulated.stand_ins import without_flanks
from helpers.dna.sequences import gc_content, kmer_counts
from helpers.experiments.chromatin import tables
from helpers.experiments.unnamed import SETS as NAMELESS
from helpers.experiments.unnamed import agreed, names_of_halves
from helpers.text import spread

SETS = {
    "ctcf_pu1": "simulated_ctcf_pu1",
    "yeast_marks": "simulated_marks",
    "splice": "simulated_splice",
    "yeast_expression": "simulated_expression",
    "hic_gm12878": "simulated_contacts",
    **{name: str(datasets.registry()[name].stand_in) for name in NAMELESS},
}
SHARED = 20  # bases in a row that make relatives
HALVINGS = 5  # of a nameless experiment


def measure(name: str) -> dict[str, Any]:
    """Everything that the card of a set states."""
    data = datasets.load(name, source="real" if name in SETS else None)
    if isinstance(data, Contacts):
        return contacts(data)
    parts = {part: getattr(data, part) for part in ("train", "valid", "test")}
    every = [sequence for part in parts.values() for sequence in part.sequences]
    gc = [gc_content(sequence) for sequence in every]
    compared = without_flanks(every) if "expression" in name else every
    sizes = sorted(map(len, groups_of_relatives(compared, SHARED)), reverse=True)
    facts: dict[str, Any] = {
        "task": data.task,
        "parts": {part: len(rows) for part, rows in parts.items()},
        "gc": [round(statistics.mean(gc), 3), round(statistics.stdev(gc), 3)],
        "families": {"largest": sizes[0], "with relatives": sum(n for n in sizes if n > 1), "of": len(every)},
    }
    y = torch.cat([part.y for part in parts.values()])
    if data.task == "classes":
        facts["classes"] = {one: int((y == i).sum()) for i, one in enumerate(data.classes)}
    elif data.task == "binary":
        facts["ones"] = round(float(y.mean()), 3)
        facts["named"] = [named(data, seed) for seed in range(HALVINGS)]
    elif data.task == "number":
        facts["numbers"] = [round(float(one), 2) for one in (y.min(), y.median(), y.max())]
    else:
        facts["labels"] = {
            one: [int((y[:, i] >= 0).sum()), int((y[:, i] == 1).sum())] for i, one in enumerate(data.classes)
        }
        facts["measured"] = round(float((y >= 0).float().mean()), 3)
    return facts | {"scores": scores(data)}


def named(data: datasets.Dataset, seed: int) -> dict[str, Any]:
    """What the networks of two halves resemble most, and whether the halves agree."""
    found = names_of_halves(data, seed)
    return {"halves": [[one.name, *(round(n, 3) for n in one[1:])] for one in found], "agreed": agreed(found)}


def scores(data: datasets.Dataset) -> dict[str, float]:
    """Two simple models on the test part: correlation for a number, else the (mean) AUROC of the classes or marks."""
    features = {
        "G and C": lambda part: np.array([[gc_content(sequence)] for sequence in part.sequences]),
        "4-mer counts": lambda part: kmer_counts(part.sequences, 4).numpy(),
    }
    found = {}
    for name, of in features.items():
        found[name] = round(tables.judged(data, *tables.standardised(of(data.train), of(data.test))), 3)
    return found


def contacts(data: Contacts) -> dict[str, Any]:
    """How a map falls with distance, and how often a bin's best partner is on its own chromosome."""
    told = tables.map_facts(data)
    return {"task": "contacts", "bins": len(data), "chromosomes": len(data.chromosomes)} | told


def part(name: str, facts: dict[str, Any]) -> str:
    """The measured part of a card."""
    own = facts[name]
    lines = ["Written by `course bench cards`; do not edit.", ""]
    if own["task"] == "contacts":
        lines += [
            f"- {own['bins']:,} bins on {own['chromosomes']} chromosomes, {own['contacts']:,} contacts;"
            f" {own['filled']:.1%} of the pairs met.",
            f"- With ten times the distance a pair on one chromosome meets {10 ** -own['slope']:.1f} times more seldom"
            f" (slope {own['slope']:.2f}, 2 to 50 million bases).".replace("slope -", "slope −"),
            f"- The best partner of a bin is on its own chromosome in {own['own chromosome']:.1%};"
            f" by chance it would be in {own['by chance']:.1%}.",
        ]
        return "\n".join([*lines, ""])
    sizes = ", ".join(f"{count:,} {name}" for name, count in own["parts"].items())
    mean, sd = own["gc"]
    kin = own["families"]
    lines += [
        f"- {sizes}. G and C: {mean:.0%} ± {sd:.0%}.",
        f"- {kin['with relatives']:,} of {kin['of']:,} share {SHARED} bases in a row with another one on either strand;"
        f" the largest family has {kin['largest']:,}.",
    ]
    if own["task"] == "classes":
        lines.append("- " + ", ".join(f"{one}: {count:,}" for one, count in own["classes"].items()) + ".")
    elif own["task"] == "binary":
        lines += [f"- {own['ones']:.0%} lie below a peak.", *told_names(own["named"])]
    elif own["task"] == "number":
        low, middle, high = own["numbers"]
        lines.append(f"- The numbers go from {low:.2f} to {high:.2f}; half are below {middle:.2f}.")
    else:
        lines += [
            f"- {own['measured']:.0%} of the labels were measured.",
            "",
            "| mark | measured | with it |",
            "|---|---|---|",
        ]
        lines += [f"| {one} | {known:,} | {there:,} |" for one, (known, there) in own["labels"].items()]
    other = {**SETS, **{one: real for real, one in SETS.items()}}[name]
    both = [name, other] if name not in SETS else [name]
    measure_of = {
        "binary": "test AUROC",
        "number": "test r",
        "classes": "test AUROC, mean of the classes",
        "marks": "test AUROC, mean of the marks",
    }
    lines += ["", f"| {measure_of[own['task']]} | {' | '.join(both)} |", "|---|" + "---|" * len(both)]
    lines += [
        f"| {model} | " + " | ".join(f"{facts[one]['scores'][model]:.3f}" for one in both) + " |"
        for model in own["scores"]
    ]
    return "\n".join([*lines, ""])


def told_names(halvings: list[dict[str, Any]]) -> list[str]:
    """The lines on what the halves of an experiment named."""
    agreed = sum(one["agreed"] for one in halvings)
    auroc = [half[3] for one in halvings for half in one["halves"]]
    lines = [
        f"- A CNN on one half of the experiment, relatives left out: test AUROC {spread(auroc, 2)}.",
        f"- Both halves give a name of one family in {agreed} of {len(halvings)} halvings.",
        "",
        "| first half: most alike | second half | a name |",
        "|---|---|---|",
    ]
    for one in halvings:
        cells = [f"{name}, r {r:.2f}, p {p:.2f}" for name, r, p, _ in one["halves"]]
        lines.append(f"| {' | '.join(cells)} | {'yes' if one['agreed'] else 'no'} |")
    return lines
