"""Inside the network that a learner trained: from bases to filters, to what they find, to the logit, all linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from helpers.dna.sequences import BASES, one_hot
from helpers.palette import HUES, INK, PALE, SIGNS
from helpers.widgets.base import Widget, as_dna, js, pack, unpack
from helpers.widgets.network import Network, adds, best

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.datasets import Split

LONGEST, MOST_SEQUENCES = 1_000, 8
MOST_FILTERS, MOST_WEIGHTS = 512, 500_000
ROWS = 8  # filters that are shown at once, those that add or take the most


class NetworkExplorer(Widget):
    """Write another base, and follow it through the learner's own network: filters, pooling, votes, logit.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to logits ``(N,)`` or ``(N, 1)``, made of convolutions, ReLU, max and average pooling, batch
        norm, dropout, flatten and dense layers, in any order in which one convolution reads the bases. It stays as it
        is; it is shown as it predicts, not as it trains.
    sequences : mapping from name to str
        What to begin with, up to eight, all of one length of up to 1,000 bases.
    positive : str
        What a logit above 0 says, in a word or two, such as "promoter".
    chosen : int
        Which of them is shown first.
    filter : int, optional
        The filter shown first; the one that adds or takes the most if not given.
    position : int, optional
        The base chosen first; that to which the filter gives the largest weight if not given.

    Raises
    ------
    ValueError
        If the model has a layer that is not known, or is too large, or a sequence is not DNA or of another length.
    """

    _esm = js("common.js", "plot.js", "dna.js", "network.js", "network_explorer.js")
    label = traitlets.Unicode("Inside your network").tag(sync=True)
    steps = traitlets.List(traitlets.Dict()).tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    plan = traitlets.Dict().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    positive = traitlets.Unicode("1").tag(sync=True)
    originals = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Int(0, min=0).tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    off = traitlets.List(traitlets.Int()).tag(sync=True)
    filter = traitlets.Int(0, min=0).tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    picture_inches = (7.4, 3.1)

    def __init__(
        self,
        model: nn.Module,
        sequences: Mapping[str, str],
        *,
        chosen: int = 0,
        filter: int | None = None,
        position: int | None = None,
        **traits: Any,
    ) -> None:
        originals = _checked_sequences(sequences)
        length = len(originals[0])
        network = Network.of("NetworkExplorer", model, length)
        plan = network.plan("NetworkExplorer")
        filters = network.steps[plan["conv"]]["shape"][0]
        if filters > MOST_FILTERS or len(network.weights) > MOST_WEIGHTS:
            raise ValueError(
                f"NetworkExplorer: the model has {filters:,} filters and {len(network.weights):,} weights; expected at "
                f"most {MOST_FILTERS} and {MOST_WEIGHTS:,}"
            )
        for name, value, most in (
            ("chosen", chosen, len(originals)),
            ("filter", filter or 0, filters),
            ("position", position or 0, length),
        ):
            if not 0 <= value < most:
                raise ValueError(f"NetworkExplorer: {name} is {value}; expected 0 to {most - 1}")
        super().__init__(
            steps=network.steps,
            weights=pack(network.weights.numpy()),
            plan=plan,
            names=[str(name) for name in sequences],
            originals=originals,
            chosen=chosen,
            sequence=originals[chosen],
            filter=filter or 0,
            position=position or 0,
            **traits,
        )
        if filter is None:
            self.filter = int(np.abs(self.numbers()["adds"]).argmax())
        if position is None:
            self.position = self._loudest()

    @classmethod
    def from_split(cls, model: nn.Module, split: Split, **options: Any) -> NetworkExplorer:
        """Begin with the sequences on which the model is surest, rightly and wrongly.

        Parameters
        ----------
        model : nn.Module
            As for the class.
        split : Split
            Sequences of one length with labels 0 and 1, such as a test set.
        **options
            As for the class.
        """
        from helpers.training import predict

        logits, y = predict(model, split.X).detach().cpu().reshape(-1), split.y
        found: dict[str, str] = {}
        for label, surest, wrong in ((1, "surest 1", "1 taken for 0"), (0, "surest 0", "0 taken for 1")):
            rows, sign = (y == label).nonzero().flatten(), 1 if label else -1
            if not len(rows):
                raise ValueError(f"NetworkExplorer: no sequence has the label {label}; expected both 0 and 1")
            order = rows[(sign * logits[rows]).argsort(descending=True)].tolist()
            found[surest] = split.sequences[order[0]]
            if sign * logits[order[-1]] < 0:
                found[wrong] = split.sequences[order[-1]]
        return cls(model, found, **options)

    def numbers(self) -> dict[str, Any]:
        values = self._values(self.sequence)
        finds, places = best(values[self.plan["track"]][0])
        found = adds(self._network(), self.plan, values, self._off())
        start, end = self._window(places[self._filter_now()])
        window = self.sequence[max(start, 0) : max(end, 0)]
        return {**found, "finds": finds, "places": places, "given": self._given(), "window": window}

    def _window(self, place: int) -> tuple[int, int]:
        """First base, and the one after the last, of a window; padding may begin it."""
        step = self.steps[self.plan["conv"]]
        start = place * step["stride"] - step["padding"]
        return start, start + step["dilation"] * (step["width"] - 1) + 1

    def _loudest(self) -> int:
        """The base of the filter's best window to which it gives the largest weight."""
        step, sequence = self.steps[self.plan["conv"]], self.sequence
        start, size = self._window(self.numbers()["places"][self.filter])[0], 4 * step["width"]
        weight = unpack(self.weights)[step["weight"] + self.filter * size :][:size].reshape(4, -1)
        places = start + np.arange(step["width"]) * step["dilation"]
        inside = [(i, j) for j, i in enumerate(places.tolist()) if 0 <= i < len(sequence) and sequence[i] in BASES]
        return max(inside, key=lambda one: weight[BASES.index(sequence[one[0]]), one[1]], default=(0, 0))[0]

    def alt_text(self) -> str:
        numbers, k = self.numbers(), self._filter_now()
        start = max(self._window(numbers["places"][k])[0], 0)
        verb = "is switched off" if k in self._off() else f"adds {numbers['adds'][k]:+.2f} to the logit"
        return (
            f"A network with {len(numbers['adds'])} filters reads {len(self.sequence)} bases and gives the logit "
            f"{numbers['logit']:.2f}. Filter {k} fires most on {numbers['window']}, from base {start} on "
            f"({numbers['finds'][k]:.2f}), and {verb}."
        )

    def draw(self, figure: Figure) -> None:
        numbers, values, k = self.numbers(), self._values(self.sequence), self._filter_now()
        rows = self.rows(numbers)
        track = values[self.plan["track"]][0]
        tracks, votes = figure.subplots(1, 2, width_ratios=[2.2, 1])
        most, step = max(float(track.abs().max()), 1e-9), self.steps[self.plan["conv"]]
        middle = np.arange(track.shape[1]) * step["stride"] - step["padding"]
        middle = middle + step["dilation"] * (step["width"] - 1) / 2
        for row, one in enumerate(rows):
            bottom = len(rows) - 1 - row
            tracks.bar(
                middle, (track[one] / most * 0.85).numpy(), 0.9, bottom, color=HUES["blue"] if one == k else PALE
            )
            tracks.axhline(bottom, color=PALE, lw=0.5)
        start, end = self._window(numbers["places"][k])
        tracks.axvspan(start - 0.5, end - 0.5, color=HUES["blue"], alpha=0.15, lw=0)
        tracks.set_yticks(np.arange(len(rows))[::-1] + 0.3, [f"filter {one}" for one in rows])
        tracks.set(xlim=(-0.5, len(self.sequence) - 0.5), xlabel="base", title="where each filter fires")
        tracks.tick_params(axis="y", length=0, labelsize=8)
        self._draw_votes(votes, numbers, rows)

    def _draw_votes(self, ax: Axes, numbers: Mapping[str, Any], rows: list[int]) -> None:
        """From the logit with all filters off, filter by filter, to the logit."""
        parts = self.parts(numbers, rows)
        ends = np.cumsum([value for _, value in parts])
        for row, ((_, value), end) in enumerate(zip(parts, ends.tolist(), strict=True)):
            ax.barh(-row, value, 0.7, end - value, color=SIGNS["plus" if value >= 0 else "minus"])
        ax.barh(-len(parts), numbers["logit"], 0.7, color=INK)
        ax.set_yticks(-np.arange(len(parts) + 1), [*(name for name, _ in parts), f"logit {numbers['logit']:.2f}"])
        ax.tick_params(axis="y", length=0, labelsize=8)
        ax.axvline(0, color=INK, lw=0.8)
        ax.set_title("what each adds")

    def rows(self, numbers: Mapping[str, Any]) -> list[int]:
        """The filters that are shown: those that add or take the most, now or in the sequence as it was given."""
        size = np.maximum(np.abs(numbers["adds"]), np.abs(numbers["given"]["adds"]))
        order = sorted(range(len(size)), key=lambda k: (-round(float(size[k]), 6), k))[:ROWS]
        return order if self._filter_now() in order else [*order[: ROWS - 1], self._filter_now()]

    def parts(self, numbers: Mapping[str, Any], rows: list[int]) -> list[tuple[str, float]]:
        """Of what the logit is the sum: all filters off, the filters shown, the others, what they do together."""
        rest = sum(value for k, value in enumerate(numbers["adds"]) if k not in rows)
        parts = [("all off", numbers["base"]), *((f"filter {k}", numbers["adds"][k]) for k in rows)]
        others = len(numbers["adds"]) - len(rows)
        parts += [(f"{others} others", rest)] if others else []
        return [*parts, ("together", numbers["together"])] if abs(numbers["together"]) > 1e-6 else parts

    def _given(self) -> dict[str, Any]:
        """Logit and parts of the chosen sequence as it was given, all filters on."""
        values = self._values(self.originals[min(self.chosen, len(self.originals) - 1)])
        found = adds(self._network(), self.plan, values, [])
        return {"logit": found["logit"], "adds": found["adds"]}

    def _network(self) -> Network:
        return Network(self.steps, unpack(self.weights))

    def _values(self, sequence: str) -> list[Tensor]:
        with torch.no_grad():
            return self._network().run(one_hot([sequence]))

    def _off(self) -> list[int]:
        return [k for k in self.off if 0 <= k < self._filters()]

    def _filters(self) -> int:
        return int(self.steps[self.plan["conv"]]["shape"][0])

    def _filter_now(self) -> int:
        return min(self.filter, self._filters() - 1)


def _checked_sequences(sequences: Mapping[str, str]) -> list[str]:
    if not isinstance(sequences, Mapping) or not 1 <= len(sequences) <= MOST_SEQUENCES:
        what = f"{len(sequences)} sequences" if isinstance(sequences, Mapping) else type(sequences).__name__
        raise ValueError(f"NetworkExplorer: sequences is {what}; expected 1 to {MOST_SEQUENCES} by their names")
    checked = [as_dna("NetworkExplorer", one, longest=LONGEST) for one in sequences.values()]
    if len({len(one) for one in checked}) > 1:
        lengths = sorted({len(one) for one in checked})
        raise ValueError(f"NetworkExplorer: sequences have {lengths} bases; expected one length, which the model reads")
    return checked
