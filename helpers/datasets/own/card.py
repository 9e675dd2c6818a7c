"""The card of a set of one's own: what it holds, what was done to it, and what nobody could check."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.datasets.loading import Dataset

_UNCHECKED = {  # beside the labels and distant relatives, which nobody checks of any set
    "binary": (
        "whether negatives could be positives that nobody has looked for",
        "how rare positives are where you will use the model: precision falls with them",
    ),
    "classes": (
        "whether members of one class could belong to another, if somebody looked",
        "how common each class is where you will use the model",
    ),
    "number": (
        "how far two measurements of one sequence lie apart: no model can come closer",
        "whether the numbers go beyond this range where you will use the model",
    ),
}


def unchecked(task: str) -> list[str]:
    """What nobody checked of a set of this task."""
    first, second = _UNCHECKED[task]
    kin = "relatives that share no long stretch: paralogues, distant family, the same gene in another species"
    return ["whether the labels are right", first, kin, second]


def written(data: Dataset) -> str:
    """A card in Markdown, as those of the course's sets: a table, what was done, what is not known."""
    from helpers.datasets.loading import SPLITS

    parts = [getattr(data, part) for part in SPLITS]
    sizes = ", ".join(f"{len(part):,} {name}" for part, name in zip(parts, SPLITS, strict=True))
    rows = [("sequences", f"{sizes}, of {len(data.test.sequences[0]):,} bases"), ("to predict", told(data))]
    lines = [f"# {data.name}", "", data.entry.title + ".", "", "| | |", "|---|---|"]
    lines += [f"| {left} | {right} |" for left, right in rows]
    lines += ["", "## What was done", "", *(f"- {note[0].upper()}{note[1:]}." for note in data.notes)]
    lines += ["", "## What nobody checked", "", *(f"- {one[0].upper()}{one[1:]}." for one in unchecked(data.task))]
    return "\n".join(lines) + "\n"


def told(data: Dataset) -> str:
    """What is to be predicted, with how many sequences of each class, or the range of the numbers."""
    from helpers.datasets.loading import SPLITS

    if data.task == "marks":
        cells = sum(getattr(data, part).y.numel() for part in SPLITS)
        measured = sum(int((getattr(data, part).y >= 0).sum()) for part in SPLITS) / cells
        return f"{len(data.classes)} marks, {measured:.0%} of the labels measured"
    values = [value for part in SPLITS for value in getattr(data, part).y.tolist()]
    if data.task == "number":
        return f"a number from {min(values):.4g} to {max(values):.4g}, in the mean {sum(values) / len(values):.4g}"
    counts = Counter(int(value) for value in values)
    return ", ".join(f"{counts[i]:,} '{name}'" for i, name in enumerate(data.classes))
