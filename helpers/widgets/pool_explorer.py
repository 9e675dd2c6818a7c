"""Pooling to play with: what it forgives, what it forgets, and how far one of its cells sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import random_dna, tokenise
from helpers.palette import HUES, PALETTE
from helpers.widgets.base import Widget, as_dna, js

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST, WIDEST, MOST_MOTIFS, MOST_ROUNDS = 5000, 24, 6, 3
LARGEST_POOL = 12
KINDS = ("max", "average")


class PoolExplorer(Widget):
    """Move a motif along a sequence and see which pooled numbers notice.

    A filter that counts matches with the motif scans the sequence; its activations, what exceeds the motif's width less
    3, are pooled once, twice or three times.

    Parameters
    ----------
    sequence : str, optional
        The background in which the motif stands, up to 5,000 bases; random DNA of 48 bases if not given.
    motif : str
        2 to 24 bases.
    places : sequence of int
        Where each copy of the motif starts, 1 to 6 of them; where two overlap, the later one is written over.
    pool, stride : int
        Activations in a pool, 1 to 12, and the step from pool to pool, 1 to 12.
    rounds : int
        How often pooling is repeated, 1 to 3.
    kind : str
        "max" or "average".

    Raises
    ------
    ValueError
        If a letter, place or number is none of these, or a motif does not fit.
    """

    _esm = js("common.js", "plot.js", "dna.js", "pool_explorer.js")
    label = traitlets.Unicode("Pool what a filter found").tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    motif = traitlets.Unicode().tag(sync=True)
    places = traitlets.List(traitlets.Int(min=0), minlen=1, maxlen=MOST_MOTIFS).tag(sync=True)
    remembered = traitlets.List(traitlets.Int(min=0), minlen=1, maxlen=MOST_MOTIFS).tag(sync=True)
    pool = traitlets.Int(4, min=1, max=LARGEST_POOL).tag(sync=True)
    stride = traitlets.Int(4, min=1, max=LARGEST_POOL).tag(sync=True)
    rounds = traitlets.Int(1, min=1, max=MOST_ROUNDS).tag(sync=True)
    kind = traitlets.Enum(KINDS, "max").tag(sync=True)
    cell = traitlets.Int(0, min=0).tag(sync=True)
    most = traitlets.Dict({"motifs": MOST_MOTIFS, "pool": LARGEST_POOL}).tag(sync=True)
    picture_inches = (9.0, 3.6)

    def __init__(
        self,
        sequence: str | None = None,
        motif: str = "TATAAA",
        places: Sequence[int] = (13,),
        *,
        pool: int = 4,
        stride: int | None = None,
        **traits: Any,
    ) -> None:
        background = random_dna(48, np.random.default_rng(7)) if sequence is None else sequence
        dna = as_dna("PoolExplorer", background, longest=LONGEST)
        word = as_dna("PoolExplorer", motif, longest=min(WIDEST, len(dna)), shortest=2)
        starts = _checked_places(list(places), len(dna), len(word))
        step = pool if stride is None else stride
        for name, value, most in (
            ("pool", pool, LARGEST_POOL),
            ("stride", step, LARGEST_POOL),
            ("rounds", traits.get("rounds", 1), MOST_ROUNDS),
        ):
            if not (isinstance(value, int) and 1 <= value <= most):
                raise ValueError(f"PoolExplorer: {name} is {value!r}; expected a whole number from 1 to {most}")
        super().__init__(
            sequence=dna,
            motif=word,
            places=starts,
            **{"remembered": starts, **traits},
            pool=pool,
            stride=step,
        )
        if "cell" not in traits:
            self.cell = self._cell_of(starts[0])

    def planted(self, places: Sequence[int] | None = None) -> str:
        """The background with the motif written into it at `places`, or at those of now."""
        dna = list(self.sequence)
        for place in self.places if places is None else places:
            start = min(place, len(dna) - len(self.motif))
            dna[start : start + len(self.motif)] = self.motif
        return "".join(dna)

    def activations(self, places: Sequence[int] | None = None) -> np.ndarray:
        """Matches with the motif above its width less 3, at least above 0, for each window: shape ``(L - w + 1,)``."""
        dna, word = np.array(tokenise(self.planted(places))), np.array(tokenise(self.motif))
        windows = np.lib.stride_tricks.sliding_window_view(dna, len(word))
        matches = ((windows == word) & (word < 4)).sum(axis=1)
        return np.maximum(matches - max(len(word) - 3, 0), 0).astype(float)

    def pooled(self, places: Sequence[int] | None = None, kind: str | None = None) -> list[np.ndarray]:
        """The activations after one round of pooling, after two, and so on, as torch's ``max_pool1d`` gives them."""
        layers, values, kind = [], self.activations(places), kind or self.kind
        for _ in range(self.rounds):
            if len(values) < self.pool:
                values = np.empty(0)
            else:
                groups = np.lib.stride_tricks.sliding_window_view(values, self.pool)[:: self.stride]
                values = groups.max(axis=1) if kind == "max" else groups.mean(axis=1)
            layers.append(values)
        return layers

    def receptive_field(self) -> list[int]:
        """First and last base that the chosen cell of the last round can see; empty if there is no such cell."""
        if len(self.pooled()[-1]) == 0:
            return []
        low = high = self._cell_now()
        for _ in range(self.rounds):
            low, high = low * self.stride, high * self.stride + self.pool - 1
        return [low, high + len(self.motif) - 1]

    def changed(self) -> int:
        """How many cells of the last round differ from those of the remembered places."""
        return int((np.abs(self.pooled()[-1] - self.pooled(self.remembered)[-1]) > 1e-9).sum())

    def noticed(self) -> dict[str, list[int]]:
        """How many numbers differ from those of the remembered places, and of how many, by what is done to them."""
        pairs = {
            name: [self.pooled(places, kind)[-1] for places in (None, self.remembered)]
            for name, kind in (("maximum", "max"), ("average", "average"))
        }
        pairs["none"] = [self.activations(places) for places in (None, self.remembered)]
        return {name: [int((np.abs(now - then) > 1e-9).sum()), len(now)] for name, (now, then) in pairs.items()}

    def numbers(self) -> dict[str, Any]:
        return {
            "planted": self.planted(),
            "activations": self.activations().tolist(),
            "pooled": [layer.tolist() for layer in self.pooled()],
            "receptive_field": self.receptive_field(),
            "changed": self.changed(),
            "noticed": self.noticed(),
        }

    def alt_text(self) -> str:
        cells, field = len(self.pooled()[-1]), self.receptive_field()
        seen = f"; cell {self._cell_now()} sees bases {field[0]} to {field[1]}" if field else ""
        times = {1: "once", 2: "twice", 3: "three times"}[self.rounds]
        return (
            f"{self.motif} at {', '.join(map(str, self.places))} in {len(self.sequence):,} bases; {self.kind} pooling "
            f"of {self.pool} with stride {self.stride}, {times}, leaves {cells} numbers{seen}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = figure.subplots()
        dna, width = self.planted(), len(self.motif)
        rows = [self.activations(), *self.pooled()]
        strongest = max(float(rows[0].max()), 1.0)
        shown = min(len(dna), 120)
        for i, base in enumerate(dna[:shown]):
            inside = any(place <= i < place + width for place in self.places)
            weight = "bold" if inside else "normal"
            axes.text(
                i, 0, base, ha="center", va="center", fontsize=8, weight=weight, color=PALETTE.get(base, "#5b6470")
            )
        for place in self.places:
            axes.add_patch(Rectangle((place - 0.5, -0.45), width, 0.9, fill=False, ec="#1d2129"))
        wide, step = 1, 1
        for row, values in enumerate(rows, start=1):
            for i, value in enumerate(values):
                left = i * step + (width - 1) / 2 - 0.5
                box = Rectangle((left, row - 0.4), wide, 0.8, fc=HUES["blue"], alpha=0.08 + 0.85 * value / strongest)
                axes.add_patch(box)
            wide, step = wide + (self.pool - 1) * step, step * self.stride
        field = self.receptive_field()
        if field:
            axes.axvspan(field[0] - 0.5, field[1] + 0.5, color=HUES["coral"], alpha=0.15)
        names = ["sequence", "activation", *(f"pooled {k + 1}×" for k in range(self.rounds))]
        axes.set_yticks(range(len(names)), names)
        axes.set(xlim=(-1, shown), ylim=(len(names) - 0.4, -0.7), xlabel="base")

    @traitlets.validate("places", "remembered")
    def _check_places(self, proposal: Any) -> list[int]:
        return _checked_places(proposal["value"], len(self.sequence), len(self.motif))

    def _cell_now(self) -> int:
        return max(0, min(self.cell, len(self.pooled()[-1]) - 1))

    def _cell_of(self, place: int) -> int:
        """The first cell of the last round that sees the window at `place`."""
        for _ in range(self.rounds):
            place = max(0, -(-(place - self.pool + 1) // self.stride))
        return place


def _checked_places(places: list[int], length: int, width: int) -> list[int]:
    """The places; refused where there are none, too many, or a motif would leave the sequence."""
    if not 1 <= len(places) <= MOST_MOTIFS:
        raise ValueError(f"PoolExplorer: {len(places)} places; expected 1 to {MOST_MOTIFS}")
    wrong = [place for place in places if not 0 <= place <= length - width]
    if wrong:
        raise ValueError(f"PoolExplorer: a motif at {wrong[0]} does not fit; expected 0 to {length - width}")
    return [int(place) for place in places]
