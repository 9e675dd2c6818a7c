"""A learner's own network as a list of plain steps, which a browser can follow: the same as ``static/network.js``.

Value 0 is the one-hot sequence; step i makes value i + 1 of earlier values. Batch norm becomes a factor and a shift,
global pooling a pool as wide as the sequence; what leaves all numbers as they are, as dropout does, is a new shape.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.dna.sequences import BASES
from helpers.widgets.recorder import Recorder, Step

CHANNELWISE = ("relu", "scale", "max", "average", "same")  # what keeps a filter's numbers apart from all others'
CLOSE = 1e-9  # of two numbers: no tie is broken by how a sum was rounded
AGREE, PROBES = 1e-4, 6  # how far the steps may be from the model, on how many sequences


class Network:
    """The steps of a network from bases to logit, and its weights in one row.

    Parameters
    ----------
    steps : sequence of dict
        Each has a `kind`, the values it is made `of`, its `shape` without the batch, and what the kind needs; weights
        are given by where they begin.
    weights : array-like
        All numbers that were learned, float32.
    """

    def __init__(self, steps: Sequence[Step], weights: np.ndarray) -> None:
        self.steps, self.weights = list(steps), torch.from_numpy(np.array(weights, dtype=np.float64))

    @classmethod
    def of(cls, owner: str, model: nn.Module, length: int) -> Network:
        """Read a model, by sending a pair of sequences through a copy of it.

        Parameters
        ----------
        owner : str
            The widget, for the message.
        model : nn.Module
            From ``(N, 4, L)`` to logits ``(N,)`` or ``(N, 1)``, on any device, in training or not; it stays as it is.
        length : int
            Bases in a sequence, L.

        Raises
        ------
        ValueError
            If the model is none, has a layer that is not known, gives no one logit, or gives something else than its
            layers do.
        """
        if not isinstance(model, nn.Module):
            raise ValueError(f"{owner}: model is a {type(model).__name__}; expected a torch nn.Module")
        copied = copy.deepcopy(model).cpu().float().eval()
        codes = torch.randint(len(BASES), (PROBES, length), generator=torch.Generator().manual_seed(0))
        X = F.one_hot(codes, len(BASES)).mT.float()
        with torch.no_grad():
            recorder = Recorder(owner, copied, X[:2])
            try:
                logits = recorder.record()
            except RuntimeError as error:
                said = str(error).splitlines()[0]
                raise ValueError(f"{owner}: the model cannot read sequences of {length} bases ({said})") from error
            network = cls(recorder.steps, np.concatenate([np.zeros(0), *recorder.weights]).astype("<f4"))
            if tuple(logits.shape) not in ((2,), (2, 1)) or not network.steps or recorder.at(logits) is None:
                raise ValueError(
                    f"{owner}: the model gives shape {tuple(logits.shape)} for 2 sequences; expected one logit each"
                )
            if recorder.at(logits) != len(network.steps):
                raise ValueError(f"{owner}: the model's last layer is not what it returns")
            theirs = copied(X).double().reshape(-1)
            off = (network.logits(X) - theirs).abs() / theirs.abs().clamp(min=1)
        if not off.max() <= AGREE:
            raise ValueError(
                f"{owner}: the model's layers, one after the other, give logits that are {float(off.max()):.2g} away "
                "from the model's own; expected a model that does the same with every sequence"
            )
        return network

    def run(self, X: Tensor, values: Sequence[Tensor] = ()) -> list[Tensor]:
        """All values of a batch, double; those given first are taken as they are.

        Parameters
        ----------
        X : Tensor, (N, 4, L)
            One-hot sequences.
        values : sequence of Tensor
            The first values, with which to go on.
        """
        made = [*values] or [X.double()]
        for step in self.steps[len(made) - 1 :]:
            made.append(_DO[step["kind"]](step, [made[i] for i in step["of"]], self._weights))
        return made

    def logits(self, X: Tensor) -> Tensor:
        """Logits ``(N,)`` of one-hot sequences ``(N, 4, L)``."""
        return self.run(X)[-1].reshape(-1)

    def resumed(self, values: Sequence[Tensor], at: int, others: Tensor) -> Tensor:
        """Logits ``(N,)`` that follow if value `at` were one of `others`, ``(N, ...)``, and all before as they are."""
        before = [value.expand(len(others), *value.shape[1:]) for value in values[:at]]
        return self.run(before[0], [*before, others])[-1].reshape(-1)

    def plan(self, owner: str) -> dict[str, Any]:
        """Which convolution reads the bases, and what happens to its filters one by one.

        Returns
        -------
        dict
            `conv`, its step; `chain`, values from its own to the last in which filters are apart; `track`, what ReLU
            makes of its sums, or the sums where pooling comes first.

        Raises
        ------
        ValueError
            If none, or more than one, reads the bases.
        """
        first = [i for i, step in enumerate(self.steps) if step["kind"] == "conv" and self._origin(step["of"][0]) == 0]
        if len(first) != 1:
            count = len(first) or "no"
            raise ValueError(f"{owner}: {count} convolutions read the bases; expected one, whose filters are shown")
        chain = [first[0] + 1]
        while True:
            readers = [i for i, step in enumerate(self.steps) if chain[-1] in step["of"]]
            if len(readers) != 1 or self.steps[readers[0]]["kind"] not in CHANNELWISE:
                break
            chain.append(readers[0] + 1)
        if chain[-1] == len(self.steps):
            raise ValueError(f"{owner}: nothing weighs what the filters found; expected a dense layer behind them")
        track = chain[0]
        for value in chain[1:]:
            if self.steps[value - 1]["kind"] in ("max", "average"):
                break
            track = value if self.steps[value - 1]["kind"] == "relu" else track
        return {"conv": first[0], "chain": chain, "track": track}

    def _origin(self, value: int) -> int:
        """The value from which this one differs in shape only."""
        while value and self.steps[value - 1]["kind"] == "same":
            value = self.steps[value - 1]["of"][0]
        return value

    def _weights(self, start: int, *shape: int) -> Tensor:
        return self.weights[start : start + math.prod(shape)].view(shape)


def adds(network: Network, plan: Mapping[str, Any], values: Sequence[Tensor], off: Sequence[int]) -> dict[str, Any]:
    """What each filter adds to the logit of one sequence: how far it falls when the filter hands on nothing but zeros.

    Parameters
    ----------
    network : Network
    plan : mapping
        Of `Network.plan`.
    values : sequence of Tensor
        Of `Network.run`, for one sequence.
    off : sequence of int
        Filters that are switched off anyway.

    Returns
    -------
    dict
        `logit`; `base`, the logit with all filters off; `adds`, one number a filter; `together`, what is left: what
        filters do only with each other.
    """
    at, filters = plan["chain"][-1], network.steps[plan["conv"]]["shape"][0]
    handed = values[at].clone()
    each = handed.view(filters, -1)
    each[list(off)] = 0
    fewer = each.expand(filters, *each.shape).clone()
    fewer[range(filters), range(filters)] = 0
    others = torch.cat([handed, torch.zeros_like(handed), fewer.view(filters, *handed.shape[1:])])
    logit, base, *without = network.resumed(values, at, others).tolist()
    found = [logit - one for one in without]
    return {"logit": logit, "base": base, "adds": found, "together": logit - base - math.fsum(found)}


def best(track: Tensor) -> tuple[list[float], list[int]]:
    """The largest number of each row of ``(K, P)``, and the first place that has it."""
    most = track.amax(dim=1, keepdim=True)
    near = track >= most - CLOSE * (1 + most.abs())
    return most[:, 0].tolist(), near.double().argmax(dim=1).tolist()


Weights = Callable[..., Tensor]


def _do_conv(step: Step, of: list[Tensor], weights: Weights) -> Tensor:
    weight = weights(step["weight"], step["shape"][0], of[0].shape[1], step["width"])
    span, pad = step["dilation"] * (step["width"] - 1) + 1, step["padding"]
    after = (step["shape"][1] - 1) * step["stride"] + span - of[0].shape[2] - pad  # "same" may need one more at the end
    padded = F.pad(of[0], (pad, max(after, 0)))
    return F.conv1d(padded, weight, weights(step["bias"], len(weight)), step["stride"], 0, step["dilation"])


def _do_dense(step: Step, of: list[Tensor], weights: Weights) -> Tensor:
    outputs = step["shape"][0]
    return F.linear(of[0], weights(step["weight"], outputs, of[0].shape[1]), weights(step["bias"], outputs))


def _do_scale(step: Step, of: list[Tensor], weights: Weights) -> Tensor:
    shape = (of[0].shape[1], *[1] * (of[0].ndim - 2))
    return of[0] * weights(step["weight"], *shape) + weights(step["bias"], *shape)


def _do_pool(step: Step, of: list[Tensor], weights: Weights) -> Tensor:
    """Windows of places, those beyond an edge left out."""
    length, pools = of[0].shape[2], step["shape"][1] if len(step["shape"]) > 1 else 1
    starts = torch.arange(pools)[:, None] * step["stride"] - step["padding"]
    places = starts + torch.arange(step["size"]) * step["dilation"]  # (pools, size)
    inside = (places >= 0) & (places < length)
    windows = of[0][:, :, places.clamp(0, length - 1)]  # (N, K, pools, size)
    if step["kind"] == "max":
        pooled = windows.masked_fill(~inside, -math.inf).amax(dim=3)
    else:
        pooled = (windows * inside).sum(dim=3) / (step["size"] if step["edges"] else inside.sum(dim=1))
    return pooled.reshape(-1, *step["shape"])


_DO: dict[str, Callable[[Step, list[Tensor], Weights], Tensor]] = {
    "conv": _do_conv,
    "dense": _do_dense,
    "scale": _do_scale,
    "max": _do_pool,
    "average": _do_pool,
    "relu": lambda step, of, weights: of[0].relu(),
    "add": lambda step, of, weights: of[0] + of[1],
    "join": lambda step, of, weights: torch.cat(of, dim=1),
    "same": lambda step, of, weights: of[0].reshape(-1, *step["shape"]),
}
