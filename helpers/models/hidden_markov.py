"""Hidden Markov models: what is seen is drawn by a state that is not. Everything is computed in logarithms.

Formulas as in Durbin, Eddy, Krogh & Mitchison, *Biological Sequence Analysis* (1998), chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.dna.sequences import BASES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# Probability of the next base (columns A, C, G, T) after a base (rows), counted in 48 labelled stretches of human DNA:
# Durbin et al. 1998, section 3.1. Rows add up to 1 only within rounding.
ISLAND = np.array(
    [
        [0.180, 0.274, 0.426, 0.120],
        [0.171, 0.368, 0.274, 0.188],
        [0.161, 0.339, 0.375, 0.125],
        [0.079, 0.355, 0.384, 0.182],
    ]
)
SEA = np.array(
    [
        [0.300, 0.205, 0.285, 0.210],
        [0.322, 0.298, 0.078, 0.302],
        [0.248, 0.246, 0.298, 0.208],
        [0.177, 0.239, 0.292, 0.292],
    ]
)


class HMM:
    """A hidden Markov model with K states and M symbols.

    Parameters
    ----------
    start : (K,)
        Probability of each state at the first position.
    transition : (K, K)
        Row: the state now, column: the next one.
    emission : (K, M)
        Row: the state, column: the symbol that it shows.

    Attributes
    ----------
    log_start, log_transition, log_emission : ndarray, float64
        The natural logarithms of the same.

    Raises
    ------
    ValueError
        If a shape is another, or a row is no probabilities.
    """

    def __init__(self, start: ArrayLike, transition: ArrayLike, emission: ArrayLike) -> None:
        tables = {"start": start, "transition": transition, "emission": emission}
        arrays = {name: _probabilities(name, table) for name, table in tables.items()}
        states = arrays["start"].shape[-1]
        if arrays["start"].ndim != 1 or arrays["transition"].shape != (states, states):
            raise ValueError(
                f"HMM: start has shape {arrays['start'].shape} and transition {arrays['transition'].shape}; "
                "expected (K,) and (K, K)"
            )
        if arrays["emission"].ndim != 2 or len(arrays["emission"]) != states:
            raise ValueError(f"HMM: emission has shape {arrays['emission'].shape}; expected ({states}, symbols)")
        with np.errstate(divide="ignore"):  # what cannot happen has the logarithm minus infinity
            self.log_start, self.log_transition, self.log_emission = (np.log(table) for table in arrays.values())

    @property
    def states(self) -> int:
        """How many states there are, K."""
        return len(self.log_start)

    @property
    def symbols(self) -> int:
        """How many symbols there are, M."""
        return self.log_emission.shape[1]

    def forward(self, tokens: Sequence[int] | NDArray) -> NDArray[np.float64]:
        """Return the logarithm of P(symbols up to here, state here): shape (L, K).

        Parameters
        ----------
        tokens : (L,) of int
            0 to M - 1; M stands for "not known" and is what every state might have shown.

        Raises
        ------
        ValueError
            If there is no token, or one is no symbol.
        """
        seen = self._seen(tokens)  # (L, K)
        alpha = np.empty_like(seen)
        alpha[0] = self.log_start + seen[0]
        for i in range(1, len(seen)):
            alpha[i] = np.logaddexp.reduce(alpha[i - 1][:, None] + self.log_transition, axis=0) + seen[i]
        return alpha

    def backward(self, tokens: Sequence[int] | NDArray) -> NDArray[np.float64]:
        """Return the logarithm of P(symbols after here | state here): shape (L, K). Tokens as in :meth:`forward`."""
        seen = self._seen(tokens)
        beta = np.zeros_like(seen)
        for i in range(len(seen) - 2, -1, -1):
            beta[i] = np.logaddexp.reduce(self.log_transition + seen[i + 1] + beta[i + 1], axis=1)
        return beta

    def log_likelihood(self, tokens: Sequence[int] | NDArray) -> float:
        """Return the natural logarithm of the probability of these symbols, over all paths of states."""
        return float(np.logaddexp.reduce(self.forward(tokens)[-1]))

    def filtered(self, tokens: Sequence[int] | NDArray) -> NDArray[np.float64]:
        """Return P(state here | symbols up to here): shape (L, K). All that a reader who never looks ahead can know."""
        return _shares(self.forward(tokens))

    def posterior(self, tokens: Sequence[int] | NDArray) -> NDArray[np.float64]:
        """Return P(state here | all symbols, before and after): shape (L, K)."""
        return _shares(self.forward(tokens) + self.backward(tokens))

    def viterbi(self, tokens: Sequence[int] | NDArray) -> tuple[NDArray[np.int64], float]:
        """Return the most probable path of states, shape (L,), and the logarithm of its probability with the symbols.

        Of several equally probable paths, one.
        """
        seen = self._seen(tokens)
        best = self.log_start + seen[0]
        came_from = np.zeros(seen.shape, dtype=np.int64)
        for i in range(1, len(seen)):
            ways = best[:, None] + self.log_transition  # (K from, K to)
            came_from[i] = ways.argmax(axis=0)
            best = ways.max(axis=0) + seen[i]
        path = np.empty(len(seen), dtype=np.int64)
        path[-1] = best.argmax()
        for i in range(len(seen) - 1, 0, -1):
            path[i - 1] = came_from[i, path[i]]
        return path, float(best.max())

    def sample(self, length: int, *, seed: int | np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw hidden states and the symbols that they show: two arrays (length,) of int64.

        Raises
        ------
        ValueError
            If `length` is below 1.
        """
        if length < 1:
            raise ValueError(f"HMM.sample: length is {length}; expected 1 or more")
        rng = np.random.default_rng(seed)
        draws = rng.random((2, length))
        start, transition, emission = (
            np.exp(table).cumsum(axis=-1) for table in (self.log_start, self.log_transition, self.log_emission)
        )
        states, symbols = np.empty(length, dtype=np.int64), np.empty(length, dtype=np.int64)
        row = start
        for i, (which, what) in enumerate(draws.T):
            states[i] = _drawn(row, which)
            symbols[i] = _drawn(emission[states[i]], what)
            row = transition[states[i]]
        return states, symbols

    def _seen(self, tokens: Sequence[int] | NDArray) -> NDArray[np.float64]:
        """Logarithm of P(this symbol | state), shape (L, K)."""
        values = np.asarray(tokens)
        if values.ndim != 1 or not len(values) or values.dtype.kind not in "iu":
            raise ValueError(f"HMM: tokens have shape {values.shape} and type {values.dtype}; expected integers (L,)")
        if values.min() < 0 or values.max() > self.symbols:
            where = int(np.flatnonzero((values < 0) | (values > self.symbols))[0])
            raise ValueError(f"HMM: token {values[where]} at position {where}; expected 0 to {self.symbols}")
        known = np.vstack([self.log_emission.T, np.zeros(self.states)])  # (M + 1, K)
        return known[values]


