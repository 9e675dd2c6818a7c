"""Still pictures.

Every picture carries its own white background, so that it can be read in light and in dark notebooks.
"""

from helpers.plots.look import INK, PALETTE, axes, label_ends, show, style
from helpers.plots.sequences import composition, logo

__all__ = ["INK", "PALETTE", "axes", "composition", "label_ends", "logo", "show", "style"]
