"""Pictures of training and judging: learning curves, ROC and precision-recall, confusion, the scoreboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.palette import HUES, PALE, colours_of
from helpers.plots.look import axes, label_ends, panels
from helpers.plots.seeds import draw_curves, draw_ranges
from helpers.training.batches import checked_array
from helpers.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike
    from torch import Tensor


Runs = History | Sequence[History]


def learning_curves(histories: Runs | Mapping[str, Runs]) -> Figure:
    """Draw loss, and Matthews correlation if there is one, against epochs.

    Parameters
    ----------
    histories : History, several of one model (one a seed), or a mapping from the name of a model to either
        Several are drawn as their mean in a band from the lowest to the highest, as far as all of them went. Dots mark
        the epochs whose weights were kept.

    Returns
    -------
    Figure
        Left the loss, validation full and training dashed; right the validation's Matthews correlation.

    Raises
    ------
    ValueError
        If there is no history, or one without an epoch.
    """
    from matplotlib.ticker import MaxNLocator

    models = {
        name: [runs] if isinstance(runs, History) else list(runs)
        for name, runs in (histories.items() if isinstance(histories, Mapping) else [("", histories)])
    }
    if not models or not all(runs and all(run.epochs for run in runs) for runs in models.values()):
        raise ValueError("learning_curves: expected at least one history, each of at least one epoch")
    scored = all(run.valid_mcc for runs in models.values() for run in runs)
    figure, drawn = panels(1 + scored)
    colours = colours_of(models)
    for ax, field, label in zip(drawn, ("valid_loss", "valid_mcc"), ("loss", "MCC, validation"), strict=False):
        ends = {}
        for name, runs in models.items():
            ends[name or "validation"] = _over_seeds(ax, runs, field, colours[name], "-")
            if field == "valid_loss":
                training = _over_seeds(ax, runs, "train_loss", colours[name] if name else PALE, "--")
                ends |= {} if name else {"training": training}
        ax.set(xlabel="epoch", ylabel=label)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        label_ends(ax, ax.dataLim.x1, ends, colours | {"validation": HUES["blue"], "training": PALE})
    if any(models):
        drawn[0].set_title("full: validation, dashed: training", color=PALE, fontsize=10)
    return figure


def _over_seeds(ax: Axes, runs: Sequence[History], field: str, colour: str, line: str) -> float:
    """Draw the mean of one field of several histories in the band of its range; return where the line ends."""
    shared = min(run.epochs for run in runs)
    if field != "train_loss":
        kept = [(run.best_epoch, getattr(run, field)[run.best_epoch - 1]) for run in runs if run.best_epoch <= shared]
        ax.plot(*np.array(kept).reshape(-1, 2).T, "o", color=colour, markersize=5)
    values = {field: [getattr(run, field)[:shared] for run in runs]}
    return draw_curves(ax, np.arange(1, shared + 1), values, {field: colour}, linestyle=line)[field]


def roc_and_pr(y: ArrayLike | Tensor, scores_by_name: Mapping[str, ArrayLike | Tensor]) -> Figure:
    """Draw the two curves that every threshold together makes, for one or more models.

    Parameters
    ----------
    y : (N,)
        The truth, 0 or 1, both present.
    scores_by_name : mapping from the name of a model to its scores (N,)

    Returns
    -------
    Figure
        Left ROC with the area under it, right precision against recall with the average precision; dotted is chance.

    Raises
    ------
    TypeError, ValueError
        Labels of one class only, scores of another shape or not finite, no model.
    """
    from sklearn import metrics

    truth = checked_array("roc_and_pr: y", y).cpu().numpy()
    if not scores_by_name or sorted(set(truth.ravel().tolist())) != [0, 1]:
        raise ValueError("roc_and_pr: expected at least one model, and labels that are 0 or 1, both present")
    figure, (roc, pr) = panels(2, width=4.2, height=4.0)
    roc.plot([0, 1], [0, 1], ":", color=PALE)
    pr.axhline(truth.mean(), linestyle=":", color=PALE)
    colours = colours_of(scores_by_name)
    for name, values in scores_by_name.items():
        scores = checked_array(f"roc_and_pr: {name}", values).cpu().numpy()
        if scores.shape != truth.shape:
            raise ValueError(f"roc_and_pr: {name} has shape {scores.shape}, and the labels have {truth.shape}")
        fpr, tpr, _ = metrics.roc_curve(truth, scores)
        roc.plot(fpr, tpr, color=colours[name], label=f"{name}  {metrics.roc_auc_score(truth, scores):.3f}")
        precision, recall, _ = metrics.precision_recall_curve(truth, scores)
        area = metrics.average_precision_score(truth, scores)
        pr.plot(recall, precision, color=colours[name], label=f"{name}  {area:.3f}", drawstyle="steps-post")
    for ax, title in ((roc, "ROC, area"), (pr, "precision-recall, average precision")):
        curves = sorted(ax.lines[1:], key=lambda line: str(line.get_label())[-5:], reverse=True)  # the largest on top
        look: Any = {"labelcolor": "linecolor", "prop": {"weight": "bold"}, "labelspacing": 0.3}
        look |= {"loc": "lower right", "markerfirst": False, "handlelength": 0}  # names that end at the right
        ax.legend(handles=curves, **look)
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), title=title, aspect="equal")
    roc.set(xlabel="false positive rate (1 - specificity)", ylabel="true positive rate (sensitivity)")
    pr.set(xlabel="recall (sensitivity)", ylabel="precision")
    return figure


def confusion(matrix: ArrayLike, *, classes: tuple[str, str] = ("0", "1"), ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix: each count, and its share of what is truly of that class.

    Parameters
    ----------
    matrix : (2, 2), rows the truth, columns the calls
        As `helpers.training.metrics.confusion_matrix` gives.
    classes : two str
        What to call 0 and 1.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For another shape, or numbers below 0.
    """
    import seaborn as sns

    counts = np.asarray(matrix)
    if counts.shape != (2, 2) or (counts < 0).any():
        raise ValueError(
            f"confusion: got shape {counts.shape}; expected counts (2, 2), rows the truth, columns the calls"
        )
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = axes(ax, 4.2, 3.8)
    kinds = (("true negatives", "false positives"), ("false negatives", "true positives"))
    texts = [[f"{counts[t, c]:,}\n{shares[t, c]:.1%}\n{kinds[t][c]}" for c in (0, 1)] for t in (0, 1)]
    look: Any = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "square": True}
    sns.heatmap(shares, annot=texts, fmt="", xticklabels=classes, yticklabels=classes, ax=ax, **look)
    ax.set(xlabel="predicted", ylabel="truth")
    ax.tick_params(length=0)
    return ax


