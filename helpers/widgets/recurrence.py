"""Recurrent cells step by step, and how far back their gradient reaches: as ``static/recurrence.js``, with numpy.

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
VANISHED = 1e-9  # a gradient smaller than this is not followed further back
MOST_WORK = 8_000_000  # multiplications for one gradient: a few milliseconds in a browser


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


def random_cell(kind: str, units: int, rng: np.random.Generator) -> Cell:
    """A cell as torch starts it: everything uniform within one over the square root of `units`."""
    size = Cell.from_flat(kind, units, np.empty(BLOCKS[kind] * units * (len(BASES) + units + 2))).flat().size
    return Cell.from_flat(kind, units, rng.uniform(-1, 1, size) / np.sqrt(units))


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
        ``"state"``, the hidden state after each base, the gates by name, for an LSTM also ``"memory"`` (its cell
        state), for a GRU ``"recurrent"`` (what the reset gate multiplies); shape ``(L, units)`` each.
    """
    length, units, kind = len(tokens), cell.units, cell.kind
    columns = np.hstack([cell.weight_ih, np.zeros((len(cell.weight_ih), 1))])
    inputs = columns[:, tokens].T + cell.bias_ih  # (L, blocks * units)
    extra = {"RNN": (), "GRU": ("recurrent",), "LSTM": ("memory",)}[kind]
    parts = {name: np.zeros((length, units)) for name in ("state", *GATES[kind], *extra)}
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
            values = (state, reset, update, candidate, u[2])
        else:
            enter, forget, leave = sigmoid(a[0] + u[0]), sigmoid(a[1] + u[1]), sigmoid(a[3] + u[3])
            candidate = np.tanh(a[2] + u[2])
            memory = forget * memory + enter * candidate
            state = leave * np.tanh(memory)
            values = (state, enter, forget, candidate, leave, memory)
        for name, value in zip(parts, values, strict=True):
            parts[name][t] = value
    return parts


def reach(cell: Cell, step: int) -> int:
    """How many states, the last one included, a gradient goes back at little cost: at least 2, if there are as many."""
    each = cell.units**3 * (2 if cell.kind == "LSTM" else 1)
    return min(step + 1, max(2, MOST_WORK // each))


def gradients(cell: Cell, parts: dict[str, np.ndarray], step: int) -> tuple[list[float], list[float]]:
    """How much the state after `step` depends on each state before.

    Parameters
    ----------
    cell : Cell
    parts : dict
        From :func:`run`.
    step : int
        T, counted from 0.

    Returns
    -------
    tuple of two lists
        The Frobenius norms of d h_T / d h_t and, for an LSTM, of d h_T / d c_t (else nothing), for t = T, T - 1, ...,
        as far as :func:`reach` allows and until they are below `VANISHED`.
    """
    units, lstm = cell.units, cell.kind == "LSTM"
    through_state = np.eye(units)
    through_memory = through_state * _opening(parts, step) if lstm else np.zeros((units, 0))
    states, memories = [float(np.sqrt(units))], [float(np.linalg.norm(through_memory))]
    for t in range(step, step + 1 - reach(cell, step), -1):
        if max(states[-1], memories[-1]) < VANISHED:
            break
        if lstm:
            before = through_state @ _slope_of_state(cell, parts, t) + through_memory @ _slope_of_memory(cell, parts, t)
            through_memory = through_memory * parts["forget"][t] + before * _opening(parts, t - 1)
            memories.append(float(np.linalg.norm(through_memory)))
            through_state = before
        else:
            through_state = through_state @ _slope(cell, parts, t)
        states.append(float(np.linalg.norm(through_state)))
    return states, memories if lstm else []


def _rows(cell: Cell, block: int) -> np.ndarray:
    return cell.weight_hh[block * cell.units : (block + 1) * cell.units]


def _slope(cell: Cell, parts: dict[str, np.ndarray], t: int) -> np.ndarray:
    """d h_t / d h_(t-1) of an RNN or a GRU."""
    state = parts["state"][t]
    if cell.kind == "RNN":
        return (state > 0 if cell.relu else 1 - state**2)[:, None] * cell.weight_hh
    reset, update, candidate = (parts[name][t] for name in GATES["GRU"])
    bend = (1 - update) * (1 - candidate**2)
    by_candidate = (bend * reset)[:, None] * _rows(cell, 2)
    by_reset = (bend * parts["recurrent"][t] * reset * (1 - reset))[:, None] * _rows(cell, 0)
    by_update = ((parts["state"][t - 1] - candidate) * update * (1 - update))[:, None] * _rows(cell, 1)
    return np.diag(update) + by_candidate + by_reset + by_update


def _slope_of_state(cell: Cell, parts: dict[str, np.ndarray], t: int) -> np.ndarray:
    """d h_t / d h_(t-1) of an LSTM by its output gate alone; the rest goes through its memory."""
    leave = parts["output"][t]
    return (np.tanh(parts["memory"][t]) * leave * (1 - leave))[:, None] * _rows(cell, 3)


def _slope_of_memory(cell: Cell, parts: dict[str, np.ndarray], t: int) -> np.ndarray:
    """d c_t / d h_(t-1) of an LSTM."""
    enter, forget, candidate = (parts[name][t] for name in ("input", "forget", "candidate"))
    by_input = (candidate * enter * (1 - enter))[:, None] * _rows(cell, 0)
    by_forget = (parts["memory"][t - 1] * forget * (1 - forget))[:, None] * _rows(cell, 1)
    return by_input + by_forget + (enter * (1 - candidate**2))[:, None] * _rows(cell, 2)


def _opening(parts: dict[str, np.ndarray], t: int) -> np.ndarray:
    """d h_t / d c_t of an LSTM within one step: the output gate times the slope of tanh."""
    return parts["output"][t] * (1 - np.tanh(parts["memory"][t]) ** 2)