def cpg_islands(*, island: float = 150.0, sea: float = 350.0) -> HMM:
    """Return the eight-state model of CpG islands: states 0 to 3 are A, C, G, T in an island, 4 to 7 in the sea.

    Which base follows which is Durbin's table, :data:`ISLAND` or :data:`SEA`; how often one changes into the other is
    not from there but set by the mean lengths. A state shows its own base, so only island or sea is hidden.

    Parameters
    ----------
    island, sea : float
        Mean length of a stretch, in bases. Real islands are some 1,000 long and far apart; these fit into a picture.

    Raises
    ------
    ValueError
        If a length is not above 1.
    """
    lengths = {"island": island, "sea": sea}
    for name, length in lengths.items():
        if not length > 1:
            raise ValueError(f"cpg_islands: {name} is {length}; expected a mean length above 1 base")
    tables = [table / table.sum(axis=1, keepdims=True) for table in (ISLAND, SEA)]
    leave = [1 / length for length in lengths.values()]
    blocks = [
        [tables[there] * (leave[here] if here != there else 1 - leave[here]) for there in (0, 1)] for here in (0, 1)
    ]
    share = island / (island + sea)
    start = np.repeat([share, 1 - share], len(BASES)) / len(BASES)
    return HMM(start, np.block(blocks), np.vstack([np.eye(len(BASES))] * 2))


def _probabilities(name: str, table: ArrayLike) -> NDArray[np.float64]:
    """Return a table whose rows are probabilities; ValueError if they are not."""
    array = np.asarray(table, dtype=np.float64)
    if not array.ndim or not array.size or (array < 0).any() or not np.allclose(array.sum(axis=-1), 1, atol=1e-6):
        raise ValueError(f"HMM: a row of {name} is no probabilities: they must be 0 or more and add up to 1")
    return array


def _shares(log: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each row of logarithms into probabilities that add up to 1."""
    return np.exp(log - np.logaddexp.reduce(log, axis=1, keepdims=True))


def _drawn(cumulated: NDArray[np.float64], draw: float) -> int:
    """The index that a number between 0 and 1 falls on; never beyond the last, whatever rounding did."""
    return int(np.searchsorted(cumulated, draw * cumulated[-1], side="right"))
