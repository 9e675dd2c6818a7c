"""What becomes of a model when every sequence moves by a base: nothing, unless it has learned columns."""

from __future__ import annotations

import numpy as np
import torch

from helpers.datasets import Dataset
from helpers.dna.windows import shift
from helpers.explore.artefacts import Finding
from helpers.explore.scores import SAID, SCORES, Row
from helpers.training import predict
from helpers.training.metrics import matthews

LEAST_LOST = 0.1  # of the first score
DRAWS = 500
SURE = 0.001  # false alarms


def after_moving(data: Dataset, row: Row) -> Finding:
    """Test whether a network loses more than a tenth when test sequences move by a base, all or those of one class.

    Parameters
    ----------
    data : Dataset
    row : Row
        Of a network.

    Returns
    -------
    Finding
        Claimed where 99.9 % of resamples of the test set, corrected for the moves tried, show such a loss.
    """
    what = f"shift by a base, {row.name}"
    usual = row.outputs[row.chosen]
    score = SCORES[data.task][0]
    worst: tuple[float, float, str] | None = None
    moves = _moves(data)
    rng = np.random.default_rng(0)
    for told, rows, by in moves:
        X = data.test.X.clone()
        X[rows] = shift(X[rows], by, rng=np.random.default_rng(1))
        lost, sure = _lost(data, usual, predict(row.model, X), rng, SURE / len(moves))
        if worst is None or sure > worst[1]:
            worst = lost, sure, told
    if worst is None:
        return Finding(what, False, "no move was tried", 1.0)
    lost, sure, told = worst
    found = sure > LEAST_LOST
    told += f", its {SAID[score]} changes by {-lost:+.2f}".replace("-", "−")
    told += f", and falls by {sure:.2f} at least" if sure > 0 else ""
    return Finding(what, found, told, SURE)


def _moves(data: Dataset) -> list[tuple[str, torch.Tensor, int]]:
    everyone = torch.ones(len(data.test), dtype=torch.bool)
    moves = [("with all sequences a base to the {}", everyone)]
    if data.task == "binary":
        moves += [
            (f"with those of '{name}' a base to the {{}}", data.test.y == i) for i, name in enumerate(data.classes)
        ]
    return [(told.format(side), rows, by) for told, rows in moves for side, by in (("left", -1), ("right", 1))]


def _lost(
    data: Dataset, usual: torch.Tensor, moved: torch.Tensor, rng: np.random.Generator, chance: float
) -> tuple[float, float]:
    """What is lost, and at least: so many standard deviations of resamples less, both scores on the same draws."""
    from scipy.stats import norm

    y = data.test.y.numpy()
    before, after = usual.numpy(), moved.numpy()
    draws = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=DRAWS).astype(float)
    ones = np.ones((1, len(y)))

    def both(times: np.ndarray) -> np.ndarray:
        return _scores(data.task, y, before, times) - _scores(data.task, y, after, times)

    lost = float(both(ones)[0])
    return lost, lost - float(norm.isf(chance)) * float(both(draws).std())


def _scores(task: str, y: np.ndarray, outputs: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The first score of a task in each of R draws, of which `times` (R, N) says how often each sequence is in it."""
    if task == "classes":
        return times @ (outputs.argmax(axis=1) == y) / times.sum(axis=1)
    if task == "binary":
        called = outputs > 0
        tp, fp = times @ (called & (y == 1)), times @ (called & (y == 0))
        positive = times @ (y == 1)
        return matthews(tp, fp, positive - tp, times.sum(axis=1) - positive - fp)
    n = times.sum(axis=1)
    means = times @ y / n, times @ outputs / n
    covariance = times @ (y * outputs) / n - means[0] * means[1]
    spread = (times @ y**2 / n - means[0] ** 2) * (times @ outputs**2 / n - means[1] ** 2)
    return covariance / np.sqrt(spread.clip(1e-12))
