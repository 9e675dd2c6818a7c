"""Attention, one query at a time: scores, scaled, softmax, weighted sum, in numbers that can be changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.widgets.base import Widget, as_array, js, pack, unpack

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure

MOST_TOKENS, MOST_HEADS, WIDEST, MOST_NUMBERS = 512, 64, 256, 2_000_000
MASKS = ("none", "causal", "own")
WHICH = ("q", "k", "v")
STAGES = ("scores", "scaled", "softmax", "output")


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of each row that sum to 1; a row of nothing but minus infinity gets zeros.

    Parameters
    ----------
    scores : numpy.ndarray
        Shape ``(..., L)``, minus infinity where a token may not be asked.
    """
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = powers.sum(axis=-1, keepdims=True)
    return np.divide(powers, total, out=np.zeros_like(powers), where=total > 0)


class AttentionSteps(Widget):
    """Choose who asks; follow the numbers from scores to the weighted sum; change a number, mask, scale or order.

    Parameters
    ----------
    tokens : str or sequence of str
        What stands at each of 1 to 512 positions.
    q, k, v : array-like
        Queries and keys, shape ``(L, d)``, values, shape ``(L, dv)``; or with several heads ``(heads, L, ...)``.
    mask : array-like, optional
        Shape ``(L, L)``, as for torch's ``scaled_dot_product_attention``: True where the row's token may ask the
        column's; or numbers to be added to the scores, minus infinity where it may not.
    masking : {"none", "causal", "own"}, optional
        Which mask applies: ``"own"`` is `mask`, ``"causal"`` lets a token ask only itself and those before.
    head, query : int
        The head and the asking position shown first.
    scaled : bool
        Whether scores are divided by the root of d.
    temperature : float
        Scores are divided by it, 0.05 to 20.
    stage : {"scores", "scaled", "softmax", "output"}, optional
        Up to which step the numbers are shown.

    Raises
    ------
    ValueError
        If lengths or shapes do not fit, a number is not finite, or there is too much of something.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "attention.js", "attention_steps.js")
    label = traitlets.Unicode("Attention, step by step").tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    q = traitlets.Bytes().tag(sync=True)
    k = traitlets.Bytes().tag(sync=True)
    v = traitlets.Bytes().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    mask = traitlets.Bytes().tag(sync=True)
    masking = traitlets.Enum(MASKS, "none").tag(sync=True)
    head = traitlets.Int(0, min=0).tag(sync=True)
    query = traitlets.Int(0, min=0).tag(sync=True)
    stage = traitlets.Enum(STAGES, STAGES[-1]).tag(sync=True)
    scaled = traitlets.Bool(True).tag(sync=True)
    temperature = traitlets.Float(1.0, min=0.05, max=20.0).tag(sync=True)
    order = traitlets.List(traitlets.Int()).tag(sync=True)
    edits = traitlets.List(traitlets.List()).tag(sync=True)
    picture_inches = (9.0, 3.8)

    def __init__(
        self,
        tokens: str | Sequence[str],
        q: Any,
        k: Any,
        v: Any,
        mask: Any = None,
        *,
        masking: str | None = None,
        head: int = 0,
        query: int = 0,
        **traits: Any,
    ) -> None:
        names = [str(token) for token in tokens]
        queries, keys, values = _checked(names, q, k, v)
        heads, length, width = queries.shape
        own = _checked_mask(mask, length)
        chosen = masking or ("none" if own is None else "own")
        if chosen not in MASKS or (chosen == "own" and own is None):
            raise ValueError(f"AttentionSteps: masking is {chosen!r}; expected 'none', 'causal', or 'own' with a mask")
        for name, value, count in (("head", head, heads), ("query", query, length)):
            if not 0 <= value < count:
                raise ValueError(f"AttentionSteps: {name} is {value}; expected 0 to {count - 1}")
        if not 0.05 <= traits.get("temperature", 1.0) <= 20:
            raise ValueError(f"AttentionSteps: temperature is {traits['temperature']}; expected 0.05 to 20")
        super().__init__(
            tokens=names,
            q=pack(queries),
            k=pack(keys),
            v=pack(values),
            shape=[heads, length, width, values.shape[2]],
            mask=b"" if own is None else pack(own),
            masking=chosen,
            head=int(head),
            query=int(query),
            **{"order": list(range(length)), **traits},
        )

    @classmethod
    def from_mha(
        cls,
        mha: torch.nn.MultiheadAttention | Sequence[Callable[[torch.Tensor], torch.Tensor]],
        x: Any,
        tokens: str | Sequence[str],
        mask: Any = None,
        *,
        heads: int = 1,
        **options: Any,
    ) -> AttentionSteps:
        """The heads of a layer, over one sequence that asks itself.

        Parameters
        ----------
        mha : nn.MultiheadAttention, or three projections
            On any device; or the layers that make queries, keys and values, to be split into `heads`.
        x : array-like
            The layer's input, shape ``(L, embedding)`` or ``(1, L, embedding)``.
        tokens, mask, **options
            As for the class. `mask` is True where asking is allowed (``nn.MultiheadAttention``
            itself wants the opposite).
        heads : int
            Of three projections.

        Raises
        ------
        ValueError
            If shapes do not fit or the layer has extra keys (``add_bias_kv``, ``add_zero_attn``).
        """
        import torch

        array = as_array("AttentionSteps", "x", x, ndim=(2, 3), shape="(L, embedding)")
        array = array[0] if array.ndim == 3 and len(array) == 1 else array
        if array.ndim != 2:
            raise ValueError(f"AttentionSteps: x has shape {array.shape}; expected one sequence, (L, embedding)")
        with torch.no_grad():
            if isinstance(mha, torch.nn.MultiheadAttention):
                heads, projected = mha.num_heads, _projections(mha, array)
            else:
                like = next(mha[0].parameters()) if hasattr(mha[0], "parameters") else torch.empty(0)
                projected = [one(torch.as_tensor(array).to(like)) for one in mha]
        parts = [
            as_array("AttentionSteps", n, p, ndim=2, shape="(L, d)") for n, p in zip(WHICH, projected, strict=True)
        ]
        for name, part in zip(WHICH, parts, strict=True):
            if heads < 1 or part.shape[1] % heads:
                raise ValueError(f"AttentionSteps: {name} is {part.shape[1]} wide; that makes no {heads} equal heads")
        split = [part.reshape(len(part), heads, -1).transpose(1, 0, 2) for part in parts]  # (heads, L, d)
        return cls(tokens, split[0], split[1], split[2], mask, **options)

    @traitlets.validate("order")
    def _check_order(self, proposal: Any) -> list[int]:
        if sorted(proposal["value"]) != list(range(len(self.tokens))):
            raise traitlets.TraitError(f"order is no order of {len(self.tokens)} tokens: {proposal['value'][:8]}")
        return proposal["value"]

    def parts(self, head: int | None = None, *, shuffled: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Queries, keys and values of a head, with the learner's changes, in the present order: ``(L, d)`` each."""
        heads, length, width, across = self.shape
        chosen = self._head_now() if head is None else head
        arrays = {}
        for name, columns in zip(WHICH, (width, width, across), strict=True):
            arrays[name] = unpack(getattr(self, name), (heads, length, columns))[chosen].copy()
        for which, of, token, column, value in self.edits:
            if of == chosen:
                arrays[which][token, column] = value
        order = self.order if shuffled else list(range(length))
        return arrays["q"][order], arrays["k"][order], arrays["v"][order]

    def scores(self, head: int | None = None, *, shuffled: bool = True) -> np.ndarray:
        """Products of queries and keys over the root of d (if wanted) and the temperature, unmasked: ``(L, L)``."""
        q, k, _ = self.parts(head, shuffled=shuffled)
        return q @ k.T / (np.sqrt(q.shape[1]) if self.scaled else 1.0) / self.temperature

    def weights(self, head: int | None = None, *, shuffled: bool = True) -> np.ndarray:
        """How much each token (row) takes from each (column), as torch's ``scaled_dot_product_attention``: ``(L, L)``.

        Rows sum to 1; the row of a token that may ask nobody is zero.
        """
        return softmax(self.scores(head, shuffled=shuffled) + self._mask_now())

    def output(self, *, shuffled: bool = True) -> np.ndarray:
        """What the tokens become: weights times values, shape ``(L, dv)``."""
        return self.weights(shuffled=shuffled) @ self.parts(shuffled=shuffled)[2]

    def moved(self) -> float:
        """How far the asking token's output is from what it is in the original order: the largest difference."""
        row = self._query_now()
        return float(np.abs(self.output()[row] - self.output(shuffled=False)[self.order[row]]).max())

    def numbers(self) -> dict[str, Any]:
        q, k, _ = self.parts()
        row = self._query_now()
        return {
            "products": (q @ k.T)[row].tolist(),
            "scores": self.scores()[row].tolist(),
            "weights": self.weights().tolist(),
            "output": self.output()[row].tolist(),
            "moved": self.moved(),
        }

    def alt_text(self) -> str:
        row = self._query_now()
        weights, names = self.weights()[row], [self.tokens[i] for i in self.order]
        if not weights.any():
            return f"Token {row} ({names[row]}) may ask nobody: all of its attention weights are zero."
        best = int(weights.argmax())
        return (
            f"Attention of {len(names)} tokens; token {row} ({names[row]}) asks, and takes most from token {best} "
            f"({names[best]}), weight {weights[best]:.2f}."
        )

    def draw(self, figure: Figure) -> None:
        row, weights = self._query_now(), self.weights()
        names = [self.tokens[i] for i in self.order]
        square, bars = figure.subplots(1, 2, width_ratios=[1, 1.7])
        square.imshow(weights, cmap="Blues", vmin=0, vmax=max(weights.max(), 1e-9))
        square.axhline(row - 0.5, color="#1d2129", lw=1)
        square.axhline(row + 0.5, color="#1d2129", lw=1)
        square.set(xlabel="is asked", ylabel="asks")
        bars.bar(range(len(names)), weights[row], color=HUES["blue"])
        bars.set(ylabel="weight", title=f"what token {row} ({names[row]}) takes from each")
        if len(names) <= 40:
            square.set_xticks(range(len(names)), names)
            square.set_yticks(range(len(names)), names)
            bars.set_xticks(range(len(names)), names)
            for i, weight in enumerate(weights[row] if len(names) <= 14 else []):
                bars.text(i, weight, f"{weight:.2f}", ha="center", va="bottom", fontsize=8)

    def _mask_now(self) -> np.ndarray:
        length = self.shape[1]
        if self.masking == "causal":
            return np.where(np.tri(length, dtype=bool), 0.0, -np.inf)
        return (
            unpack(self.mask, (length, length)) if self.masking == "own" and self.mask else np.zeros((length, length))
        )

    def _head_now(self) -> int:
        return min(self.head, self.shape[0] - 1)

    def _query_now(self) -> int:
        return min(self.query, self.shape[1] - 1)


