"""Test sequences that slide by single bases under networks, and what these still know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES, INK, PALE, PALETTE, colours_of
from helpers.widgets.base import Widget, as_array, as_dna, js
from helpers.widgets.threshold_explorer import measures

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import nn

    from helpers.datasets import Split

SHOWN = 6  # sequences of each class that slide over the screen
LONGEST = 300
MOST_MODELS = 6
MOST_SEQUENCES = 5_000
WIDEST_REACH = 20
STEPS = 127  # of a logit's size, in a byte


class ShiftExplorer(Widget):
    """Guess how the MCC of networks changes when every sequence moves by some bases; then move them.

    Parameters
    ----------
    sequences : sequence of N str
        The test sequences, all of one length, up to 300 bases; six of each class are shown.
    y : array-like
        Their labels 0 and 1, shape ``(N,)``, both present; N up to 5,000.
    logits : mapping from a model's name to array-like
        Logits at each shift from -reach to reach, shape ``(2 reach + 1, N)``, reach up to 20. They travel as one byte
        each, which keeps every sign: a sequence is called a promoter above 0.
    mark : tuple of int, int and str, optional
        Columns to watch, first and after the last, and what they are.
    shift : int
        Bases by which the sequences stand moved at first, to the right if positive.
    model : int
        Which of the models is guessed and dotted at first.
    revealed : bool
        Whether the curves are shown, not guessed.

    Raises
    ------
    ValueError
        If shapes disagree, a label is neither 0 nor 1, a class is missing, or there are too many of anything.
    """

    _esm = js("common.js", "plot.js", "dna.js", "shift_explorer.js")
    label = traitlets.Unicode("By one base").tag(sync=True)
    sequences = traitlets.List(traitlets.Unicode()).tag(sync=True)
    classes = traitlets.List(traitlets.Int()).tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    logits = traitlets.Bytes().tag(sync=True)
    reach = traitlets.Int(10).tag(sync=True)
    mark: traitlets.List[Any] = traitlets.List().tag(sync=True)
    shift = traitlets.Int(0).tag(sync=True)
    model = traitlets.Int(0, min=0).tag(sync=True)
    guess = traitlets.List(traitlets.Float()).tag(sync=True)
    revealed = traitlets.Bool(False).tag(sync=True)
    picture_inches = (8.5, 3.6)

    def __init__(
        self,
        sequences: Sequence[str],
        y: Any,
        logits: Mapping[str, Any],
        *,
        mark: tuple[int, int, str] | None = None,
        shift: int = 0,
        model: int = 0,
        revealed: bool = False,
        **traits: Any,
    ) -> None:
        labels = as_array("ShiftExplorer", "y", y, ndim=1, shape="(N,)")
        _check_classes(labels, sequences)
        if not 1 <= len(logits) <= MOST_MODELS:
            raise ValueError(f"ShiftExplorer: logits of {len(logits)} models; expected 1 to {MOST_MODELS}")
        shape = "(2 reach + 1, N)"
        found = {
            name: as_array("ShiftExplorer", f"logits of {name}", one, ndim=2, shape=shape)
            for name, one in logits.items()
        }
        rows = len(next(iter(found.values())))
        for name, array in found.items():
            if array.shape != (rows, len(labels)) or rows % 2 == 0 or not 3 <= rows <= 2 * WIDEST_REACH + 1:
                raise ValueError(
                    f"ShiftExplorer: logits of {name} have shape {array.shape}; expected {shape} with "
                    f"N = {len(labels)} and reach from 1 to {WIDEST_REACH}, the same for all models"
                )
        reach = rows // 2
        if abs(shift) > reach:
            raise ValueError(f"ShiftExplorer: shift is {shift}; expected {-reach} to {reach}")
        if not 0 <= model < len(found):
            raise ValueError(f"ShiftExplorer: model is {model}; expected 0 to {len(found) - 1}")
        chosen = [int(i) for label in (1, 0) for i in np.flatnonzero(labels == label)[:SHOWN]]
        shown = [as_dna("ShiftExplorer", sequences[i], longest=LONGEST) for i in chosen]
        lengths = sorted({len(one) for one in shown})
        if len(lengths) > 1:
            raise ValueError(f"ShiftExplorer: sequences have {lengths} bases; expected one length")
        if mark and not 0 <= mark[0] < mark[1] <= lengths[0]:
            raise ValueError(f"ShiftExplorer: mark is {mark}; expected two columns from 0 to {lengths[0]}, and a name")
        super().__init__(
            sequences=shown,
            classes=[int(labels[i]) for i in chosen],
            labels=labels.astype(np.int8).tobytes(),
            names=list(found),
            logits=np.stack([_as_bytes(array) for array in found.values()]).tobytes(),
            reach=reach,
            mark=list(mark) if mark else [],
            shift=shift,
            model=model,
            revealed=revealed,
            **traits,
        )

    @classmethod
    def from_models(
        cls, models: Mapping[str, nn.Module], split: Split, *, reach: int = 10, seed: int = 1, **options: Any
    ) -> ShiftExplorer:
        """Ask models of the course about a test set, moved by every number of bases up to `reach`.

        Parameters
        ----------
        models : mapping from name to nn.Module
            From ``(N, 4, L)`` to logits ``(N,)`` or ``(N, 1)``.
        split : Split
            Test sequences with their labels.
        reach : int
            Bases to either side.
        seed : int
            Draws the random bases that come in from the side, as in `helpers.dna.shift`.
        **options
            As for the class.
        """
        from helpers.dna.windows import shift
        from helpers.training import predict

        moved = [shift(split.X, by, rng=np.random.default_rng(seed)) for by in range(-reach, reach + 1)]
        logits = {
            name: np.stack([predict(model, X).detach().cpu().numpy().reshape(-1) for X in moved])
            for name, model in models.items()
        }
        return cls(split.sequences, split.y, logits, **options)

    @traitlets.validate("guess")
    def _check_guess(self, proposal: Any) -> list[float]:
        values = proposal["value"]
        if values and len(values) != 2 * self.reach + 1:
            raise traitlets.TraitError(f"guess holds {len(values)} numbers; expected one a shift, {2 * self.reach + 1}")
        return values

    def curves(self) -> dict[str, list[float]]:
        """Each model's MCC at every shift from -reach to reach."""
        labels = np.frombuffer(self.labels, dtype=np.int8) == 1
        calls = self._logits() > 0
        return {name: [_mcc(labels, row) for row in calls[i]] for i, name in enumerate(self.names)}

    def numbers(self) -> dict[str, Any]:
        curves, at = self.curves(), self.shift + self.reach
        mine = list(curves.values())[self._model_now()]
        labels = np.frombuffer(self.labels, dtype=np.int8) == 1
        wrong = (self._logits()[self._model_now(), at] > 0) != labels
        off = float(np.abs(np.subtract(self.guess, mine)).mean()) if self.guess else 0.0
        return {
            "curves": list(curves.values()),
            "mcc": {name: curve[at] for name, curve in curves.items()},
            "wrong": int(wrong.sum()),
            "off": off,
        }

    def alt_text(self) -> str:
        numbers, name = self.numbers(), self.names[self._model_now()]
        before = numbers["curves"][self._model_now()][self.reach]
        if not self.revealed:
            return (
                f"{len(self.sequences)} test sequences under a ruler. Unmoved, the {name} has an MCC of {before:.2f}; "
                f"what remains when they move by up to {self.reach} bases is to be guessed."
            )
        bases = f"{self.shift:+d} base" + ("" if abs(self.shift) == 1 else "s")
        told = ", ".join(f"{model} {value:.2f}" for model, value in numbers["mcc"].items())
        return f"Test MCC with all sequences moved by {bases}: {told}; the {name} had {before:.2f} unmoved."

    def draw(self, figure: Figure) -> None:
        strip, plot = figure.subplots(1, 2, width_ratios=[1.3, 1])
        length, codes = len(self.sequences[0]), {"A": 0, "C": 1, "G": 2, "T": 3}
        tokens = np.full((len(self.sequences), length), np.nan)
        for row, sequence in enumerate(self.sequences):
            for i, base in enumerate(sequence):
                if 0 <= i + self.shift < length:
                    tokens[row, i + self.shift] = codes.get(base, np.nan)
        from matplotlib.colors import ListedColormap

        strip.imshow(
            tokens, cmap=ListedColormap([PALETTE[base] for base in codes]), vmin=0, vmax=3, aspect="auto", alpha=0.7
        )
        if self.mark:
            for edge in self.mark[:2]:
                strip.axvline(edge - 0.5, color=INK, lw=1.5)
        strip.set_yticks(range(len(self.classes)), ["promoter" if one else "other" for one in self.classes], fontsize=8)
        strip.set(xlabel="column that the network sees", title=f"sequences, moved by {self.shift:+d}")
        shifts, curves = range(-self.reach, self.reach + 1), self.curves()
        if self.revealed:
            for (name, curve), colour in zip(curves.items(), colours_of(curves).values(), strict=True):
                plot.plot(shifts, curve, color=colour, label=name)
            plot.legend(fontsize=8, loc="lower right")
        else:
            plot.plot(0, list(curves.values())[self._model_now()][self.reach], "o", color=HUES["red"])
            plot.text(0, 0.1, "your guess?", ha="center", color=PALE, fontsize=12)
        if self.guess:
            plot.plot(shifts, self.guess, "--", color=PALE)
        plot.axvline(self.shift, color=INK, lw=1)
        plot.set(xlim=(-self.reach, self.reach), ylim=(-1, 1), xlabel="shift (bases)", ylabel="test MCC")

    def _logits(self) -> np.ndarray:
        """One byte a logit, ``(models, shifts, N)``."""
        return np.frombuffer(self.logits, dtype=np.int8).reshape(len(self.names), 2 * self.reach + 1, -1)

    def _model_now(self) -> int:
        return min(self.model, len(self.names) - 1)


