"""A map of attention: which base asks which, head by head, beside what is known of the sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.widgets.base import Widget, js, pack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_TOKENS, MOST_MAPS, MOST_NUMBERS = 2000, 1024, 100_000_000
MOST_SENT = 1_000_000  # numbers that travel at once (4 MB); beyond, one head at a time and a coarse map of each
COARSE = 48  # rows and columns of a coarse map
WINDOW = 256  # positions shown at once
CLOSE = 0.02  # rows sum to 1 within this: half precision rounds


class AttentionMap(Widget):
    """Choose a layer, a head and a base that asks: whom does it ask, and does that lie in an annotation?

    Parameters
    ----------
    tokens : str or sequence of str
        What stands at each of 1 to 2,000 positions.
    weights : array-like
        Attention weights after softmax, shape ``(layers, heads, L, L)``, ``(heads, L, L)`` or ``(L, L)``: the row's
        token asks, the column's is asked. Rows sum to 1, or to 0 where all is masked.
    track : sequence of (start, stop, name), optional
        Annotations, positions counted from 0, `stop` not included.
    layer, head, base : int
        What is shown first.

    Raises
    ------
    ValueError
        If shapes do not fit, rows are no shares, an annotation lies outside, or there is too much of something.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "attention.js", "attention_map.js")
    label = traitlets.Unicode("Who asks whom").tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    maps = traitlets.Bytes().tag(sync=True)
    held = traitlets.Int(-1).tag(sync=True)
    coarse = traitlets.Bytes().tag(sync=True)
    coarse_size = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(0, min=0).tag(sync=True)
    head = traitlets.Int(0, min=0).tag(sync=True)
    base = traitlets.Int(0, min=0).tag(sync=True)
    corner = traitlets.List(traitlets.Int(min=0), [0, 0], minlen=2, maxlen=2).tag(sync=True)
    window = traitlets.Int(WINDOW).tag(sync=True)
    track = traitlets.List(traitlets.Dict()).tag(sync=True)
    picture_inches = (9.0, 4.2)

    def __init__(
        self,
        tokens: str | Sequence[str],
        weights: Any,
        track: Sequence[tuple[int, int, str]] | None = None,
        *,
        layer: int = 0,
        head: int = 0,
        base: int = 0,
        **traits: Any,
    ) -> None:
        names = [str(token) for token in tokens]
        if not 1 <= len(names) <= MOST_TOKENS:
            raise ValueError(f"AttentionMap: {len(names):,} tokens; expected 1 to {MOST_TOKENS:,}")
        self._maps = _checked_maps(weights, len(names))  # (layers, heads, L, L)
        layers, heads, length, _ = self._maps.shape
        for name, value, count in (("layer", layer, layers), ("head", head, heads), ("base", base, length)):
            if not 0 <= value < count:
                raise ValueError(f"AttentionMap: {name} is {value}; expected 0 to {count - 1}")
        small = self._maps.size <= MOST_SENT
        size = 0 if small else min(COARSE, length)
        super().__init__(
            tokens=names,
            shape=[layers, heads, length],
            maps=pack(self._maps if small else self._maps[layer, head]),
            held=-1 if small else layer * heads + head,
            coarse=b"" if small else pack(_coarse(self._maps, size)),
            coarse_size=size,
            layer=int(layer),
            head=int(head),
            base=int(base),
            track=_checked_track(track or [], length),
            **{"corner": [max(0, min(base - WINDOW // 2, length - WINDOW))] * 2, **traits},
        )

    @traitlets.observe("layer", "head")
    def _bring(self, _change: Any) -> None:
        """Bring the chosen head to the browser, where not all of them are there."""
        if self.held >= 0:
            layer, head = self._chosen()
            with self.hold_sync():
                self.maps, self.held = pack(self._maps[layer, head]), layer * self.shape[1] + head

    def map(self) -> np.ndarray:
        """Weights of the chosen head, shape ``(L, L)``: rows ask."""
        return self._maps[self._chosen()].astype(np.float64)

    def spread(self) -> float:
        """Over how many bases the chosen one spreads its question: 2 to the entropy in bits of its row; 0 if masked."""
        row = self._row()
        some = row[row > 0]
        return float(2 ** -(some * np.log2(some)).sum()) if len(some) else 0.0

    def shares(self) -> list[float]:
        """How much of the chosen base's weight falls into each annotation."""
        row = self._row()
        return [float(row[part["start"] : part["stop"]].sum()) for part in self.track]

    def strongest(self) -> list[int]:
        """The largest weight of the chosen head off the diagonal: who asks, who is asked."""
        weights = self.map()
        if len(weights) > 1:
            np.fill_diagonal(weights, -1)
        return [int(i) for i in np.unravel_index(weights.argmax(), weights.shape)]

    def numbers(self) -> dict[str, Any]:
        row = self._row()
        return {
            "row": row.tolist(),
            "asked": int(row.argmax()),
            "spread": self.spread(),
            "shares": self.shares(),
            "strongest": self.strongest(),
        }

    def alt_text(self) -> str:
        (layer, head), row, base = self._chosen(), self._row(), self._base_now()
        best = int(row.argmax())
        return (
            f"Attention of layer {layer}, head {head} over {self.shape[2]:,} tokens; base {base} ({self.tokens[base]}) "
            f"asks, and takes most from base {best} ({self.tokens[best]}), weight {row[best]:.2f}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.colors import PowerNorm

        (layer, head), base, length = self._chosen(), self._base_now(), self.shape[2]
        top, left = (max(0, min(corner, length - WINDOW)) for corner in self.corner)
        part = self.map()[top : top + WINDOW, left : left + WINDOW]
        edges = (left - 0.5, left + part.shape[1] - 0.5, top + part.shape[0] - 0.5, top - 0.5)
        square, row = figure.subplots(1, 2, width_ratios=[1, 1.3])
        scale = PowerNorm(0.5, vmin=0, vmax=max(float(self._maps.max()), 1e-9))  # one for all heads
        image = square.imshow(part, cmap="Blues", norm=scale, extent=edges, interpolation="nearest")
        figure.colorbar(image, ax=square, label="weight (square root scale)", fraction=0.046)
        square.axhline(base, color="#1d2129", lw=0.8)
        square.set(xlabel="is asked", ylabel="asks", title=f"layer {layer}, head {head}")
        row.bar(range(length), self._row(), width=1.0, color=HUES["blue"])
        high, spread = max(float(self._row().max()), 1e-9), self.spread()
        asks = f"asks about {spread:.{int(spread < 9.5)}f} bases" if spread else "may ask nobody"
        for i, part_ in enumerate(self.track):
            y = high * (1.08 + 0.1 * (i % 2))
            row.plot([part_["start"], part_["stop"]], [y, y], color=HUES["red"], lw=4, solid_capstyle="butt")
            row.text((part_["start"] + part_["stop"]) / 2, y + 0.03 * high, part_["name"], ha="center", fontsize=8)
        row.set(xlabel="is asked", ylabel="weight", ylim=(0, high * 1.35), title=f"base {base} {asks}")

    def _row(self) -> np.ndarray:
        return self._maps[self._chosen()][self._base_now()].astype(np.float64)

    def _chosen(self) -> tuple[int, int]:
        return min(self.layer, self.shape[0] - 1), min(self.head, self.shape[1] - 1)

    def _base_now(self) -> int:
        return min(self.base, self.shape[2] - 1)


def _checked_maps(weights: Any, length: int) -> np.ndarray:
    """Float32 weights as ``(layers, heads, L, L)``: a copy at half of `as_array`'s memory, for these are large."""
    if hasattr(weights, "detach"):
        weights = weights.detach().cpu().float().numpy()
    try:
        maps: np.ndarray = np.array(weights, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"AttentionMap: weights is not an array of numbers ({error})") from None
    if not 2 <= maps.ndim <= 4 or maps.shape[-2:] != (length, length):
        raise ValueError(
            f"AttentionMap: weights has shape {maps.shape}; expected (layers, heads, {length}, {length}), "
            f"for there are {length} tokens"
        )
    missing: tuple[int, ...] = (1,) * (4 - maps.ndim)
    maps = maps.reshape(*missing, *maps.shape)
    if not 1 <= maps.shape[0] * maps.shape[1] <= MOST_MAPS or maps.size > MOST_NUMBERS:
        raise ValueError(
            f"AttentionMap: weights holds {maps.shape[0] * maps.shape[1]} maps and {maps.size:,} numbers; expected at "
            f"most {MOST_MAPS} and {MOST_NUMBERS:,}: pass fewer layers"
        )
    sums = maps.sum(axis=-1)
    if not np.isfinite(sums).all():
        raise ValueError(
            "AttentionMap: weights holds nan or infinity; expected shares, and zeros in rows that are masked"
        )
    strange = (maps.min(axis=-1) < 0) | ((np.abs(sums - 1) > CLOSE) & (np.abs(sums) > CLOSE))
    if strange.any():
        where = tuple(int(i) for i in np.argwhere(strange)[0])
        raise ValueError(
            f"AttentionMap: row {where[2]} of layer {where[0]}, head {where[1]} sums to {sums[where]:.3g} and its "
            f"least number is {maps[where].min():.3g}; expected weights after softmax, which sum to 1"
        )
    return maps


def _checked_track(track: Sequence[Any], length: int) -> list[dict[str, Any]]:
    parts = []
    for entry in track:
        try:
            start, stop, name = entry
            start, stop = int(start), int(stop)
        except (TypeError, ValueError):
            raise ValueError(f"AttentionMap: track holds {entry!r}; expected (start, stop, name)") from None
        if not 0 <= start < stop <= length:
            raise ValueError(f"AttentionMap: track has {name!r} from {start} to {stop}; expected within 0 to {length}")
        parts.append({"start": start, "stop": stop, "name": str(name)})
    return parts


def _coarse(maps: np.ndarray, size: int) -> np.ndarray:
    """The largest weight of each block: shape ``(layers, heads, size, size)``."""
    edges = (np.arange(size) * maps.shape[-1]) // size
    return np.maximum.reduceat(np.maximum.reduceat(maps, edges, axis=-2), edges, axis=-1)
