"""Exercises whose answer is something that a network learns from: slopes must pass through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from helpers.engine.exercise import Exercise

SLOPES = "its slopes"
PASSING = "Stay with torch and detach nothing: the network learns from the slopes of what comes back."


def reached(back: Tensor, leaves: list[Tensor]) -> list[Tensor]:
    """The slopes of the summed squares of `back`; 0 where none arrives."""
    slopes = torch.autograd.grad((back**2).sum(), leaves, allow_unused=True)
    return [torch.zeros_like(leaf) if slope is None else slope for leaf, slope in zip(leaves, slopes, strict=True)]


class Differentiable(Exercise):
    """An exercise with a part, `SLOPES`, whose questions ask for the slopes that reach its first arguments.

    Attributes
    ----------
    learned : tuple of str
        The names of these arguments.
    """

    learned: tuple[str, ...] = ()

    def ask(self, code: Callable[..., Any], *given: Any, part: str) -> Any:
        """What comes back, or the slopes of its squares."""
        if part != SLOPES:
            return code(*given)
        count = len(self.learned)
        leaves = [one.clone().requires_grad_() for one in given[:count]]
        return reached(code(*leaves, *given[count:]), leaves)

    def words(self, *given: Any, part: str) -> str:
        """What was asked, in words."""
        if part != SLOPES:
            return ""
        shapes = " and ".join(f"{name} {tuple(one.shape)}" for name, one in zip(self.learned, given, strict=False))
        return f"the slopes of {shapes}, of the sum of the squares of what comes back"
