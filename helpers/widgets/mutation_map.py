"""Every single mutation of a sequence and what it does to a prediction, beside a gradient's first guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import BASES, one_hot
from helpers.palette import PALETTE
from helpers.widgets.base import Widget, as_array, as_dna, js, pack, unpack

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

LONGEST = 5000


class MutationMap(Widget):
    """Choose a base to mutate: the prediction before and after, all mutations at once, and where saliency disagrees.

    Parameters
    ----------
    sequence : str
        1 to 5,000 bases A, C, G, T and N.
    effects : array-like
        Shape ``(4, L)``, rows A, C, G, T: the prediction with that base there minus the prediction as it is.
    saliency : array-like, optional
        Gradient times input, shape ``(4, L)``, zero but for the bases that stand there; or ``(L,)``.
    prediction : float
        The logit of the sequence as it is.
    position : int, optional
        The base chosen first, counted from 0; the middle if not given, for where a mutation matters is to be found.

    Raises
    ------
    ValueError
        If a letter or shape is none of these, a number is not finite, or the base that stands there has an effect.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "mutation_map.js")
    label = traitlets.Unicode("Mutate every base").tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    effects = traitlets.Bytes().tag(sync=True)
    saliency = traitlets.Bytes().tag(sync=True)
    prediction = traitlets.Float(0.0).tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    base = traitlets.Enum(tuple(BASES), BASES[0]).tag(sync=True)
    picture_inches = (9.0, 4.2)

    def __init__(
        self,
        sequence: str,
        effects: Any,
        saliency: Any = None,
        *,
        prediction: float = 0.0,
        position: int | None = None,
        **traits: Any,
    ) -> None:
        dna = as_dna("MutationMap", sequence, longest=LONGEST)
        changes = as_array("MutationMap", "effects", effects, ndim=2, shape="(4, L)")
        if changes.shape != (len(BASES), len(dna)):
            raise ValueError(
                f"MutationMap: effects has shape {changes.shape}; expected {(len(BASES), len(dna))}, rows A, C, G, T"
            )
        known = one_hot(dna).bool().numpy()
        if np.abs(changes[known]).max(initial=0) > 1e-4 * max(np.abs(changes).max(), 1e-9):
            at = int(np.abs(np.where(known, changes, 0)).max(axis=0).argmax())
            raise ValueError(
                f"MutationMap: effects of base {dna[at]} at position {at}, where it stands, is "
                f"{changes[BASES.index(dna[at]), at]:.3g}; expected 0 (pass changes of the prediction, not predictions)"
            )
        logit = as_array("MutationMap", "prediction", prediction, ndim=0, shape="a single number")
        guess = None if saliency is None else _checked_saliency(saliency, known)
        if position is not None and not 0 <= position < len(dna):
            raise ValueError(f"MutationMap: position is {position}; expected 0 to {len(dna) - 1}")
        chosen = len(dna) // 2 if position is None else position
        dearest = BASES[int(changes[:, chosen].argmax())]
        super().__init__(
            sequence=dna,
            effects=pack(np.where(known, 0, changes)),
            saliency=b"" if guess is None else pack(guess),
            prediction=float(logit),
            position=chosen,
            **{"base": dearest, **traits},
        )

    @classmethod
    def from_model(
        cls, model: torch.nn.Module, sequence: str, *, target: int | None = None, **options: Any
    ) -> MutationMap:
        """All 3 L mutations of a sequence through a model, in batches, and one gradient.

        Parameters
        ----------
        model : nn.Module
            From ``(N, 4, L)`` to logits or numbers ``(N,)`` or ``(N, 1)``; with a target to ``(N, C)``. It runs on the
            device it is on, in evaluation mode.
        sequence : str
            1 to 5,000 bases, as long as the model wants.
        target : int, optional
            Of several classes the one that is asked for; the prediction is how its logit stands above all others.
        **options
            As for the class: `position`.

        Raises
        ------
        ValueError
            If the model returns something else.
        """
        from helpers.interpret.mutagenesis import OneOutput, in_silico_mutagenesis, saliency
        from helpers.training import predict

        model = model if target is None else OneOutput(model, target)
        X = one_hot(as_dna("MutationMap", sequence, longest=LONGEST))
        effects, guess = in_silico_mutagenesis(model, X), saliency(model, X)  # which say what is wrong with a model
        prediction = float(predict(model, X[None]).reshape(()))
        return cls(sequence, effects, guess, prediction=prediction, **options)

    def change(self) -> float:
        """What the chosen mutation does to the prediction; 0 for the base that stands there."""
        return float(self._effects()[BASES.index(self.base), self._position_now()])

    def importance(self) -> np.ndarray:
        """What is lost, on average, when a base is mutated: minus the mean of its three effects, shape ``(L,)``."""
        known = one_hot(self.sequence).bool().numpy()
        return -self._effects().sum(axis=0) / (~known).sum(axis=0)

    def correlation(self) -> float:
        """Pearson's correlation of importance and saliency; 0 where one of them is constant or missing."""
        guess = unpack(self.saliency)
        mine = self.importance()
        if len(guess) < 2 or mine.std() < 1e-12 or guess.std() < 1e-12:
            return 0.0
        return float(np.corrcoef(mine, guess)[0, 1])

    def numbers(self) -> dict[str, Any]:
        return {
            "before": self.prediction,
            "after": self.prediction + self.change(),
            "importance": self.importance().tolist(),
            "correlation": self.correlation(),
        }

    def alt_text(self) -> str:
        at, length = self._position_now(), len(self.sequence)
        lost = int(self.importance().argmax())
        beside = f"; correlation with saliency {self.correlation():.2f}" if self.saliency else ""
        return (
            f"Effects of all single mutations of {length:,} bases{beside}. Writing {self.base} for "
            f"{self.sequence[at]} at {at} moves the logit from {self.prediction:.2f} to "
            f"{self.prediction + self.change():.2f}; the base that matters most is {self.sequence[lost]} at {lost}."
        )

    def draw(self, figure: Figure) -> None:
        guess, effects, at = unpack(self.saliency), self._effects(), self._position_now()
        rows = figure.subplots(3 if len(guess) else 2, 1, sharex=True)
        most = max(float(np.abs(effects).max()), 1e-9)
        for axes, heights, name in zip(rows, [self.importance(), guess], ["mutagenesis", "saliency"], strict=False):
            if len(heights):
                colours = [PALETTE.get(letter, "#8a94a0") for letter in self.sequence]
                axes.bar(range(len(heights)), heights, width=0.9, color=colours)
                axes.axhline(0, color="#1d2129", lw=0.8)
                axes.set_ylabel(name)
                if len(heights) <= 100:
                    for i, letter in enumerate(self.sequence):
                        axes.text(i, max(heights[i], 0), letter, ha="center", va="bottom", fontsize=7)
        rows[-1].imshow(effects, aspect="auto", cmap="PuOr", vmin=-most, vmax=most, interpolation="nearest")
        rows[-1].plot(at, BASES.index(self.base), "s", mfc="none", mec="#1d2129", ms=9)
        rows[-1].set_yticks(range(len(BASES)), list(BASES))
        rows[-1].set(xlabel="position", ylabel="written", xlim=(-0.5, len(self.sequence) - 0.5))

    def _effects(self) -> np.ndarray:
        return unpack(self.effects, (len(BASES), -1))

    def _position_now(self) -> int:
        return min(self.position, len(self.sequence) - 1)


def _checked_saliency(saliency: Any, known: np.ndarray) -> np.ndarray:
    """One number a base, shape ``(L,)``."""
    guess = as_array("MutationMap", "saliency", saliency, ndim=(1, 2), shape="(4, L) or (L,)")
    if guess.shape not in (known.shape, known.shape[1:]):
        raise ValueError(f"MutationMap: saliency has shape {guess.shape}; expected {known.shape} or {known.shape[1:]}")
    if guess.ndim == 2 and np.abs(guess[~known]).max(initial=0) > 1e-6 * max(np.abs(guess).max(), 1e-9):
        raise ValueError(
            "MutationMap: saliency is not zero for bases that do not stand there; expected gradient times input"
        )
    return guess if guess.ndim == 1 else guess.sum(axis=0)
