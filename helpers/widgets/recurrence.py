"""Recurrent cells step by step: as ``static/recurrence.js``, with numpy.

Formulas and the order of the gates are those of ``torch.nn.RNN``, ``GRU`` and ``LSTM`` (one layer, one direction).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.dna.sequences import BASES
from helpers.widgets.base import as_array
from helpers.widgets.mlp import sigmoid

if TYPE_CHECKING:
    import torch

GATES = {
    "RNN": (),
    "GRU": ("reset", "update", "candidate"),
    "LSTM": ("input", "forget", "candidate", "output"),
}
BLOCKS = {"RNN": 1, "GRU": 3, "LSTM": 4}  # of rows in each weight matrix
PARTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
MOST_UNITS = 128


@dataclass(frozen=True)
class Cell:
    """The weights of one recurrent layer that reads one-hot DNA.

    Attributes
    ----------
    kind : {"RNN", "GRU", "LSTM"}
    weight_ih, weight_hh : numpy.ndarray
        Shapes ``(blocks * units, 4)`` and ``(blocks * units, units)``, blocks in torch's order.
    bias_ih, bias_hh : numpy.ndarray
        Shape ``(blocks * units,)`` each.
    relu : bool
        For RNN: ReLU in place of tanh.
    """

    kind: str
    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray
    relu: bool = False

    @property
    def units(self) -> int:
        return self.weight_hh.shape[1]

    @classmethod
    def from_weights(cls, owner: str, kind: str, weights: Mapping[str, Any], *, relu: bool = False) -> Cell:
        """Take in weights by torch's names (``rnn.state_dict()``); biases may be missing.

        Raises
        ------
        ValueError
            If the kind is unknown, or names or shapes are not those of one layer with 4 inputs and up to 128 units.
        """
        if kind not in BLOCKS:
            raise ValueError(f"{owner}: cell is {kind!r}; expected one of {', '.join(BLOCKS)}")
        missing = [name for name in PARTS[:2] if name not in weights]
        if missing:
            raise ValueError(f"{owner}: weights lack {missing[0]}; expected {', '.join(PARTS)}, as in rnn.state_dict()")
        w_ih, w_hh = (as_array(owner, name, weights[name], ndim=2, shape="(rows, columns)") for name in PARTS[:2])
        units = w_hh.shape[1]
        rows = BLOCKS[kind] * units
        if units > MOST_UNITS:
            raise ValueError(f"{owner}: the {kind} has {units} hidden units; expected at most {MOST_UNITS}")
        biases = [
            as_array(owner, name, weights[name], ndim=1, shape="(rows,)") if name in weights else np.zeros(rows)
            for name in PARTS[2:]
        ]
        for name, array, shape in [
            (PARTS[0], w_ih, (rows, len(BASES))),
            (PARTS[1], w_hh, (rows, units)),
            (PARTS[2], biases[0], (rows,)),
            (PARTS[3], biases[1], (rows,)),
        ]:
            if array.shape != shape:
                raise ValueError(f"{owner}: {name} of the {kind} has shape {array.shape}; expected {shape}")
        return cls(kind, w_ih, w_hh, biases[0], biases[1], relu)

    @classmethod
    def from_torch(cls, owner: str, rnn: torch.nn.RNNBase) -> Cell:
        """Take in ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``, on any device.

        Raises
        ------
        ValueError
            If it is something else, or has several layers, two directions, a projection or other inputs than 4.
        """
        kind = str(getattr(rnn, "mode", type(rnn).__name__)).split("_")[0]
        if kind not in BLOCKS or not hasattr(rnn, "num_layers"):
            raise ValueError(f"{owner}: rnn is a {type(rnn).__name__}; expected nn.RNN, nn.GRU or nn.LSTM")
        for name, found, wanted in [
            ("num_layers", rnn.num_layers, 1),
            ("bidirectional", rnn.bidirectional, False),
            ("proj_size", rnn.proj_size, 0),
            ("input_size", rnn.input_size, len(BASES)),
        ]:
            if found != wanted:
                raise ValueError(f"{owner}: rnn has {name}={found}; expected {name}={wanted}")
        return cls.from_weights(owner, kind, rnn.state_dict(), relu=rnn.mode == "RNN_RELU")

    def flat(self) -> np.ndarray:
        """All weights and biases in one vector, in the order of `PARTS`."""
        return np.concatenate([a.ravel() for a in (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)])

    @classmethod
    def from_flat(cls, kind: str, units: int, numbers: np.ndarray, *, relu: bool = False) -> Cell:
        """Undo :meth:`flat`."""
        rows = BLOCKS[kind] * units
        ends = np.cumsum([rows * len(BASES), rows * units, rows])
        w_ih, w_hh, b_ih, b_hh = np.split(numbers, ends)
        return cls(kind, w_ih.reshape(rows, -1), w_hh.reshape(rows, -1), b_ih, b_hh, relu)


def run(cell: Cell, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """Read a sequence from a state of zeros.

    Parameters
    ----------
    cell : Cell
    tokens : numpy.ndarray
        0 to 3 for A, C, G, T and 4 for N, whose input is all zeros; shape ``(L,)``.

    Returns
    -------
    dict
        ``"state"``, the hidden state after each base, the gates by name, for an LSTM also ``"memory"``, its cell
        state; shape ``(L, units)`` each.
    """
    length, units, kind = len(tokens), cell.units, cell.kind
    columns = np.hstack([cell.weight_ih, np.zeros((len(cell.weight_ih), 1))])
    inputs = columns[:, tokens].T + cell.bias_ih  # (L, blocks * units)
    names = ("state", *GATES[kind], *(["memory"] if kind == "LSTM" else []))
    parts = {name: np.zeros((length, units)) for name in names}
    state, memory = np.zeros(units), np.zeros(units)
    for t in range(length):
        a, u = inputs[t].reshape(-1, units), (cell.weight_hh @ state + cell.bias_hh).reshape(-1, units)
        if kind == "RNN":
            state = np.maximum(a[0] + u[0], 0) if cell.relu else np.tanh(a[0] + u[0])
            values: tuple = (state,)
        elif kind == "GRU":
            reset, update = sigmoid(a[0] + u[0]), sigmoid(a[1] + u[1])
            candidate = np.tanh(a[2] + reset * u[2])
            state = (1 - update) * candidate + update * state
            values = (state, reset, update, candidate)
        else:
            enter, forget, leave = sigmoid(a[0] + u[0]), sigmoid(a[1] + u[1]), sigmoid(a[3] + u[3])
            candidate = np.tanh(a[2] + u[2])
            memory = forget * memory + enter * candidate
            state = leave * np.tanh(memory)
            values = (state, enter, forget, candidate, leave, memory)
        for name, value in zip(parts, values, strict=True):
            parts[name][t] = value
    return parts
