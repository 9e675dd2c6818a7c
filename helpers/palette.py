"""The colours of the course: told apart under every kind of colour blindness, and read on white and on #111."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle

PALETTE = {"A": "#266E36", "C": "#0095FF", "G": "#B78D08", "T": "#B23D8B"}
# Of classes, models and what is marked: no base's colour and no sign's.
HUES = {"blue": "#2A5CBE", "red": "#B23240", "teal": "#2F9CAE", "coral": "#F65E48"}
HUES_ON_DARK = {"blue": "#6B80F0", "red": "#E05A62", "teal": "#66D4EC", "coral": "#FFDCB4"}
SIGNS = {"plus": "#7A5AD0", "minus": "#C25A12"}  # of a number: no base's colour
INK = "#222222"
PALE = "#767676"  # what is only beside the point: chance, what others did; contrast 4.5 on white


def colours_of(names: Iterable[str]) -> dict[str, str]:
    """Give each name one of `HUES`, in their order; they recur after four."""
    return dict(zip(dict.fromkeys(names), cycle(HUES.values()), strict=False))