def _check_classes(labels: np.ndarray, sequences: Sequence[str]) -> None:
    if len(sequences) != len(labels):
        raise ValueError(f"ShiftExplorer: {len(sequences)} sequences and y has {len(labels)} labels")
    if len(labels) > MOST_SEQUENCES:
        raise ValueError(f"ShiftExplorer: {len(labels):,} sequences; expected at most {MOST_SEQUENCES:,}")
    strange = labels[(labels != 0) & (labels != 1)]
    if len(strange):
        raise ValueError(
            f"ShiftExplorer: y holds {strange[0]:g}; expected 0 and 1: of several classes, ask for one against "
            "the others (y == 2, and that class's logit)"
        )
    if not 0 < labels.sum() < len(labels):
        raise ValueError(f"ShiftExplorer: every label is {labels[0]:g}; expected both 0 and 1")


def _as_bytes(logits: np.ndarray) -> np.ndarray:
    """Logits as int8, cut at the size that one in two hundred exceeds; what is above 0 stays above it."""
    scale = max(float(np.quantile(np.abs(logits), 0.995)), 1e-9) / STEPS
    steps = np.clip(np.rint(logits / scale), -STEPS, STEPS)
    return np.where(logits > 0, np.maximum(steps, 1), np.minimum(steps, 0)).astype(np.int8)


def _mcc(labels: np.ndarray, calls: np.ndarray) -> float:
    tp, fp = int((labels & calls).sum()), int((~labels & calls).sum())
    counts: dict[str, float] = {"tp": tp, "fp": fp, "fn": int(labels.sum()) - tp, "tn": int((~labels).sum()) - fp}
    return measures(counts)["mcc"]
