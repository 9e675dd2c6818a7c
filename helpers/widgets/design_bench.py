"""Design a sequence against one's own networks: one of them drives, the others say what they think of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from helpers.dna.sequences import BASES, one_hot
from helpers.palette import INK, PALE, colours_of
from helpers.widgets.base import Widget, as_dna, js, pack, unpack
from helpers.widgets.network import CLOSE, Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST, MOST_JUDGES, MOST_EDITS = 200, 5, 100
MOST_WEIGHTS = 500_000  # of all judges
EXAMPLES = (20, 2_000)  # fewest and most real sequences


class DesignBench(Widget):
    """Change one base after the other, as one network likes best, and see whether the other judges agree.

    Parameters
    ----------
    judges : mapping from name to nn.Module
        Up to five, each as for `NetworkExplorer`; a motif's matrix and GC content are convolutions, too.
    sequence : str
        What to begin with, up to 200 bases.
    real : sequence of str
        At least 20 real sequences of the same length: their scores are the scale on which all judges are shown.
    driver : int
        The judge whose best mutation is written.
    climbed : int
        Best mutations that are written already.

    Raises
    ------
    ValueError
        If a model has a layer that is not known, or gives all real sequences the same score, or shapes do not fit.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "network.js", "design_bench.js")
    label = traitlets.Unicode("Design a sequence").tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    networks = traitlets.List(traitlets.List(traitlets.Dict())).tag(sync=True)
    starts = traitlets.List(traitlets.Int()).tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    scales: traitlets.List[Any] = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    count = traitlets.Int().tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    edits: traitlets.List[Any] = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    driver = traitlets.Int(0, min=0).tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    base = traitlets.Int(0, min=0, max=3).tag(sync=True)
    picture_inches = (8.0, 3.8)

    def __init__(
        self,
        judges: Mapping[str, nn.Module],
        sequence: str,
        real: Sequence[str],
        *,
        driver: int = 0,
        climbed: int = 0,
        **traits: Any,
    ) -> None:
        if not isinstance(judges, Mapping) or not 1 <= len(judges) <= MOST_JUDGES:
            what = f"{len(judges)} models" if isinstance(judges, Mapping) else type(judges).__name__
            raise ValueError(f"DesignBench: judges is {what}; expected 1 to {MOST_JUDGES} by their names")
        first = as_dna("DesignBench", sequence, longest=LONGEST)
        X = _checked_examples(real, len(first))
        for name, value, least, most in (("driver", driver, 0, len(judges) - 1), ("climbed", climbed, 0, MOST_EDITS)):
            if not least <= value <= most:
                raise ValueError(f"DesignBench: {name} is {value}; expected {least} to {most}")
        networks = {name: Network.of(f"DesignBench, {name}", model, len(first)) for name, model in judges.items()}
        scales = []
        for name, network in networks.items():
            scores = network.logits(X)
            if float(scores.std()) < CLOSE:
                raise ValueError(f"DesignBench: {name} gives all real sequences the same score, {float(scores[0]):g}")
            scales.append([float(scores.mean()), float(scores.std()), float(scores.max())])
        sizes = [len(network.weights) for network in networks.values()]
        if sum(sizes) > MOST_WEIGHTS:
            raise ValueError(f"DesignBench: the judges have {sum(sizes):,} weights; expected at most {MOST_WEIGHTS:,}")
        super().__init__(
            names=[str(name) for name in judges],
            networks=[network.steps for network in networks.values()],
            starts=np.cumsum([0, *sizes]).tolist(),
            weights=pack(np.concatenate([network.weights.numpy() for network in networks.values()])),
            scales=scales,
            count=len(X),
            sequence=first,
            driver=driver,
            **traits,
        )
        for _ in range(climbed):
            self.climb()
        self.position, self.base = self.numbers()["best"]

    def climb(self) -> None:
        """Write the mutation that the driver likes best, if it likes one; what was written after this step is gone."""
        at, numbers = self._step_now(), self.numbers()
        if max(numbers["gains"]) > CLOSE:
            self.edits = [*self.edits[:at], numbers["best"]]
            self.step = at + 1

    def design(self, step: int | None = None) -> str:
        """The sequence as it is after so many mutations; now if not given."""
        letters = list(self.sequence)
        for position, base in self.edits[: self._step_now() if step is None else step]:
            letters[position] = BASES[base]
        return "".join(letters)

    def numbers(self) -> dict[str, Any]:
        gains = self._gains()
        near = gains >= gains.max() - CLOSE * (1 + abs(float(gains.max())))
        best = int(near.double().argmax())
        designs = one_hot([self.design(step) for step in range(len(self.edits) + 1)])
        return {
            "design": self.design(),
            "gains": gains.tolist(),
            "best": [best % len(self.sequence), best // len(self.sequence)],
            "curves": [
                ((self._network(judge).logits(designs) - mean) / sd).tolist()
                for judge, (mean, sd, _) in enumerate(self.scales)
            ],
        }

    def alt_text(self) -> str:
        numbers, driver = self.numbers(), self.names[self._driver_now()]
        told = ", ".join(
            f"{name} {curve[self._step_now()]:+.1f}" for name, curve in zip(self.names, numbers["curves"], strict=True)
        )
        position, base = numbers["best"]
        return (
            f"A sequence of {len(self.sequence)} bases after {self._step_now()} mutations, in standard deviations of "
            f"{self.count} real ones: {told}. {driver} would write {BASES[base]} at {position} next."
        )

    def draw(self, figure: Figure) -> None:
        numbers = self.numbers()
        top, bottom = figure.subplots(2, 1, height_ratios=[1, 1.6])
        gains = np.array(numbers["gains"]).reshape(len(BASES), -1)
        most = max(float(np.abs(gains).max()), 1e-9)
        top.imshow(gains, aspect="auto", cmap="PuOr", vmin=-most, vmax=most, interpolation="nearest")
        top.set_yticks(range(len(BASES)), list(BASES))
        top.set(ylabel="written", title=f"what one mutation changes for {self.names[self._driver_now()]}")
        for column, letter in enumerate(numbers["design"]):
            if letter in BASES:
                top.plot(column, BASES.index(letter), ".", color=INK, markersize=2)
        colours = colours_of(self.names)
        for judge, (name, curve) in enumerate(zip(self.names, numbers["curves"], strict=True)):
            mean, sd, largest = self.scales[judge]
            drives = judge == self._driver_now()
            bottom.plot(curve, ".-", color=colours[name], lw=2.5 if drives else 1.2, label=name)
            bottom.axhline((largest - mean) / sd, color=colours[name], ls=":", lw=1)
        bottom.axhline(0, color=PALE, lw=0.8)
        bottom.axvline(self._step_now(), color=INK, lw=1)
        bottom.set(xlabel="mutations", ylabel="score (sd of real ones)", xlim=(-0.5, max(len(self.edits), 10) + 0.5))
        bottom.legend(fontsize=8, ncols=2)

    def _gains(self) -> Tensor:
        """What each single mutation changes for the driver, ``(4 L,)``, base by base; 0 for what stands there."""
        standing = one_hot([self.design()])[0].double()  # (4, L)
        mutants = standing.repeat(standing.numel(), 1, 1)
        row = 0
        for base in range(len(BASES)):
            for position in range(standing.shape[1]):
                mutants[row, :, position] = 0
                mutants[row, base, position] = 1
                row += 1
        network = self._network(self._driver_now())
        with torch.no_grad():
            return network.logits(mutants) - network.logits(standing[None])

    def _network(self, judge: int) -> Network:
        return Network(self.networks[judge], unpack(self.weights)[self.starts[judge] : self.starts[judge + 1]])

    def _driver_now(self) -> int:
        return min(self.driver, len(self.names) - 1)

    def _step_now(self) -> int:
        return min(self.step, len(self.edits))


def _checked_examples(real: Sequence[str], length: int) -> Tensor:
    """Real sequences, one-hot, of the length of the one that is designed."""
    if isinstance(real, str) or not hasattr(real, "__len__") or not EXAMPLES[0] <= len(real) <= EXAMPLES[1]:
        what = f"{len(real):,} sequences" if hasattr(real, "__len__") and not isinstance(real, str) else "no list"
        raise ValueError(f"DesignBench: real is {what}; expected {EXAMPLES[0]} to {EXAMPLES[1]:,} sequences")
    checked = [as_dna("DesignBench", one, longest=LONGEST) for one in real]
    if lengths := {len(one) for one in checked} - {length}:
        raise ValueError(f"DesignBench: real sequences have {sorted(lengths)[0]} bases; expected {length}, as sequence")
    return one_hot(checked)
