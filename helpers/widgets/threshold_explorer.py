"""A threshold to drag over real scores, and all that it trades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.widgets.base import Widget, as_array, js, pack, unpack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_SCORES = 200_000
BINS = 60
POSITIVE, NEGATIVE = HUES["blue"], HUES["red"]


def measures(counts: dict[str, float]) -> dict[str, float]:
    """Accuracy, sensitivity, specificity, precision and Matthews' correlation; 0 where one divides by zero.

    Parameters
    ----------
    counts : dict
        `tp`, `fn`, `fp`, `tn`; they may be weighted.

    Returns
    -------
    dict
        The five measures. Matthews 1975, doi:10.1016/0005-2795(75)90109-9.
    """
    tp, fn, fp, tn = (counts[name] for name in ("tp", "fn", "fp", "tn"))

    def share(part: float, whole: float) -> float:
        return part / whole if whole > 0 else 0.0

    return {
        "accuracy": share(tp + tn, tp + fn + fp + tn),
        "sensitivity": share(tp, tp + fn),
        "specificity": share(tn, tn + fp),
        "precision": share(tp, tp + fp),
        "mcc": share(tp * tn - fp * fn, ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5),
    }


class ThresholdExplorer(Widget):
    """Drag the threshold over the scores of two classes: confusion matrix, ROC and precision–recall follow.

    Parameters
    ----------
    y : array-like
        Labels 0 and 1, shape ``(N,)``, both present.
    logits : array-like
        Scores, shape ``(N,)``; a sequence is called positive at or above the threshold.
    threshold : float
        Where the threshold starts.
    positives : float, optional
        Share of positives to pretend (0.001 to 0.9): negatives are weighted to make it so; by default as in `y`.

    Raises
    ------
    ValueError
        If lengths differ, a label is neither 0 nor 1, a class is missing, or scores are not finite.
    """

    _esm = js("common.js", "plot.js", "threshold_explorer.js")
    label = traitlets.Unicode("Choose a threshold").tag(sync=True)
    positive_scores = traitlets.Bytes().tag(sync=True)
    negative_scores = traitlets.Bytes().tag(sync=True)
    threshold = traitlets.Float(0.0).tag(sync=True)
    positives = traitlets.Float(0.5, min=0.001, max=0.9).tag(sync=True)
    picture_inches = (9.0, 3.4)

    def __init__(
        self, y: Any, logits: Any, *, threshold: float = 0.0, positives: float | None = None, **traits: Any
    ) -> None:
        labels = as_array("ThresholdExplorer", "y", y, ndim=1, shape="(N,)")
        scores = as_array("ThresholdExplorer", "logits", logits, ndim=1, shape="(N,)")
        if len(labels) != len(scores):
            raise ValueError(f"ThresholdExplorer: y has {len(labels)} labels and logits {len(scores)} scores")
        if len(labels) > MOST_SCORES:
            raise ValueError(f"ThresholdExplorer: {len(labels):,} scores; expected at most {MOST_SCORES:,}")
        strange = labels[(labels != 0) & (labels != 1)]
        if len(strange):
            raise ValueError(
                f"ThresholdExplorer: y holds {strange[0]:g}; expected 0 and 1: of several classes, ask for one against "
                "the others (y == 2, and that class's logit)"
            )
        if not 0 < labels.sum() < len(labels):
            raise ValueError(f"ThresholdExplorer: every label is {labels[0]:g}; expected both 0 and 1")
        share = float(labels.mean()) if positives is None else float(positives)
        if not 0.001 <= share <= 0.9 and positives is not None:
            raise ValueError(f"ThresholdExplorer: positives {positives}; expected a share from 0.001 to 0.9")
        super().__init__(
            positive_scores=pack(np.sort(scores[labels == 1])),
            negative_scores=pack(np.sort(scores[labels == 0])),
            threshold=float(threshold),
            positives=min(max(share, 0.001), 0.9),
            **traits,
        )

    def counts(self) -> dict[str, float]:
        """True and false positives and negatives at the threshold; negatives weighted to the chosen share."""
        positives, negatives, weight = self._weighted()
        tp = int((positives >= self.threshold).sum())
        fp = int((negatives >= self.threshold).sum())
        return {
            "tp": tp,
            "fn": len(positives) - tp,
            "fp": fp * weight,
            "tn": (len(negatives) - fp) * weight,
        }

    def hundred(self) -> dict[str, int]:
        """Of 100 sequences how many are each of :meth:`counts`, in whole numbers that sum to 100."""
        counts = self.counts()
        parts = {name: 100 * count / sum(counts.values()) for name, count in counts.items()}
        shares = {name: int(part) for name, part in parts.items()}
        nearest = sorted(parts, key=lambda name: -(parts[name] % 1))
        for name in nearest[: 100 - sum(shares.values())]:
            shares[name] += 1
        return shares

    def measures(self) -> dict[str, float]:
        """Accuracy, sensitivity, specificity, precision and MCC at the threshold, from :meth:`counts`."""
        return measures(self.counts())

    def areas(self) -> dict[str, float]:
        """Areas under both curves: AUROC by ranks, AUPRC as average precision (no interpolation)."""
        positives, negatives, weight = self._weighted()
        below = np.searchsorted(negatives, positives, "left")
        ties = np.searchsorted(negatives, positives, "right") - below
        auroc = float((below + ties / 2).mean() / len(negatives))
        tp = len(positives) - np.searchsorted(positives, positives, "left")
        fp = (len(negatives) - below) * weight
        return {"auroc": auroc, "auprc": float((tp / (tp + fp)).mean())}

    def numbers(self) -> dict[str, Any]:
        return {
            "counts": self.counts(),
            "hundred": self.hundred(),
            "measures": self.measures(),
            "areas": self.areas(),
        }

    def alt_text(self) -> str:
        m = self.measures()
        return (
            f"Scores of two classes with a threshold at {self.threshold:.2f}: sensitivity {m['sensitivity']:.2f}, "
            f"precision {m['precision']:.2f}, accuracy {m['accuracy']:.2f}, MCC {m['mcc']:.2f}."
        )

    def draw(self, figure: Figure) -> None:
        positives, negatives, weight = self._weighted()
        scores, roc, precision_recall = figure.subplots(1, 3, width_ratios=[1.5, 1, 1])
        edges = np.linspace(min(positives[0], negatives[0]), max(positives[-1], negatives[-1]), BINS + 1)
        scores.hist(negatives, edges, weights=np.full(len(negatives), weight), color=NEGATIVE, alpha=0.6)
        scores.hist(positives, edges, color=POSITIVE, alpha=0.7)
        scores.axvline(self.threshold, color="#1d2129")
        scores.set(xlabel="score (logit)", ylabel="sequences", title="negatives and positives")
        cuts = np.quantile(np.concatenate([positives, negatives]), np.linspace(0, 1, 300))
        tp = len(positives) - np.searchsorted(positives, cuts, "left")
        fp = (len(negatives) - np.searchsorted(negatives, cuts, "left")) * weight
        m, areas = self.measures(), self.areas()
        roc.plot(fp / (len(negatives) * weight), tp / len(positives), color="#1d2129")
        roc.plot(1 - m["specificity"], m["sensitivity"], "o", color=POSITIVE)
        roc.set(xlabel="1 − specificity", ylabel="sensitivity", title=f"ROC, area {areas['auroc']:.3f}")
        precision_recall.plot(tp / len(positives), tp / np.maximum(tp + fp, 1e-12), color="#1d2129")
        precision_recall.plot(m["sensitivity"], m["precision"], "o", color=POSITIVE)
        precision_recall.set(xlabel="sensitivity (recall)", ylabel="precision", title=f"PR, area {areas['auprc']:.3f}")
        for axes in (roc, precision_recall):
            axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.05), aspect="equal")

    def _weighted(self) -> tuple[np.ndarray, np.ndarray, float]:
        positives, negatives = unpack(self.positive_scores), unpack(self.negative_scores)
        return positives, negatives, len(positives) * (1 - self.positives) / self.positives / len(negatives)
