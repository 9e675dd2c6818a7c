"""The colours of the course: told apart under every kind of colour blindness, and read on white and on #111."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle

PALETTE = {"A": "#266E36", "C": "#0095FF", "G": "#B78D08", "T": "#B23D8B"}
SIGNS = {"plus": "#7A5AD0", "minus": "#C25A12"}  # of a number: no base's colour
INK = "#222222"
PALE = "#767676"  # what is only beside the point: chance, what others did; contrast 4.5 on white


def colours_of(names: Iterable[str], order: str = "CTGA") -> dict[str, str]:
    """Give each name a colour of the palette, in this order of bases; they recur after four."""
    return {name: PALETTE[base] for name, base in zip(dict.fromkeys(names), cycle(order), strict=False)}
