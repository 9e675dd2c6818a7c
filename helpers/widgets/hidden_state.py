"""A recurrent cell that reads DNA: its state and gates base by base, and how far back its gradient reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import tokenise
from helpers.palette import PALETTE
from helpers.widgets.base import Widget, as_dna, js, pack, unpack
from helpers.widgets.recurrence import BLOCKS, GATES, MOST_UNITS, MOST_WORK, VANISHED, Cell, gradients, random_cell, run

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

LONGEST = 1000
FORGOTTEN = 0.01  # a state is forgotten where the gradient has fallen to this share of its start
COLOURS = {"RNN": PALETTE["T"], "GRU": PALETTE["C"], "LSTM": PALETTE["A"]}
SEQUENCE = "GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTC"


class HiddenState(Widget):
    """Step through a sequence, change bases, compare cells: what is remembered, what is forgotten, what the gates do.

    Parameters
    ----------
    cell : {"RNN", "GRU", "LSTM"}
        The cell shown first.
    weights : mapping, optional
        Of that cell, by torch's names (``rnn.state_dict()``: ``weight_ih_l0`` ...); or such a mapping for each of
        several cells, by their kinds. If not given, all three kinds with random weights, as torch starts them.
    sequence : str
        1 to 1,000 bases A, C, G, T and N (which is read as zeros).
    step : int, optional
        The base after which the state is looked at, counted from 0; the last one if not given.
    relu : bool
        Whether the RNN uses ReLU in place of tanh.
    hidden, seed : int
        Units and seed of random weights.

    Raises
    ------
    ValueError
        If a kind, name, shape, letter or number is none of these.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "recurrence.js", "hidden_state.js")
    label = traitlets.Unicode("What a recurrent network remembers").tag(sync=True)
    units = traitlets.Dict().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    original = traitlets.Unicode().tag(sync=True)
    cell = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    limits = traitlets.Dict({"work": MOST_WORK, "vanished": VANISHED}).tag(sync=True)
    forgotten = traitlets.Float(FORGOTTEN).tag(sync=True)
    picture_inches = (9.0, 5.0)

    def __init__(
        self,
        cell: str = "GRU",
        weights: Mapping[str, Any] | None = None,
        sequence: str = SEQUENCE,
        *,
        step: int | None = None,
        relu: bool = False,
        hidden: int = 8,
        seed: int = 0,
        **traits: Any,
    ) -> None:
        if cell not in BLOCKS:
            raise ValueError(f"HiddenState: cell is {cell!r}; expected one of {', '.join(BLOCKS)}")
        if not (isinstance(hidden, int) and 1 <= hidden <= MOST_UNITS):
            raise ValueError(f"HiddenState: hidden is {hidden!r}; expected a whole number from 1 to {MOST_UNITS}")
        if weights is None:
            rng = np.random.default_rng(seed)
            cells = [random_cell(kind, hidden, rng) for kind in BLOCKS]
        elif not isinstance(weights, Mapping):
            raise ValueError(f"HiddenState: weights is a {type(weights).__name__}; expected rnn.state_dict()")
        else:
            named = weights if set(weights) & set(BLOCKS) else {cell: weights}
            cells = [Cell.from_weights("HiddenState", kind, each, relu=relu) for kind, each in named.items()]
        if cell not in [each.kind for each in cells]:
            raise ValueError(f"HiddenState: cell is {cell!r}; weights has {', '.join(each.kind for each in cells)}")
        dna = as_dna("HiddenState", sequence, longest=LONGEST)
        last = len(dna) - 1
        if step is not None and not 0 <= step <= last:
            raise ValueError(f"HiddenState: step is {step}; expected 0 to {last}, one of the bases")
        super().__init__(
            units={each.kind: each.units for each in cells},
            weights=pack(np.concatenate([each.flat() for each in cells])),
            relu=relu,
            sequence=dna,
            **{"original": dna, **traits},
            cell=cell,
            step=last if step is None else step,
        )

    @classmethod
    def from_rnn(cls, rnn: torch.nn.RNNBase | Sequence[torch.nn.RNNBase], sequence: str, **options: Any) -> HiddenState:
        """A trained layer, or up to one of each kind to compare.

        Parameters
        ----------
        rnn : nn.RNN, nn.GRU, nn.LSTM, or a list of them
            One layer, one direction, 4 inputs, at most 128 units; on any device. The first is shown first.
        sequence : str
            1 to 1,000 bases.
        **options
            As for the class: `step`.

        Raises
        ------
        ValueError
            If a layer is something else, or two are of one kind.
        """
        layers: list[Any] = list(rnn) if isinstance(rnn, (list, tuple)) else [rnn]
        if not layers:
            raise ValueError("HiddenState: rnn is an empty list; expected nn.RNN, nn.GRU or nn.LSTM")
        cells = [Cell.from_torch("HiddenState", layer) for layer in layers]
        kinds = [cell.kind for cell in cells]
        if len(set(kinds)) < len(kinds):
            raise ValueError(f"HiddenState: rnn has the kinds {', '.join(kinds)}; expected each at most once")
        weights = {cell.kind: layer.state_dict() for cell, layer in zip(cells, layers, strict=True)}
        return cls(kinds[0], weights, sequence, **{"relu": any(cell.relu for cell in cells), **options})

    @traitlets.validate("sequence", "original")
    def _check_sequence(self, proposal: Any) -> str:
        return as_dna("HiddenState", proposal["value"], longest=LONGEST)

    @traitlets.validate("cell")
    def _check_cell(self, proposal: Any) -> str:
        if proposal["value"] not in self.units:
            raise traitlets.TraitError(f"cell is {proposal['value']!r}; expected one of {', '.join(self.units)}")
        return proposal["value"]

    def parts(self, cell: str | None = None, sequence: str | None = None) -> dict[str, np.ndarray]:
        """Hidden state (``"state"``), gates and an LSTM's ``"memory"`` after each base: shape ``(L, units)`` each."""
        return run(self._cell(cell), np.array(tokenise(self.sequence if sequence is None else sequence)))

    def gradient(self, cell: str | None = None) -> list[float]:
        """Norms of d h_T / d h_t for T the present step and t = T, T - 1, ... (Frobenius, as from torch's autograd)."""
        return gradients(self._cell(cell), self.parts(cell), self._step_now())[0]

    def remembered(self) -> int:
        """Bases back at which the gradient has fallen to 1 % of its start; -1 where it has not, as far as computed."""
        norms = np.array(self.gradient())
        below = np.flatnonzero(norms < FORGOTTEN * norms[0])
        return int(below[0]) if len(below) else -1

    def changed(self) -> list[float]:
        """After each base, the distance of the state from what it was before bases were changed: shape ``(L,)``."""
        if len(self.sequence) != len(self.original):
            return [0.0] * len(self.sequence)
        before = self.parts(sequence=self.original)["state"]
        return np.linalg.norm(self.parts()["state"] - before, axis=1).tolist()

    def numbers(self) -> dict[str, Any]:
        parts, step = self.parts(), self._step_now()
        norms, through_memory = gradients(self._cell(), parts, step)
        return {
            "states": parts["state"].tolist(),
            "gates": {name: parts[name][step].tolist() for name in GATES[self.cell]},
            "gradient": norms,
            "through_memory": through_memory,
            "remembered": self.remembered(),
            "changed": self.changed(),
        }

    def alt_text(self) -> str:
        step, back = self._step_now(), self.remembered()
        fate = f"falls to 1 % within {back} bases" if back >= 0 else "does not fall to 1 %"
        return (
            f"Hidden state and gates of a {self.cell} with {self.units[self.cell]} units over {len(self.sequence):,} "
            f"bases; the gradient of the state after base {step} with respect to earlier states {fate}."
        )

    def draw(self, figure: Figure) -> None:
        parts, step, length = self.parts(), self._step_now(), len(self.sequence)
        names = ["state", *(["memory"] if self.cell == "LSTM" else []), *GATES[self.cell]]
        rows = figure.subplots(len(names) + 1, 1, sharex=True, height_ratios=[1.6, *[1] * (len(names) - 1), 2])
        for axes, name in zip(rows, names, strict=False):
            gate = name in GATES[self.cell] and name != "candidate"
            most = 1.0 if gate else max(float(np.abs(parts[name]).max()), 1e-9)
            scale = {"cmap": "Blues", "vmin": 0, "vmax": 1} if gate else {"cmap": "PuOr", "vmin": -most, "vmax": most}
            axes.imshow(parts[name].T, aspect="auto", interpolation="nearest", **scale)
            axes.axvline(step, color="#1d2129", lw=1)
            axes.set(yticks=[])
            axes.set_ylabel(name, rotation=0, ha="right", va="center")
        if length <= 100:
            for i, letter in enumerate(self.sequence):
                rows[0].text(i, -0.7, letter, ha="center", fontsize=7, weight="bold", color=PALETTE.get(letter, "grey"))
        for kind in self.units:
            norms = np.maximum(self.gradient(kind), 1e-12)
            here = {"lw": 2.5 if kind == self.cell else 1, "color": COLOURS[kind]}
            rows[-1].semilogy(step - np.arange(len(norms)), norms, label=kind, **here)
        rows[-1].set(xlabel="base", ylabel="gradient", xlim=(-0.5, length - 0.5))
        rows[-1].legend(frameon=False, loc="best", ncols=3, fontsize=8)

    def _cell(self, kind: str | None = None) -> Cell:
        chosen = kind or self.cell
        counts = {name: BLOCKS[name] * n * (4 + n + 2) for name, n in self.units.items()}
        before = list(self.units).index(chosen)
        start = sum(list(counts.values())[:before])
        numbers = unpack(self.weights)[start : start + counts[chosen]]
        return Cell.from_flat(chosen, self.units[chosen], numbers, relu=self.relu)

    def _step_now(self) -> int:
        return max(0, min(self.step, len(self.sequence) - 1))
