"""Which changes of a virus escape: grammar and meaning of a language model, alone, added as they are, and by ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers import datasets
from helpers.experiments.field.proteins import blosum62
from helpers.experiments.field.stacking import area

DRAWS = 200  # of the places, for an interval


def ranks_added(grammar: np.ndarray, meaning: np.ndarray) -> np.ndarray:
    """The rank of each change by grammar plus that by meaning, ties sharing theirs, (N,)."""
    from scipy.stats import rankdata

    return rankdata(grammar) + rankdata(meaning)


def known_elsewhere(rows: pd.DataFrame) -> np.ndarray:
    """For each change the share of the *other* changes of its place that escape, (N,): no model, and no honest one."""
    there = rows.groupby("position")["escape"]
    return ((there.transform("sum") - rows["escape"]) / (there.transform("size") - 1)).to_numpy()


def interval(rows: pd.DataFrame, seed: int) -> tuple[float, float, float]:
    """How much better ranks added are than grammar alone: the difference of AUROC, and the ends of its 95 % interval.

    Places are drawn with replacement, not rows: changes of one place have much in common.
    """
    rng = np.random.default_rng(seed)
    at = list(rows.groupby("position").indices.values())
    y, grammar, meaning = (rows[name].to_numpy() for name in ("escape", "grammar", "meaning"))

    def gained(here: np.ndarray) -> float:
        return area(y[here], ranks_added(grammar[here], meaning[here])) - area(y[here], grammar[here])

    drawn = [gained(np.concatenate([at[i] for i in rng.integers(0, len(at), len(at))])) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return gained(np.arange(len(rows))), float(low), float(high)


def escapes(seed: int) -> dict[str, float]:
    """AUROC of each way, and how sure the gain over grammar is."""
    rows = datasets.load("flu_escape").rows
    y, grammar, meaning = (rows[name].to_numpy() for name in ("escape", "grammar", "meaning"))
    gain, low, high = interval(rows, seed)
    return {
        "BLOSUM62": area(y, blosum62(rows["mutant"])),
        "grammar": area(y, grammar),
        "meaning": area(y, meaning),
        "added as they are": area(y, grammar + meaning),
        "ranks added": area(y, ranks_added(grammar, meaning)),
        "ranks added, less grammar alone": gain,
        "the lower end of its 95 % interval": low,
        "the upper end": high,
        "what other changes of the place do": area(y, known_elsewhere(rows)),
    }
