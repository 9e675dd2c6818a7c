"""Sequence logos beside logomaker's: `python benchmarks/logo.py`.

The same heights in the same figure, drawn to pixels. Fonts differ by the glyphs' margins, so the pictures are compared
by what a reader sees of them: the share of the axes that each base's colour covers.
"""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")
import logomaker
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from side_by_side import begin, compare, store

from helpers.dna.sequences import BASES
from helpers.palette import PALETTE
from helpers.plots import logo

TARGETS = {10: 2.0, 70: 8.0, 500: 40.0}
TOLERANCE = 0.02  # of the axes' area, for each colour


def picture(heights: np.ndarray, whose: str) -> np.ndarray:
    """Draw weights `(4, w)` and return the pixels `(height, width, 3)`."""
    figure = plt.figure(figsize=(10, 2.5))
    ax = figure.add_axes((0, 0, 1, 1))
    if whose == "ours":
        logo(heights, ax=ax, kind="weights")
    else:
        logomaker.Logo(pd.DataFrame(heights.T, columns=list(BASES)), ax=ax, color_scheme=dict(PALETTE))
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[attr-defined]
    plt.close(figure)
    return pixels


def coverage(pixels: np.ndarray) -> np.ndarray:
    """The share of pixels in each base's colour."""
    colours = np.array([to_rgb(PALETTE[base]) for base in BASES]) * 255
    return np.array([(np.abs(pixels - colour).max(axis=-1) < 24).mean() for colour in colours])


def alike(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Compare two pictures by the area of each colour."""
    most = float(np.abs(coverage(ours) - coverage(theirs)).max())
    if most > TOLERANCE:
        raise AssertionError(f"a colour's area differs by {most:.1%} of the axes")
    return f"colours' areas differ by at most {most:.2%}"


def main() -> None:
    """Time 10, 30, 70 and 500 positions."""
    begin("logos")
    rows = []
    for width in (10, 30, 70, 500):
        heights = np.random.default_rng(0).normal(size=(len(BASES), width))
        rows.append(
            compare(
                f"{width} positions",
                "logomaker",
                lambda h=heights: picture(h, "ours"),
                lambda h=heights: picture(h, "theirs"),
                agree=alike,
                target=TARGETS.get(width),
                rounds=5,
            )
        )
    store("logo", rows, "logomaker", "matplotlib", "numpy")


if __name__ == "__main__":
    main()