def scoreboard(
    rows: Sequence[Mapping[str, Any]],
    *,
    published: Sequence[Mapping[str, Any]] = (),
    metric: str = "mcc",
    ax: Axes | None = None,
) -> Axes:
    """Draw the models of a scoreboard, the best on top, beside what others published for the same test set.

    Parameters
    ----------
    rows : sequence of mappings with "model", "parameters", "seconds" and, under `metric`, one number a seed
        As `progress.scoreboard(...).rows`. The large dot is their mean, the bar runs from the lowest to the highest; a
        row that is "simulated" says so.
    published : sequence of mappings with "model", "parameters" and one number under `metric`
    metric : str
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or a row lacks the metric.
    """
    simulated = {True: ", simulated data", False: ""}
    entries = [(row, HUES["red"], f"{row['seconds']:.1f} s{simulated[bool(row.get('simulated'))]}") for row in rows]
    entries += [(row, PALE, "published") for row in published]
    if not entries:
        raise ValueError("scoreboard: there are no rows to draw")
    if lacking := [row["model"] for row, *_ in entries if not np.size(row.get(metric, []))]:
        raise ValueError(f"scoreboard: the row of {lacking[0]} has no {metric}")
    entries.sort(key=lambda entry: -np.mean(entry[0][metric]))
    ax = axes(ax, 9.0, 0.8 + 0.34 * len(entries))
    values = {row["model"]: np.atleast_1d(row[metric]) for row, *_ in entries}
    draw_ranges(ax, values, {row["model"]: colour for row, colour, _ in entries})
    for place, ((row, colour, last), tick) in enumerate(zip(entries, ax.get_yticklabels(), strict=True)):
        tick.set_color(colour)
        texts = ((f"{np.mean(row[metric]):.3f}", 6, "bold"), (_size(row["parameters"]) + last, 48, "normal"))
        for text, offset, weight in texts:
            right: Any = {"xycoords": ax.get_yaxis_transform(), "xytext": (offset, 0), "textcoords": "offset points"}
            ax.annotate(text, (1, place), va="center", color=colour, weight=weight, **right)
    ax.set_xlabel(f"{metric.upper()} on the test set")
    return ax


def _size(parameters: int | str) -> str:
    """Say how large a model is, if anybody has said so."""
    size = f"{parameters:,}" if isinstance(parameters, int) else parameters
    return f"{size} parameter{'' if size == '1' else 's'} · " if size else ""
