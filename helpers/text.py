"""Text made fit to be shown in a terminal or a page: what came from elsewhere, and numbers over seeds."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

# controls (a terminal obeys them), marks that turn the direction of reading, halves of characters
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(words: object) -> str:
    """Text in which what cannot be seen is written out, as `\\u202e`; line ends are those of Unix."""
    return HIDDEN.sub(lambda one: f"\\u{ord(one[0]):04x}", str(words).replace("\r\n", "\n"))


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The mean, and in brackets the lowest and the highest, where these are written differently."""
    mean, low, high = (f"{one:.{digits}f}" for one in (statistics.mean(values), min(values), max(values)))
    between = " to " if low.startswith("-") else "–"  # or a minus stands beside a dash
    return mean if low == high else f"{mean} ({low}{between}{high})"
