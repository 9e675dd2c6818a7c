"""A convolution's filter that slides along DNA: scanning with a motif, window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import BASES, one_hot
from helpers.palette import PALETTE, SIGNS
from helpers.widgets.base import Widget, as_array, as_dna, js

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

LONGEST, WIDEST, LARGEST = 5000, 40, 1000.0
MOST = {"stride": 64, "dilation": 64, "pool": 512}


def matching(motif: str) -> np.ndarray:
    """The filter that counts matches with a motif: one for each of its bases, zero elsewhere.

    Parameters
    ----------
    motif : str
        A, C, G, T, and N for any base.

    Returns
    -------
    numpy.ndarray
        Shape ``(4, width)``.
    """
    return one_hot(as_dna("ConvScanner", motif, longest=WIDEST)).double().numpy()


class ConvScanner(Widget):
    """Slide a filter along a sequence: one-hot columns times weights, their sum, a bias as threshold, ReLU, pooling.

    Parameters
    ----------
    sequence : str
        1 to 5,000 bases A, C, G, T and N.
    weights : array-like or str
        The filter, shape ``(4, width)``, rows A, C, G, T, at most 40 wide; or a motif whose matches are counted.
    bias : float
        Added to each window's sum: minus the threshold.
    relu : bool
        Whether sums below zero become zero.
    stride, dilation : int
        Steps from window to window, and from base to base inside a window.
    padding : int or pair of int
        Zero columns on the left and on the right.
    pool : int
        Neighbouring windows of which only the largest activation is kept; 1 keeps all.
    position : int, optional
        The window shown, counted from 0; the best one if not given.

    Raises
    ------
    ValueError
        If a shape, letter or number is none of these, or the sequence is shorter than the filter.
    """

    _esm = js("common.js", "plot.js", "dna.js", "conv_scanner.js")
    label = traitlets.Unicode("Scan a sequence with a filter").tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    weights = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    bias = traitlets.Float(0.0, min=-LARGEST, max=LARGEST).tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=MOST["stride"]).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=MOST["dilation"]).tag(sync=True)
    padding = traitlets.List(traitlets.Int(min=0), minlen=2, maxlen=2).tag(sync=True)
    pool = traitlets.Int(1, min=1, max=MOST["pool"]).tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    widest = traitlets.Int(WIDEST).tag(sync=True)
    longest = traitlets.Int(LONGEST).tag(sync=True)
    picture_inches = (9.0, 3.8)

    def __init__(
        self,
        sequence: str,
        weights: Any,
        bias: float = 0.0,
        *,
        padding: int | tuple[int, int] = 0,
        position: int | None = None,
        **traits: Any,
    ) -> None:
        filter_ = _filter(matching(weights) if isinstance(weights, str) else weights)
        for name, most in MOST.items():
            if not (isinstance(traits.get(name, 1), int) and 1 <= traits.get(name, 1) <= most):
                raise ValueError(f"ConvScanner: {name} is {traits[name]!r}; expected a whole number from 1 to {most}")
        shift = as_array("ConvScanner", "bias", bias, ndim=0, shape="a single number")
        if abs(shift) > LARGEST:
            raise ValueError(f"ConvScanner: bias is {float(shift):g}; expected -{LARGEST:g} to {LARGEST:g}")
        sides = [padding, padding] if isinstance(padding, int) else list(padding)
        if len(sides) != 2 or not all(isinstance(side, int) and 0 <= side <= 10 * WIDEST for side in sides):
            raise ValueError(f"ConvScanner: padding is {padding!r}; expected a number of zero columns, or one a side")
        super().__init__(sequence=sequence, weights=filter_, bias=float(shift), padding=sides, **traits)
        windows = len(self.scores())
        if windows == 0:
            raise ValueError(
                f"ConvScanner: sequence has {len(self.sequence)} bases and the filter covers {self.span()}; "
                "expected a longer sequence, a smaller dilation, or padding"
            )
        if position is not None and not 0 <= position < windows:
            raise ValueError(f"ConvScanner: position is {position}; expected 0 to {windows - 1}, one of the windows")
        self.position = int(np.argmax(self.scores())) if position is None else position

    @classmethod
    def from_conv(cls, sequence: str, conv: torch.nn.Conv1d, channel: int = 0, **options: Any) -> ConvScanner:
        """One filter of a convolution, with the layer's bias, stride, dilation and padding.

        Parameters
        ----------
        sequence : str
            1 to 5,000 bases.
        conv : torch.nn.Conv1d
            With 4 input channels, on any device.
        channel : int
            Which of its filters.
        **options
            As for the class: `relu`, `pool`, `position`.

        Raises
        ------
        ValueError
            If the layer has other inputs, groups, padding with anything but zeros, or no such filter.
        """
        shape = tuple(getattr(getattr(conv, "weight", None), "shape", ()))
        if len(shape) != 3 or shape[1] != len(BASES):
            raise ValueError(
                f"ConvScanner: conv has weights of shape {shape or 'none'}; expected nn.Conv1d with (filters, 4, width)"
            )
        if not 0 <= channel < shape[0]:
            raise ValueError(f"ConvScanner: channel is {channel}; the layer's filters are 0 to {shape[0] - 1}")
        if conv.padding_mode != "zeros":
            raise ValueError(f"ConvScanner: conv pads with {conv.padding_mode!r}; expected padding_mode='zeros'")
        dilation = int(conv.dilation[0])
        if isinstance(conv.padding, str):  # torch puts the odd column on the right
            total = dilation * (shape[2] - 1) if conv.padding == "same" else 0
            padding = (total // 2, total - total // 2)
        else:
            padding = (int(conv.padding[0]), int(conv.padding[0]))
        bias = 0.0 if conv.bias is None else float(conv.bias[channel].detach())
        layer = {"stride": int(conv.stride[0]), "dilation": dilation, "padding": padding}
        return cls(sequence, conv.weight[channel], bias, **{**layer, **options})

    @traitlets.validate("sequence")
    def _check_sequence(self, proposal: Any) -> str:
        return as_dna("ConvScanner", proposal["value"], longest=LONGEST)

    @traitlets.validate("weights")
    def _check_weights(self, proposal: Any) -> list[list[float]]:
        return _filter(proposal["value"])

    def span(self) -> int:
        """Bases from the first to the last that a window looks at."""
        return self.dilation * (len(self.weights[0]) - 1) + 1

    def scores(self) -> np.ndarray:
        """Each window's sum of one-hot columns times weights, without bias: shape ``(windows,)``, maybe none."""
        left, right = self.padding
        padded = np.pad(one_hot(self.sequence).double().numpy(), ((0, 0), (left, right)))  # (4, L + padding)
        if padded.shape[1] < self.span():
            return np.empty(0)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.span(), axis=1)  # (4, windows, span)
        return np.einsum("bnw,bw->n", windows[:, :: self.stride, :: self.dilation], np.array(self.weights))

    def activations(self) -> np.ndarray:
        """What the layer gives for each window, as torch's ``conv1d``, then ReLU if wanted: shape ``(windows,)``."""
        sums = self.scores() + self.bias
        return np.maximum(sums, 0) if self.relu else sums

    def pooled(self) -> np.ndarray:
        """The largest of every `pool` activations, as torch's ``max_pool1d``: an incomplete last group is lost."""
        activations = self.activations()
        groups = len(activations) // self.pool
        return activations[: groups * self.pool].reshape(groups, self.pool).max(axis=1)

    def window(self) -> str:
        """The bases under the filter, a dot where it lies on padding; nothing where it does not fit."""
        if len(self.scores()) == 0:
            return ""
        padded = "." * self.padding[0] + self.sequence + "." * self.padding[1]
        start = self._position_now() * self.stride
        return padded[start : start + self.span() : self.dilation]

    def numbers(self) -> dict[str, Any]:
        return {
            "activations": self.activations().tolist(),
            "pooled": self.pooled().tolist(),
            "window": self.window(),
            "sum": float(self.scores()[self._position_now()]) if len(self.scores()) else 0.0,
        }

    def alt_text(self) -> str:
        activations, at = self.activations(), self._position_now()
        if len(activations) == 0:
            return f"A filter over {self.span()} bases does not fit on a sequence of {len(self.sequence)}."
        return (
            f"A filter of width {len(self.weights[0])} along {len(self.sequence):,} bases; of {len(activations):,} "
            f"windows {int((activations > 0).sum()):,} are above the threshold {-self.bias:.3g}; "
            f"window {at}, {self.window()}, gives {activations[at]:.3g}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        top, track = figure.subplots(2, 1, height_ratios=[1, 1.4])
        scores, at = self.scores(), self._position_now()
        width, letters = len(self.weights[0]), self.window()
        most = float(np.abs(self.weights).max()) or 1.0
        top.imshow(np.array(self.weights), cmap="PuOr", vmin=-1.6 * most, vmax=1.6 * most, aspect="auto")
        for j, letter in enumerate(letters):
            top.text(j, -0.85, letter, ha="center", va="center", weight="bold", color=PALETTE.get(letter, "#5b6470"))
            for i, base in enumerate(BASES):
                top.text(j, i, f"{self.weights[i][j]:.2g}", ha="center", va="center", fontsize=8)
                if base == letter:
                    top.add_patch(Rectangle((j - 0.47, i - 0.45), 0.94, 0.9, fill=False, lw=2))
        top.set_yticks(range(len(BASES)), list(BASES))
        top.set(xticks=[], xlim=(-0.5, max(width, 14) - 0.5), ylim=(3.5, -1.4))
        top.spines[:].set_visible(False)
        starts = np.arange(len(scores)) * self.stride - self.padding[0]
        above = scores > -self.bias
        colours = np.where(above, SIGNS["plus"], "#b9c0c8" if self.relu else SIGNS["minus"])
        track.bar(starts, scores + self.bias, bottom=-self.bias, width=0.86, color=colours)
        track.axhline(-self.bias, color="#1d2129", lw=1, ls="--")
        if len(scores):
            high = max(scores.max(), -self.bias, 0.0)
            track.set_ylim(
                bottom=max(min(scores.min(), 0.0), -self.bias - 2 * (high + self.bias) - 1), top=1.1 * high + 0.1
            )
            track.plot(starts[at], scores[at], marker="v", color="#1d2129")
        track.set(xlabel="first base of the window", ylabel="match score")

    def _position_now(self) -> int:
        return max(0, min(self.position, len(self.scores()) - 1))


def _filter(weights: Any) -> list[list[float]]:
    matrix = as_array("ConvScanner", "weights", weights, ndim=2, shape="(4, width)")
    if len(matrix) != len(BASES) or matrix.shape[1] > WIDEST:
        raise ValueError(
            f"ConvScanner: weights has shape {matrix.shape}; expected (4, width), rows A, C, G, T, width up to {WIDEST}"
        )
    if np.abs(matrix).max() > LARGEST:
        raise ValueError(f"ConvScanner: weights reach {np.abs(matrix).max():g}; expected at most {LARGEST:g}")
    return matrix.tolist()
