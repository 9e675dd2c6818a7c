"""A straight way between two codes of an autoencoder, decoded at every step, with the truth beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import traitlets

from helpers.palette import HUES, INK, PALE
from helpers.widgets.base import Widget, as_array, as_dna, js, pack, unpack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    from helpers.models.autoencoders import VAE

LONGEST = 100
MOST_MODELS, MOST_ENDS = 4, 6
MOST_PLACES = 600
FULL = 255  # a probability of 1, in a byte
DRAWS = 200  # at each step, for the share that obeys
BESIDE = 10  # points from a dot to its number
GRAMMAR = "TTGACA, a gap of 6 bases, TATAAT; or GCATGC, a gap of 12, TATAAT; a letter of each may be wrong"


class Walks(NamedTuple):
    """What one model makes of all ways between two of S sequences; S (S − 1) / 2 ways, the first from 0 to 1.

    Attributes
    ----------
    places : array-like, (N, 2)
        Where sequences lie on a plane through the codes; the S ends of the ways come first.
    decoded : array-like, (ways, steps, 4, L)
        Probabilities of the letters at each step.
    obeys : array-like, (ways, steps)
        Whether the likeliest letters obey, 0 or 1.
    shares : array-like, (ways, steps)
        Which share of sequences obeys that are drawn from these probabilities.
    """

    places: Any
    decoded: Any
    obeys: Any
    shares: Any


class LatentWalk(Widget):
    """Walk in a straight line from one sequence's code to another's, and read what the decoder writes on the way.

    Parameters
    ----------
    sequences : sequence of S str
        The ends of the ways, 2 to 6, of one length up to 100 bases.
    models : mapping from name to Walks
        Up to four; a tuple of the same four things will do.
    words : sequence of str
        Words that are marked where the likeliest letters hold them.
    grammar : str
        In a few words, what is to be obeyed: by default that of `helpers.datasets.simulated.grammar`.
    model, start, end, step : int
        Which model, from which sequence to which, and where on the way.

    Raises
    ------
    ValueError
        If shapes disagree, a probability is none, or there are too many of anything.
    """

    _esm = js("common.js", "plot.js", "dna.js", "latent_walk.js")
    label = traitlets.Unicode("From one sequence to another").tag(sync=True)
    sequences = traitlets.List(traitlets.Unicode()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    grammar = traitlets.Unicode(GRAMMAR).tag(sync=True)
    places = traitlets.Bytes().tag(sync=True)
    decoded = traitlets.Bytes().tag(sync=True)
    obeys = traitlets.Bytes().tag(sync=True)
    shares = traitlets.Bytes().tag(sync=True)
    steps = traitlets.Int(2).tag(sync=True)
    model = traitlets.Int(0, min=0).tag(sync=True)
    start = traitlets.Int(0, min=0).tag(sync=True)
    end = traitlets.Int(1, min=0).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    picture_inches = (8.5, 4.2)

    def __init__(
        self,
        sequences: Sequence[str],
        models: Mapping[str, Walks | Sequence[Any]],
        *,
        words: Sequence[str] = (),
        model: int = 0,
        start: int = 0,
        end: int = 1,
        step: int = 0,
        **traits: Any,
    ) -> None:
        ends = [as_dna("LatentWalk", one, longest=LONGEST) for one in sequences]
        if not 2 <= len(ends) <= MOST_ENDS:
            raise ValueError(f"LatentWalk: {len(ends)} sequences; expected 2 to {MOST_ENDS}")
        if len({len(one) for one in ends}) > 1:
            raise ValueError(
                f"LatentWalk: sequences have {sorted({len(one) for one in ends})} bases; expected one length"
            )
        if not 1 <= len(models) <= MOST_MODELS:
            raise ValueError(f"LatentWalk: {len(models)} models; expected 1 to {MOST_MODELS}")
        found = {name: _checked(name, one, ends) for name, one in models.items()}
        sizes = {(one.places.shape, one.decoded.shape) for one in found.values()}
        if len(sizes) > 1:
            raise ValueError("LatentWalk: models have ways of different shapes; expected the same for all")
        steps = next(iter(found.values())).decoded.shape[1]
        for what, value, most in (("model", model, len(found)), ("start", start, len(ends)), ("end", end, len(ends))):
            if not 0 <= value < most:
                raise ValueError(f"LatentWalk: {what} is {value}; expected 0 to {most - 1}")
        if not 0 <= step < steps:
            raise ValueError(f"LatentWalk: step is {step}; expected 0 to {steps - 1}")
        every = list(found.values())
        super().__init__(
            sequences=ends,
            names=list(found),
            words=[as_dna("LatentWalk", word, longest=LONGEST) for word in words],
            places=pack(np.stack([one.places for one in every])),
            decoded=np.stack([np.rint(one.decoded * FULL).astype(np.uint8) for one in every]).tobytes(),
            obeys=np.stack([one.obeys.astype(np.uint8) for one in every]).tobytes(),
            shares=pack(np.stack([one.shares for one in every])),
            steps=steps,
            model=model,
            start=start,
            end=end,
            step=step,
            **traits,
        )

    @classmethod
    def from_models(
        cls,
        models: Mapping[str, VAE],
        X: Tensor,
        obeys: Callable[[Tensor], Tensor],
        *,
        ends: int = 4,
        steps: int = 21,
        seed: int = 0,
        **options: Any,
    ) -> LatentWalk:
        """Walk between the first few of some sequences, in the spaces of some models.

        Parameters
        ----------
        models : mapping from name to VAE
            Autoencoders, too: `VAE(..., variational=False)`.
        X : Tensor, (N, 4, L), float32
            One-hot sequences; the ways go between the first `ends` of them, the others are dots on the map.
        obeys : callable
            The truth: from codes ``(N, L)`` to ``(N,)``, True where a sequence obeys.
        ends, steps : int
        seed : int
            Of the draws.
        **options
            As for the class.
        """
        import torch

        from helpers.dna import decode

        made = {}
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(seed)
            for name, model in models.items():
                codes = model.encode(X[:MOST_PLACES])[0]  # (N, latent)
                plane = torch.linalg.svd(codes - codes.mean(dim=0), full_matrices=False).Vh[:2].T
                decoded = model.between(codes[:ends], steps).softmax(dim=2)  # (ways, steps, 4, L)
                each = decoded.flatten(0, 1)
                drawn = torch.distributions.Categorical(probs=each.movedim(1, 2)).sample((DRAWS,)).movedim(0, 1)
                shares = obeys(drawn.flatten(0, 1)).float().view(len(each), DRAWS).mean(dim=1)
                shown = (each * FULL).round().argmax(dim=1)  # of the bytes that travel
                parts = decoded, *(one.view(decoded.shape[:2]) for one in (obeys(shown), shares))
                made[name] = Walks((codes - codes.mean(dim=0)) @ plane, *parts)
        return cls(decode(X[:ends]), made, **options)

    def numbers(self) -> dict[str, Any]:
        chances = self._way("decoded")[self._at()]
        x, y = self._position()
        return {
            "x": x,
            "y": y,
            "likeliest": self.likeliest(),
            "obeys": bool(self._way("obeys")[self._at()]),
            "share": float(self._way("shares")[self._at()]),
            "sure": float(chances.max(axis=0).mean()),
            "good": int(self._way("obeys").sum()),
        }

    def likeliest(self) -> str:
        """The likeliest letter at each position, at this step."""
        return "".join("ACGT"[i] for i in self._way("decoded")[self._at()].argmax(axis=0))

    def alt_text(self) -> str:
        numbers, name = self.numbers(), self.names[self._model_now()]
        start, end = (i + 1 for i in self._ends())
        verb = "obey" if numbers["obeys"] else "break"
        return (
            f"{name}: step {self._at()} of {self.steps - 1} on the way from {start} to {end}. The likeliest letters "
            f"{verb} the grammar; {numbers['share']:.0%} of what is drawn here obeys."
        )

    def draw(self, figure: Figure) -> None:
        parts: Any = figure.subfigures(2, 1, height_ratios=[1.4, 1])
        top, bottom = parts
        places, shares = top.subplots(1, 2, width_ratios=[1, 1.3])
        dots, (x, y) = unpack(self.places, (len(self.names), -1, 2))[self._model_now()], self._position()
        places.plot(*dots[len(self.sequences) :].T, ".", color=PALE, markersize=3, alpha=0.6)
        places.plot(*dots[list(self._ends())].T, color=INK)
        ends = dots[: len(self.sequences)]
        places.plot(*ends.T, "o", color=INK, markersize=5)
        places.margins(x=0.1, y=0.15)
        places.plot(x, y, "o", color=HUES["red"], markersize=9, zorder=5)
        places.set(title=f"{self.names[self._model_now()]}: codes", xticks=[], yticks=[])
        steps, good = np.arange(self.steps), self._way("obeys").astype(bool)
        for truth, colour, said in ((good, HUES["blue"], "obey"), (~good, HUES["red"], "break it")):
            shares.bar(steps[truth], self._way("shares")[truth], color=colour, label=f"likeliest letters {said}")
        shares.axvline(self._at(), color=INK, lw=1)
        shares.set(ylim=(0, 1.05), xlabel="step on the way", ylabel="draws that obey")
        shares.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
        self._draw_logo(bottom.subplots())
        figure.draw_without_rendering()  # now everything has its place
        boxed = {"weight": "bold", "ha": "center", "va": "center", "bbox": {"fc": "white", "ec": "none", "pad": 0.5}}
        beside = _free_sides(places.transData.transform(ends) * 72 / figure.dpi)
        for number, (place, offset) in enumerate(zip(ends, beside, strict=True), 1):
            places.annotate(str(number), place, offset, textcoords="offset points", **boxed)

    def _draw_logo(self, ax: Axes) -> None:
        from helpers.plots import logo

        chances = self._way("decoded")[self._at()]
        logo(chances / chances.sum(axis=0), ax=ax)
        ax.set(ylim=(0, 2), xlabel="what the decoder writes here", xticks=[])

    def _ends(self) -> tuple[int, int]:
        """Start and end; where they are the same one, the end is the next sequence."""
        most = len(self.sequences) - 1
        start, end = min(self.start, most), min(self.end, most)
        return (start, end) if start != end else (start, (end + 1) % (most + 1))

    def _at(self) -> int:
        return min(self.step, self.steps - 1)

    def _way(self, what: str) -> np.ndarray:
        """One of `decoded`, `obeys`, `shares` along the present way, in its direction."""
        start, end = self._ends()
        ways = list(combinations(range(len(self.sequences)), 2))
        shape = (len(self.names), len(ways), self.steps)
        if what == "shares":
            whole = unpack(self.shares, shape)
        elif what == "obeys":
            whole = np.frombuffer(self.obeys, dtype=np.uint8).reshape(shape)
        else:
            whole = np.frombuffer(self.decoded, dtype=np.uint8).reshape(*shape, 4, -1) / FULL
        way = whole[self._model_now(), ways.index((min(start, end), max(start, end)))]
        return way if start < end else way[::-1]

    def _position(self) -> tuple[float, float]:
        places, (start, end) = unpack(self.places, (len(self.names), -1, 2))[self._model_now()], self._ends()
        x, y = places[start] + self._at() / (self.steps - 1) * (places[end] - places[start])
        return float(x), float(y)

    def _model_now(self) -> int:
        return min(self.model, len(self.names) - 1)


def _free_sides(spots: np.ndarray) -> np.ndarray:
    """For each dot ``(S, 2)`` the way to the side that is farthest from other dots and numbers: above where all are."""
    angles = np.array([2, -2, 0, 4, 1, 3, -1, -3]) * np.pi / 4
    around, placed = BESIDE * np.stack([np.cos(angles), np.sin(angles)], axis=1), np.empty((0, 2))  # (8, 2)
    for i, spot in enumerate(spots):
        others = np.concatenate([np.delete(spots, i, axis=0), placed])
        room = np.linalg.norm((spot + around)[:, None] - others, axis=2).min(axis=1)  # (8,)
        placed = np.concatenate([placed, [spot + around[np.minimum(room, BESIDE + 4).round(1).argmax()]]])
    return placed - spots


def _checked(name: str, walks: Walks | Sequence[Any], ends: Sequence[str]) -> Walks:
    """One model's ways as arrays, or a ValueError that says what is wrong with them."""
    walks = Walks(*walks)
    ways = len(ends) * (len(ends) - 1) // 2
    places = as_array("LatentWalk", f"places of {name}", walks.places, ndim=2, shape="(N, 2)")
    shape = "(ways, steps, 4, L)"
    decoded = as_array("LatentWalk", f"decoded of {name}", walks.decoded, ndim=4, shape=shape)
    if places.shape[1] != 2 or not len(ends) <= len(places) <= MOST_PLACES:
        raise ValueError(
            f"LatentWalk: places of {name} have shape {places.shape}; expected (N, 2) with N from {len(ends)} to "
            f"{MOST_PLACES}"
        )
    if decoded.shape != (ways, decoded.shape[1], 4, len(ends[0])) or decoded.shape[1] < 2:
        raise ValueError(
            f"LatentWalk: decoded of {name} has shape {decoded.shape}; expected {shape} with {ways} ways, two steps or "
            f"more, and L = {len(ends[0])}"
        )
    if decoded.min() < 0 or not np.allclose(decoded.sum(axis=2), 1, atol=1e-3):
        raise ValueError(f"LatentWalk: decoded of {name} holds no probabilities; the four of a position must sum to 1")
    rest = {}
    for what in ("obeys", "shares"):
        value = as_array("LatentWalk", f"{what} of {name}", getattr(walks, what), ndim=2, shape="(ways, steps)")
        if value.shape != decoded.shape[:2] or value.min() < 0 or value.max() > 1:
            raise ValueError(
                f"LatentWalk: {what} of {name} has shape {value.shape} and values from {value.min():g} to "
                f"{value.max():g}; expected {decoded.shape[:2]}, 0 to 1"
            )
        rest[what] = value
    return Walks(places, decoded, rest["obeys"], rest["shares"])
