"""Models of lesson 05 that read DNA as a language: the next base, and codons translated into protein."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.dna.sequences import BASES


class NextBase(nn.Module):
    """Read bases one by one with a GRU and, after each, score the four that may come next.

    Parameters
    ----------
    hidden : int
        Units of the GRU.

    Raises
    ------
    ValueError
        If `hidden` is not a positive whole number.
    """

    def __init__(self, hidden: int = 64) -> None:
        super().__init__()
        _checked("NextBase", hidden=hidden)
        self.gru = nn.GRU(len(BASES), hidden, batch_first=True)
        self.score = nn.Linear(hidden, len(BASES))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the logits (N, L, 4) of the base that follows each token (N, L); 4, an N, is read as zeros."""
        return self.score(self.states(tokens))

    def states(self, tokens: Tensor) -> Tensor:
        """Return the hidden state (N, L, hidden) after each token (N, L) of int64."""
        return self.gru(_one_hot("NextBase", tokens, len(BASES)))[0]

    def log_likelihood(self, tokens: Tensor) -> Tensor:
        """Return the natural logarithm of the probability of what follows the first base: (N,) of tokens (N, L).

        Bases 0 to 3. The first one is given, as in training, where it is nobody's target.
        """
        chances = self(tokens[:, :-1]).log_softmax(dim=2)  # (N, L - 1, 4)
        return chances.gather(2, tokens[:, 1:, None]).squeeze(2).sum(dim=1)


class Translator(nn.Module):
    """Sequence to sequence: one GRU reads the source to its end, another writes the target from that state alone.

    As in Sutskever, Vinyals & Le 2014 (arXiv:1409.3215). Everything that the writer knows of the source must fit into
    the `hidden` numbers between the two.

    Parameters
    ----------
    source, target : int
        How many different tokens there are on either side; -1 in a batch is padding and is read as zeros.
    hidden : int
        Units of either GRU.

    Raises
    ------
    ValueError
        If a number is not a positive whole number.
    """

    def __init__(self, source: int, target: int, hidden: int = 128) -> None:
        super().__init__()
        _checked("Translator", source=source, target=target, hidden=hidden)
        self.sizes = (source, target)
        self.reader = nn.GRU(source, hidden, batch_first=True)
        self.writer = nn.GRU(target, hidden, batch_first=True)
        self.score = nn.Linear(hidden, target)

    def read(self, source: Tensor) -> Tensor:
        """Return the state (N, hidden) after each source (N, S) has been read to its own last token."""
        lengths = (source >= 0).sum(dim=1)
        if not bool((lengths > 0).all()):
            raise ValueError("Translator: a source is all padding; expected at least one token in each")
        states = self.reader(_one_hot("Translator", source, self.sizes[0]))[0]  # (N, S, hidden)
        return states[torch.arange(len(source)), lengths - 1]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Return the logits (N, T, tokens) of each target token (N, T), given the source and the true ones before."""
        before = F.pad(target[:, :-1], (1, 0), value=-1)  # teacher forcing: what should have been written so far
        states = self.writer(_one_hot("Translator", before, self.sizes[1]), self.read(source)[None])[0]
        return self.score(states)

    @torch.no_grad()
    def translate(self, source: Tensor, length: int) -> Tensor:
        """Write `length` tokens (N, length), each the likeliest after what the model itself has written so far."""
        state = self.read(source)[None]
        token = torch.full((len(source), 1), -1, device=source.device)
        written = []
        for _ in range(length):
            states, state = self.writer(_one_hot("Translator", token, self.sizes[1]), state)
            token = self.score(states).argmax(dim=2)  # (N, 1)
            written.append(token)
        return torch.cat(written, dim=1)


def _one_hot(owner: str, tokens: Tensor, size: int) -> Tensor:
    """Return (N, L, size) floats: a row of zeros for -1 and for `size`, which stand for nothing."""
    if tokens.ndim != 2 or tokens.is_floating_point():
        raise ValueError(
            f"{owner}: tokens have shape {tuple(tokens.shape)} and type {tokens.dtype}; expected ints (N, L)"
        )
    if tokens.numel() and not (int(tokens.min()) >= -1 and int(tokens.max()) <= size):
        raise ValueError(f"{owner}: tokens from {int(tokens.min())} to {int(tokens.max())}; expected -1 to {size}")
    known = (tokens >= 0) & (tokens < size)
    return F.one_hot(tokens.long().clamp(0, size - 1), size).float() * known[:, :, None]


def _checked(owner: str, **sizes: int) -> None:
    """Raise ValueError for a size that is not a positive whole number."""
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{owner}: {name} is {size!r}; it must be a whole number, 1 or more")
