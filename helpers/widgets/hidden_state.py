"""Recurrent cells that read the same DNA, with and without one changed base: what each still knows of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import BASES, tokenise
from helpers.palette import PALETTE, SIGNS
from helpers.places import shipped
from helpers.widgets.base import Widget, as_array, as_dna, js, pack, unpack
from helpers.widgets.mlp import sigmoid
from helpers.widgets.recurrence import BLOCKS, Cell, run

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

LONGEST = 1000
FAINTEST = 1e-4  # differences and shares below this are drawn as nothing
KEEPS = {"GRU": "update", "LSTM": "forget"}  # the gate that holds on to the past where it is near 1
SEQUENCE = "TATAAAGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTCGA"
SHOWN = ("difference", "state", "gate")


class HiddenState(Widget):
    """Change a base, and see base by base how long each of up to three cells knows of it.

    Opens with an RNN, a GRU and an LSTM of 16 units that were trained on one task: does a sequence begin with TATAAA,
    asked after 50 random bases more (`helpers.experiments.memory.shown_cells`; the gates that keep started open).

    Parameters
    ----------
    weights : mapping, optional
        Of up to one cell of each kind: "RNN", "GRU" or "LSTM" to torch's ``rnn.state_dict()``, or to that of a module
        with the layer as ``rnn`` and, as ``score``, a ``Linear(units, 1)`` whose logit answers the question.
    sequence : str
        1 to 1,000 bases A, C, G, T and N (which is read as zeros).
    position : int, optional
        The base that is changed, counted from 0; if not given, the one at 3.
    base : {"A", "C", "G", "T"}, optional
        What is written there; the next base of this order if not given.
    step : int, optional
        The base after which the cells are asked; the last one if not given.
    shown : {"difference", "state", "gate"}
        What the maps show: the change's trace, the states with the change, or the gate that keeps.
    question : str
        What `score` answers.
    relu : bool
        Whether the RNN uses ReLU in place of tanh.

    Raises
    ------
    ValueError
        If a kind, name, shape, letter or number is none of these.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "recurrence.js", "hidden_state.js")
    label = traitlets.Unicode("What a recurrent network remembers").tag(sync=True)
    units = traitlets.Dict().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    scores = traitlets.Dict().tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    question = traitlets.Unicode("TATA box").tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    base = traitlets.Enum(list(BASES), "A").tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    shown = traitlets.Enum(SHOWN, "difference").tag(sync=True)
    faintest = traitlets.Float(FAINTEST).tag(sync=True)
    picture_inches = (9.0, 6.0)

    def __init__(
        self,
        weights: Mapping[str, Mapping[str, Any]] | None = None,
        sequence: str = SEQUENCE,
        *,
        position: int | None = None,
        base: str | None = None,
        step: int | None = None,
        relu: bool = False,
        **traits: Any,
    ) -> None:
        named = _trained() if weights is None else weights
        if not (isinstance(named, Mapping) and named):
            raise ValueError(f"HiddenState: weights is {weights!r}; expected kinds, each with its rnn.state_dict()")
        cells, scores = [], {}
        for kind, each in named.items():
            if not isinstance(each, Mapping):
                raise ValueError(f"HiddenState: the weights of {kind} are no mapping; expected rnn.state_dict()")
            own = {name.removeprefix("rnn."): value for name, value in each.items()}
            cells.append(Cell.from_weights("HiddenState", kind, own, relu=relu))
            if "score.weight" in own:
                score = as_array("HiddenState", "score.weight", own["score.weight"], ndim=2, shape="(1, units)")
                if score.shape != (1, cells[-1].units):
                    found = f"score.weight of the {kind} has shape {score.shape}"
                    raise ValueError(f"HiddenState: {found}; expected (1, {cells[-1].units})")
                scores[kind] = [*score[0].tolist(), float(own["score.bias"][0]) if "score.bias" in own else 0.0]
        dna = as_dna("HiddenState", sequence, longest=LONGEST)
        last = len(dna) - 1
        position = min(3, last) if position is None else position
        for name, value in {"position": position, "step": last if step is None else step}.items():
            if not 0 <= value <= last:
                raise ValueError(f"HiddenState: {name} is {value}; expected 0 to {last}, one of the bases")
        if base is not None and base not in [*BASES]:
            raise ValueError(f"HiddenState: base is {base!r}; expected one of {', '.join(BASES)}")
        cells.sort(key=lambda cell: list(BLOCKS).index(cell.kind))
        super().__init__(
            units={cell.kind: cell.units for cell in cells},
            weights=pack(np.concatenate([cell.flat() for cell in cells])),
            scores=scores,
            relu=relu,
            sequence=dna,
            position=position,
            base=base or BASES[(BASES.find(dna[position]) + 1) % len(BASES)],
            step=last if step is None else step,
            **traits,
        )

    @classmethod
    def from_rnn(cls, rnn: torch.nn.Module | Sequence[torch.nn.Module], sequence: str, **options: Any) -> HiddenState:
        """A layer of one's own, or up to one of each kind to compare.

        Parameters
        ----------
        rnn : nn.RNN, nn.GRU, nn.LSTM, or a list of them
            One layer, one direction, 4 inputs, at most 128 units; on any device. Or a module that has such a layer as
            ``rnn`` and an ``nn.Linear(units, 1)`` as ``score``, such as `helpers.experiments.memory.Reader`.
        sequence : str
            1 to 1,000 bases.
        **options
            As for the class: `position`, `base`, `step`, `shown`, `question`.

        Raises
        ------
        ValueError
            If a layer is something else, or two are of one kind.
        """
        modules: list[Any] = list(rnn) if isinstance(rnn, (list, tuple)) else [rnn]
        if not modules:
            raise ValueError("HiddenState: rnn is an empty list; expected nn.RNN, nn.GRU or nn.LSTM")
        cells = [Cell.from_torch("HiddenState", getattr(module, "rnn", module)) for module in modules]
        kinds = [cell.kind for cell in cells]
        if len(set(kinds)) < len(kinds):
            raise ValueError(f"HiddenState: rnn has the kinds {', '.join(kinds)}; expected each at most once")
        weights = {kind: module.state_dict() for kind, module in zip(kinds, modules, strict=True)}
        return cls(weights, sequence, **{"relu": any(cell.relu for cell in cells), **options})

    @traitlets.validate("sequence")
    def _check_sequence(self, proposal: Any) -> str:
        return as_dna("HiddenState", proposal["value"], longest=LONGEST)

    def changed(self) -> str:
        """The sequence with the change."""
        at = min(self.position, len(self.sequence) - 1)
        return self.sequence[:at] + self.base + self.sequence[at + 1 :]

    def parts(self, kind: str, sequence: str | None = None) -> dict[str, np.ndarray]:
        """Hidden state (``"state"``), gates and an LSTM's ``"memory"`` after each base: shape ``(L, units)`` each."""
        return run(self._cell(kind), np.array(tokenise(self.changed() if sequence is None else sequence)))

    def differences(self, kind: str) -> np.ndarray:
        """How far each unit is, after each base, from where it is without the change: shape ``(L, units)``."""
        return np.abs(self.parts(kind)["state"] - self.parts(kind, self.sequence)["state"])

    def left(self, kind: str) -> np.ndarray:
        """The distance of the two states after each base, as a share of the largest so far: shape ``(L,)``."""
        distance = np.linalg.norm(self.differences(kind), axis=1)
        return distance / np.maximum(np.maximum.accumulate(distance), np.finfo(float).tiny)

    def answers(self, kind: str) -> list[float]:
        """What a cell with a score says after the step, without the change and with it: the probability of a yes."""
        *weight, bias = self.scores[kind]
        states = [self.parts(kind, each)["state"][self._step_now()] for each in (self.sequence, self.changed())]
        return sigmoid(np.stack(states) @ weight + bias).tolist()

    def numbers(self) -> dict[str, Any]:
        return {
            "states": {kind: self.parts(kind)["state"].tolist() for kind in self.units},
            "gates": {kind: self.parts(kind)[KEEPS[kind]].tolist() for kind in self.units if kind in KEEPS},
            "differences": {kind: self.differences(kind).tolist() for kind in self.units},
            "left": {kind: self.left(kind).tolist() for kind in self.units},
            "answers": {kind: self.answers(kind) for kind in self.scores},
        }

    def alt_text(self) -> str:
        step, at = self._step_now(), min(self.position, len(self.sequence) - 1)
        shares = {kind: self.left(kind)[step] for kind in self.units}
        left = ", ".join(
            f"{'under 0.01' if 0 < share < FAINTEST else f'{100 * share:.3g}'} % in the {kind}"
            for kind, share in shares.items()
        )
        asked = ", ".join("{} from {:.0%} to {:.0%}".format(kind, *self.answers(kind)) for kind in self.scores)
        answers = f" The change takes the answer to “{self.question}?” there: {asked}." if asked else ""
        return (
            f"Hidden states over {len(self.sequence):,} bases with base {at} changed from {self.sequence[at]} to "
            f"{self.base}; of the difference, after base {step} there is left: {left}.{answers}"
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        violet = LinearSegmentedColormap.from_list("violet", ["white", SIGNS["plus"]])
        step, length, low = self._step_now(), len(self.sequence), np.log10(FAINTEST)
        rows = figure.subplots(2 * len(self.units), 1, sharex=True, height_ratios=[1.7, 1] * len(self.units))
        for kind, top, below in zip(self.units, rows[::2], rows[1::2], strict=True):
            difference = np.log10(np.maximum(self.differences(kind), FAINTEST))
            top.imshow(difference.T, aspect="auto", interpolation="nearest", cmap=violet, vmin=low, vmax=0)
            top.set(yticks=[])
            top.set_ylabel(kind, rotation=0, ha="right", va="center", weight="bold")
            share = np.maximum(self.left(kind), FAINTEST)
            below.bar(np.arange(length), share - FAINTEST, width=1, bottom=FAINTEST, color=SIGNS["plus"])
            below.set(yscale="log", ylim=(FAINTEST, 2), yticks=[1e-4, 1e-2, 1], yticklabels=["0.01 %", "1 %", "100 %"])
            for axes in (top, below):
                axes.axvline(step, color="#1d2129", lw=1)
        if length <= 100:
            for i, letter in enumerate(self.changed()):
                here = {"weight": "bold", "bbox": {"pad": 1, "fc": "none"}} if i == self.position else {}
                colour = PALETTE.get(letter, "grey")
                rows[0].text(i, -1.2, letter, ha="center", va="bottom", fontsize=7, color=colour, **here)
        rows[-1].set(xlabel="base", xlim=(-0.5, length - 0.5))
        figure.supylabel("units, and the share of the difference that is left", fontsize=9)

    def _cell(self, kind: str) -> Cell:
        # in the order of BLOCKS: a saved notebook sorts `units`
        counts = {name: rows * n * (4 + n + 2) for name, rows in BLOCKS.items() if (n := self.units.get(name))}
        before = list(counts).index(kind)
        start = sum(list(counts.values())[:before])
        numbers = unpack(self.weights)[start : start + counts[kind]]
        return Cell.from_flat(kind, self.units[kind], numbers, relu=self.relu)

    def _step_now(self) -> int:
        return min(self.step, len(self.sequence) - 1)


def _trained() -> dict[str, dict[str, np.ndarray]]:
    """What the shipped cells weigh, by kind."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(shipped() / "memory_cells.npz") as file:
        for name, value in file.items():
            kind, part = name.split(".", 1)
            found.setdefault(kind, {})[part] = value
    return found