def _checked(tokens: list[str], q: Any, k: Any, v: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Queries, keys and values as ``(heads, L, d)``."""
    if not 1 <= len(tokens) <= MOST_TOKENS:
        raise ValueError(f"AttentionSteps: {len(tokens):,} tokens; expected 1 to {MOST_TOKENS}")
    arrays = {}
    for name, value in zip(WHICH, (q, k, v), strict=True):
        array = as_array("AttentionSteps", name, value, ndim=(2, 3), shape="(L, d) or (heads, L, d)")
        arrays[name] = array if array.ndim == 3 else array[None]
    for name, array in arrays.items():
        heads, length, width = array.shape
        if length != len(tokens):
            raise ValueError(f"AttentionSteps: {name} has {length} rows and there are {len(tokens)} tokens")
        if heads != len(arrays["q"]) or heads > MOST_HEADS:
            raise ValueError(
                f"AttentionSteps: {name} has {heads} heads; expected as many as q, {len(arrays['q'])}, and at most "
                f"{MOST_HEADS}"
            )
        if width > WIDEST:
            raise ValueError(f"AttentionSteps: {name} is {width} wide; expected at most {WIDEST} numbers a head")
    if arrays["q"].shape != arrays["k"].shape:
        raise ValueError(
            f"AttentionSteps: q is {arrays['q'].shape[2]} wide and k {arrays['k'].shape[2]}; they are multiplied"
        )
    total = sum(array.size for array in arrays.values())
    if total > MOST_NUMBERS:
        raise ValueError(f"AttentionSteps: q, k and v hold {total:,} numbers; expected at most {MOST_NUMBERS:,}")
    return arrays["q"], arrays["k"], arrays["v"]


def _checked_mask(mask: Any, length: int) -> np.ndarray | None:
    """The mask as numbers to add: 0 or minus infinity where it was True or False."""
    if mask is None:
        return None
    array = np.asarray(mask.detach().cpu().numpy() if hasattr(mask, "detach") else mask)
    if array.shape != (length, length):
        raise ValueError(f"AttentionSteps: mask has shape {array.shape}; expected {(length, length)}")
    if array.dtype == bool:
        return np.where(array, 0.0, -np.inf)
    added = array.astype(np.float64)
    if np.isnan(added).any() or (added == np.inf).any():
        raise ValueError("AttentionSteps: mask holds nan or inf; expected True and False, or numbers and -inf")
    return added


def _projections(mha: torch.nn.MultiheadAttention, x: np.ndarray) -> list[torch.Tensor]:
    """Queries, keys and values of one sequence, before they are split into heads."""
    import torch

    if mha.bias_k is not None or mha.add_zero_attn:
        raise ValueError("AttentionSteps: mha adds keys of its own; expected add_bias_kv=False, add_zero_attn=False")
    widths = {mha.embed_dim, mha.kdim, mha.vdim}
    if widths != {x.shape[1]}:
        raise ValueError(f"AttentionSteps: x is {x.shape[1]} wide; mha expects {', '.join(map(str, sorted(widths)))}")
    if mha.in_proj_weight is not None:
        weights = list(mha.in_proj_weight.chunk(3))
    else:
        weights = [mha.q_proj_weight, mha.k_proj_weight, mha.v_proj_weight]
    biases = [None] * 3 if mha.in_proj_bias is None else list(mha.in_proj_bias.chunk(3))
    inputs = torch.as_tensor(x).to(weights[0])
    return [torch.nn.functional.linear(inputs, w, b) for w, b in zip(weights, biases, strict=True)]
