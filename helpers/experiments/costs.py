"""What a layer costs as sequences grow: seconds, and the bytes that training must remember."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Cost:
    """One pass of one layer over one sequence, there and back.

    Attributes
    ----------
    layer : str
    length : int
        Positions, n.
    seconds : float
        The quickest of several passes, forward and backward: others were disturbed.
    megabytes : float
        Of tensors kept for the backward pass, parameters left out.
    """

    layer: str
    length: int
    seconds: float
    megabytes: float


def layer_costs(
    layers: Mapping[str, nn.Module], lengths: Sequence[int], *, width: int, repeats: int = 3, seed: int = 0
) -> list[Cost]:
    """Measure layers on random sequences of growing length.

    Parameters
    ----------
    layers : mapping from a name to a module
        Each takes ``(1, n, width)`` and returns a tensor, or a tuple that begins with one.
    lengths : sequence of int
    width : int
        Numbers a position, d.
    repeats : int
        Passes timed at each length, after one in which bytes are counted; the quickest counts.
    seed : int
        Of the random sequences.

    Returns
    -------
    list of Cost
        Layer by layer, lengths as given.

    Raises
    ------
    ValueError
        If there is nothing to measure.
    """
    if not layers or not lengths or repeats < 1:
        raise ValueError("layer_costs: at least one layer, one length and one repeat are needed")
    generator = torch.Generator().manual_seed(seed)
    inputs = {length: torch.randn(1, length, width, generator=generator) for length in lengths}
    cells = [(name, length) for name in layers for length in lengths]
    megabytes = {cell: _remembered(layers[cell[0]], inputs[cell[1]]) / 1e6 for cell in cells}
    seconds = dict.fromkeys(cells, float("inf"))
    for _ in range(repeats):
        for name, length in cells:  # in rounds: what disturbs for a moment spoils one round of a cell, not all
            seconds[name, length] = min(seconds[name, length], _timed(layers[name], inputs[length]))
    return [Cost(*cell, seconds[cell], megabytes[cell]) for cell in cells]


def _there_and_back(layer: nn.Module, x: Tensor) -> None:
    output = layer(x)
    output = output[0] if isinstance(output, tuple) else output
    torch.autograd.grad(output.sum(), list(layer.parameters()))  # leaves the parameters' own gradients alone


def _timed(layer: nn.Module, x: Tensor) -> float:
    started = time.perf_counter()
    _there_and_back(layer, x)
    return time.perf_counter() - started


def _remembered(layer: nn.Module, x: Tensor) -> int:
    """Bytes of the distinct tensors that autograd keeps; a tensor and its views count once."""
    known = {parameter.untyped_storage().data_ptr() for parameter in layer.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        _there_and_back(layer, x)
    return sum(kept.values())
