"""The page: one file of HTML that needs no network, with what a reviewer would ask for."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from helpers import __version__
from helpers.datasets import Dataset
from helpers.datasets.own.card import unchecked
from helpers.explore import artefacts, pictures
from helpers.explore.artefacts import Finding
from helpers.explore.networks import SEEDS
from helpers.explore.reading import Map, Motifs
from helpers.explore.scores import DRAWS, SAID, SCORES, Row
from helpers.text import visible
from helpers.training.metrics import Interval


def page(
    data: Dataset, rows: Sequence[Row], findings: Sequence[Finding], motifs: Motifs, maps: Sequence[Map], files: str
) -> str:
    """Write the page of a set.

    Parameters
    ----------
    data : Dataset
    rows : sequence of Row
        Of the baselines and the networks.
    findings : sequence of Finding
        From `helpers.explore.artefacts.search`, and of moves.
    motifs : Motifs
    maps : sequence of Map
    files : str
        What was read, as the reader would name it.

    Returns
    -------
    str
        HTML without any script or address.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("helpers.explore"),
        autoescape=True,
        finalize=lambda value: value if hasattr(value, "__html__") else visible(value),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        data=data,
        sizes={part: len(getattr(data, part)) for part in ("train", "valid", "test")},
        told=data.describe(),
        verdict=verdict(data, rows, findings),
        scores=[SAID[score] for score in SCORES[data.task]],
        rows=[_cells(row) for row in rows],
        curves=pictures.of_scores(data, rows),
        findings=findings,
        one_in=f"{round(1 / artefacts.FALSE_ALARMS):,}",
        motifs=motifs,
        filters=pictures.of_motifs(motifs),
        expected=f"{0.01 * motifs.filters:.1f}",
        maps=pictures.of_maps(maps),
        wrong=wrong(data, findings),
        methods=methods(data, rows, files),
    )


def _cells(row: Row) -> dict[str, Any]:
    over = "" if row.over_seeds is None else "({:.3f}–{:.3f})".format(*row.over_seeds).replace("-", "−")
    return {
        "name": row.name,
        "kind": row.kind,
        "scores": [_shown(score) for score in row.scores.values()],
        "over": over,
        "parameters": f"{row.parameters:,}",
        "seconds": f"{row.seconds:.1f}",
    }


def _shown(score: Interval) -> str:
    return "–" if np.isnan(score.value) else str(score).replace("-", "−")


def verdict(data: Dataset, rows: Sequence[Row], findings: Sequence[Finding]) -> list[str]:
    """What the page says first: the best network beside the best dumb model, and what speaks against it."""
    first = SCORES[data.task][0]
    networks = [row for row in rows if row.kind == "network"]
    dumb = [row for row in rows if row.kind == "baseline"]
    best, other = (
        max(some, key=lambda row: np.nan_to_num(row.scores[first].value, nan=-1)) for some in (networks, dumb)
    )
    ours, theirs = best.scores[first], other.scores[first]
    if ours.low > theirs.high:
        then = "The intervals do not meet: the network has learned more."
    elif ours.value < theirs.value:
        then = "Nothing here speaks for the network."
    else:
        then = "The intervals meet: nothing here shows that the network has learned more."
    said = [
        f"The best network, {best.name}, reaches {SAID[first]} {_shown(ours)}; the best dumb model, {other.name}, "
        f"{_shown(theirs)}. {then}"
    ]
    found = [one for one in findings if one.found]
    if found:
        said.append(
            f"{len(found)} of {len(findings)} searches found what may tell the labels instead of what you ask: "
            f"{', '.join(one.what for one in found)}. Read them before you believe a score."
        )
    else:
        said.append(f"None of {len(findings)} searches for artefacts found any.")
    return said


def wrong(data: Dataset, findings: Sequence[Finding]) -> list[str]:
    """What would make the result wrong: artefacts found, what the negatives leave open, what nobody checked."""
    advice = {
        "length": "cut all sequences to one length (length=) and train again",
        "GC content": "a network has to beat GC content alone, in the table; negatives of the same GC content "
        "(negatives='genome' or 'shuffle') take it away",
        "N": "mask both classes alike, or drop sequences with N",
        "columns": "if your sequences are aligned on something real, such as a start site, this may be it; if not, "
        "they were cut differently. Cut windows at random places and train again",
        "register": "ask how each class was cut out of its genome; cut windows at random places and train again",
        "relatives": "there are fewer independent sequences than rows, and intervals are too narrow",
        "relatives in test": "divide with a smaller shared=, or by chromosome: the test set asks for memory",
    }
    said = [
        f"{one.what}: {one.sentence}; {advice.get(one.what, 'the network reads columns, and not what stands there')}"
        for one in findings
        if one.found
    ]
    said += [note for note in data.notes if note.startswith("negatives")]
    return said + [f"nobody checked {one}" for one in unchecked(data.task)]


def methods(data: Dataset, rows: Sequence[Row], files: str) -> str:
    """A paragraph for Methods, with versions and seeds."""
    sizes = f"{len(data.train):,} sequences for training, {len(data.valid):,} for validation and {len(data.test):,} "
    names = ", ".join(f"{row.name} ({row.parameters:,} parameters)" for row in rows)
    libraries = ", ".join(f"{name} {re.split('[+]', version(name))[0]}" for name in ("torch", "scikit-learn", "numpy"))
    seeds = ", ".join(map(str, SEEDS))
    resamples = 1000 if data.task == "binary" else DRAWS
    return (
        f"Sequences were read from {files}: {sizes}for testing, of {len(data.test.sequences[0]):,} bases; sequences "
        f"that share a long stretch on either strand are in one part. Compared were {names}. "
        f"Networks were trained with AdamW and a one-cycle schedule under the seeds {seeds}; weights are those of the "
        "lowest validation loss, and the seed in the table that of the lowest of these. Intervals are 95 % of "
        f"{resamples:,} resamples of the test set. Artefacts are claimed at a false-alarm rate of "
        f"{artefacts.FALSE_ALARMS:g} a set, corrected for all that was looked at. Motifs are JASPAR's (CORE "
        "vertebrates 2024, POLII 2020), named where a filter's correlation exceeds that of 99 % of untrained filters "
        "on the same sequences. Software: "
        f"deep-learning-on-dna {__version__}, Python {platform.python_version()}, {libraries}."
    )
