"""From a convolution's filter to a motif: the windows that excite it, aligned, counted, compared with JASPAR."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import traitlets

from helpers.dna.motifs import Motif, information, jaspar_all, probabilities
from helpers.dna.sequences import BASES, tokenise
from helpers.interpret.filters import aligned_counts, resemblance, stack_motifs
from helpers.palette import HUES
from helpers.plots import logo
from helpers.widgets.base import Widget, as_array, as_dna, js, pack, unpack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_FILTERS, WIDEST, MOST_BASES = 512, 40, 200_000
SHARES = (0.3, 0.5, 0.7)  # thresholds at which the motifs to take along are looked up
EACH = 4  # motifs taken along for each of them
CLOSE = 1e-9  # of the largest activation: windows that equal the threshold count, however the sum was rounded


@cache
def _known() -> tuple[list[Motif], torch.Tensor]:
    """All of JASPAR that ships, also stacked."""
    motifs = [*jaspar_all("CORE"), *jaspar_all("POLII")]
    return motifs, stack_motifs(motifs)


class FilterLogo(Widget):
    """Choose a filter and a threshold; the windows above it, laid under each other, make a logo, and that has a name.

    Parameters
    ----------
    filters : array-like
        Weights, shape ``(filters, 4, width)``, rows A, C, G, T; at most 512 filters, 40 wide.
    sequences : sequence of str
        What to show the filters, up to 200,000 bases in all.
    motifs : sequence of Motif, optional
        Among which the nearest is sought; all of JASPAR that ships if not given. For each filter the dozen that come
        nearest at low, middle or high thresholds travel to the browser.
    biases : array-like, optional
        One number a filter; zeros if not given.
    filter : int
        The filter shown first.
    share : float
        The threshold, as a share (0 to 1) of the filter's largest activation.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or the sequences are too many, too short or empty.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "filter_logo.js")
    label = traitlets.Unicode("From filter to motif").tag(sync=True)
    filters = traitlets.Bytes().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    biases = traitlets.List(traitlets.Float()).tag(sync=True)
    sequences = traitlets.Unicode().tag(sync=True)
    motifs = traitlets.List(traitlets.Dict()).tag(sync=True)
    candidates = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    filter = traitlets.Int(0, min=0).tag(sync=True)
    share = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    picture_inches = (9.0, 4.6)

    def __init__(
        self,
        filters: Any,
        sequences: Sequence[str],
        motifs: Sequence[Motif] | None = None,
        *,
        biases: Any = None,
        filter: int = 0,
        share: float = 0.5,
        **traits: Any,
    ) -> None:
        bank = as_array("FilterLogo", "filters", filters, ndim=3, shape="(filters, 4, width)")
        count, rows, width = bank.shape
        if rows != len(BASES) or count > MOST_FILTERS or width > WIDEST:
            raise ValueError(
                f"FilterLogo: filters has shape {bank.shape}; expected (filters, 4, width), rows A, C, G, T, at most "
                f"{MOST_FILTERS} filters, {WIDEST} wide"
            )
        shifts = (
            np.zeros(count) if biases is None else as_array("FilterLogo", "biases", biases, ndim=1, shape="(filters,)")
        )
        if len(shifts) != count:
            raise ValueError(f"FilterLogo: biases has {len(shifts)} numbers; expected {count}, one a filter")
        if not 0 <= filter < count:
            raise ValueError(f"FilterLogo: filter is {filter}; expected 0 to {count - 1}")
        if not 0 <= share <= 1:
            raise ValueError(f"FilterLogo: share is {share}; expected 0 to 1, a share of the largest activation")
        super().__init__(
            filters=pack(bank),
            shape=list(bank.shape),
            biases=shifts.tolist(),
            sequences="\n".join(_checked_sequences(sequences, width)),
            filter=int(filter),
            share=float(share),
            **traits,
        )
        known, stack = _known() if motifs is None else (list(motifs), stack_motifs(motifs))
        chosen = [self._nearest(one, stack) for one in range(count)]
        kept = sorted({index for some in chosen for index in some})
        self.motifs = [_as_dict(known[index]) for index in kept]
        self.candidates = [[kept.index(index) for index in some] for some in chosen]

    @classmethod
    def from_conv(
        cls, conv: torch.nn.Conv1d, sequences: Sequence[str], motifs: Sequence[Motif] | None = None, **options: Any
    ) -> FilterLogo:
        """The filters and biases of a first convolution, looked at window by window whatever its stride.

        Parameters
        ----------
        conv : torch.nn.Conv1d
            With 4 input channels and dilation 1, on any device.
        sequences, motifs, **options
            As for the class.

        Raises
        ------
        ValueError
            If the layer has other inputs or is dilated.
        """
        weight = getattr(conv, "weight", None)
        if weight is None or weight.ndim != 3 or weight.shape[1] != len(BASES):
            found = "none" if weight is None else tuple(weight.shape)
            raise ValueError(
                f"FilterLogo: conv has weights of shape {found}; expected nn.Conv1d with (filters, 4, width)"
            )
        if conv.dilation[0] != 1:
            raise ValueError(f"FilterLogo: conv has dilation {conv.dilation[0]}; expected 1, windows without gaps")
        return cls(weight, sequences, motifs, biases=conv.bias, **options)

    def activations(self, filter: int | None = None) -> np.ndarray:
        """One filter's sums over all windows of all sequences, with its bias, before ReLU: shape ``(windows,)``."""
        chosen = self._filter_now() if filter is None else filter
        weights = np.vstack([unpack(self.filters, self.shape)[chosen], np.zeros(self.shape[2])])  # N adds nothing
        tokens, starts = self._windows()
        sums = np.full(len(starts), self.biases[chosen])
        for column in range(self.shape[2]):
            sums += weights[tokens[starts + column], column]
        return sums

    def threshold(self) -> float:
        """The activation that a window must reach: a share of the largest."""
        return self.share * max(float(self.activations().max()), 0.0)

    def counts(self, filter: int | None = None, share: float | None = None) -> np.ndarray:
        """Bases of the windows at or above the threshold, laid under each other: shape ``(4, width)``."""
        tokens, starts = self._windows()
        places = starts[self._above(self.activations(filter), self.share if share is None else share)]
        if len(places) == 0:
            return np.zeros((len(BASES), self.shape[2]))
        windows = tokens[places[:, None] + np.arange(self.shape[2])]  # (windows, width)
        return aligned_counts(torch.nn.functional.one_hot(torch.from_numpy(windows), 5)[..., :4].mT).double().numpy()

    def nearest(self) -> dict[str, Any]:
        """The motif most like the windows' logo: id, name, correlation, offset, strand; nothing without windows."""
        counts, indices = self.counts(), self.candidates[self._filter_now()]
        if not counts.any():
            return {}
        motifs = [self._motif(index) for index in indices]
        alike = resemblance(probabilities(counts)[None], stack_motifs(motifs))
        best = int(alike.correlation[0].argmax())
        return {
            "id": motifs[best].id,
            "name": motifs[best].name,
            "correlation": float(alike.correlation[0, best]),
            "offset": int(alike.offset[0, best]),
            "strand": int(alike.strand[0, best]),
        }

    def numbers(self) -> dict[str, Any]:
        counts = self.counts()
        return {
            "largest": float(self.activations().max()),
            "threshold": self.threshold(),
            "windows": int(self._above(self.activations(), self.share).sum()),
            "counts": counts.tolist(),
            "bits": information(probabilities(counts)).tolist(),
            "nearest": self.nearest(),
        }

    def alt_text(self) -> str:
        numbers = self.numbers()
        if not numbers["windows"]:
            return f"Filter {self._filter_now()} is active on none of the windows of these sequences."
        near = numbers["nearest"]
        return (
            f"Filter {self._filter_now()}: raw weights, and the logo of the {numbers['windows']:,} windows with an "
            f"activation of {numbers['threshold']:.3g} or more; nearest in JASPAR is {near['name']} ({near['id']}), "
            f"correlation {near['correlation']:.2f}."
        )

    def draw(self, figure: Figure) -> None:
        panels = figure.subplot_mosaic("hr;ha;hk", width_ratios=[1, 1.5])
        raw, aligned, known = panels["r"], panels["a"], panels["k"]
        self._draw_histogram(panels["h"])
        logo(unpack(self.filters, self.shape)[self._filter_now()], ax=raw, kind="weights")
        raw.set_title("raw weights of the filter", loc="left", fontsize=10)
        near, counts, ends = self.nearest(), self.counts(), (-0.6, self.shape[2] - 0.4)
        if near:
            logo(probabilities(counts), ax=aligned)
            motif = next(m for m in map(self._motif, range(len(self.motifs))) if m.id == near["id"])
            motif = motif if near["strand"] == 1 else motif.reverse_complement()
            columns = np.arange(motif.width) + near["offset"]
            logo(motif.probabilities(), ax=known, positions=columns)
            ends = (min(ends[0], columns[0] - 0.6), max(ends[1], columns[-1] + 0.6))
            strand = "" if near["strand"] == 1 else ", other strand"
            title = f"{near['name']} ({near['id']}{strand}), correlation {near['correlation']:.2f}"
            known.set_title(title, loc="left", fontsize=10)
        windows = int(self._above(self.activations(), self.share).sum())
        aligned.set_title(f"its {windows:,} windows, aligned", loc="left", fontsize=10)
        for axes in (raw, aligned, known):
            axes.set_xlim(ends)
        for axes in (raw, aligned):
            axes.set_xlabel("")
            axes.set_xticks([])
        for axes in (aligned, known):
            axes.set_ylabel("bits")

    def _draw_histogram(self, axes: Axes) -> None:
        sums, threshold = self.activations(), self.threshold()
        edges = np.linspace(sums.min(), max(sums.max(), sums.min() + 1e-6), 41).tolist()
        above = self._above(sums, self.share)
        axes.hist([sums[~above], sums[above]], bins=edges, stacked=True, color=["#b9c0c8", HUES["blue"]])
        axes.axvline(threshold, color="#222222", ls="--", lw=1.2)
        axes.set(yscale="log", xlabel="activation", ylabel="windows")

    def _filter_now(self) -> int:
        return min(self.filter, self.shape[0] - 1)

    def _windows(self) -> tuple[np.ndarray, np.ndarray]:
        """All sequences as tokens, one after the other, and where each window starts that lies in one sequence."""
        parts = self.sequences.split("\n")
        tokens = np.concatenate([np.array(tokenise(part), dtype=np.int64) for part in parts])
        ends = np.cumsum([len(part) for part in parts])
        spans = [
            np.arange(end - len(part), end - self.shape[2] + 1) for part, end in zip(parts, ends.tolist(), strict=True)
        ]
        return tokens, np.concatenate(spans)

    @staticmethod
    def _above(sums: np.ndarray, share: float) -> np.ndarray:
        largest = float(sums.max())
        return (sums >= share * largest - CLOSE * largest) & (sums > 0)

    def _nearest(self, filter: int, stack: torch.Tensor) -> list[int]:
        """The motifs that come nearest to the filter's windows at several thresholds: indices, the nearest first."""
        counts = [self.counts(filter, share) for share in SHARES]
        matrices = torch.stack([probabilities(matrix) for matrix in counts])
        order = resemblance(matrices, stack).correlation.argsort(dim=1, descending=True, stable=True)
        return list(dict.fromkeys(order[:, :EACH].T.flatten().tolist()))

    def _motif(self, index: int) -> Motif:
        motif = self.motifs[index]
        return Motif(motif["id"], motif["name"], torch.tensor(motif["counts"], dtype=torch.float32))


def _as_dict(motif: Motif) -> dict[str, Any]:
    counts = [[int(value) if value == int(value) else value for value in row] for row in motif.counts.tolist()]
    return {"id": motif.id, "name": motif.name, "counts": counts}


def _checked_sequences(sequences: Sequence[str], width: int) -> list[str]:
    if isinstance(sequences, str) or not hasattr(sequences, "__len__"):
        raise ValueError(f"FilterLogo: sequences is a {type(sequences).__name__}; expected a list of strings")
    if len(sequences) == 0:
        raise ValueError("FilterLogo: sequences is empty; expected at least one string of A, C, G, T and N")
    checked = [
        as_dna(f"FilterLogo, sequence {i}", one, longest=MOST_BASES, shortest=width) for i, one in enumerate(sequences)
    ]
    bases = sum(map(len, checked))
    if bases > MOST_BASES:
        raise ValueError(f"FilterLogo: sequences have {bases:,} bases; expected at most {MOST_BASES:,} (pass a sample)")
    return checked
