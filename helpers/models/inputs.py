"""What the scoreboard's models ask of their input."""

from __future__ import annotations

from torch import Tensor, nn

from helpers.dna.sequences import BASES


def checked_input(model: nn.Module, X: Tensor, length: int) -> Tensor:
    """Return one-hot sequences in the model's own type of float, or say what is wrong with their shape (ValueError)."""
    if X.ndim != 3 or X.shape[1:] != (len(BASES), length):
        raise ValueError(
            f"{type(model).__name__}: X has shape {tuple(X.shape)}; it must be (N, {len(BASES)}, {length})"
        )
    return X.to(next(model.parameters()).dtype)


def checked_length(owner: str, length: int, least: int) -> int:
    """Return `length`, or raise ValueError if it is no whole number or leaves nothing after pooling."""
    if not isinstance(length, int) or length < least:
        raise ValueError(f"{owner}: length is {length!r}; it must be a whole number, {least} or more")
    return length
