"""Questions in a still picture."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 92  # characters that fit across a still picture
LINE_INCHES = 0.27


def picture_of_words(figure: Figure, heading: str, lines: Sequence[str]) -> None:
    """Write a heading and lines on a figure, which grows to hold them; dollar signs stay, backticks and stars go.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty figure.
    heading : str
        Written bold.
    lines : sequence of str
        One or more lines of text each; long ones are wrapped.
    """
    head = textwrap.wrap(heading, LINE - 8)
    body = [row for line in lines for row in (textwrap.wrap(line, LINE, subsequent_indent="     ") or [""])]
    rows = [*((row, "bold") for row in head), ("", "normal"), *((row, "normal") for row in body)]
    figure.set_size_inches(8, LINE_INCHES * (len(rows) + 1))
    for i, (row, weight) in enumerate(rows):
        y = 1 - (i + 0.9) / (len(rows) + 1)
        plain = re.sub(r"`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)", "", row)
        figure.text(0.03, y, plain, weight=weight, fontsize=10.5, color="#1d2129", va="center", parse_math=False)
