"""A picture that changes while a model trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.look import as_png

if TYPE_CHECKING:
    from IPython.display import DisplayHandle
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Live:
    """One place in a notebook where each new figure replaces the one before; the last one stays.

    Parameters
    ----------
    alt : str
        One sentence for readers who do not see the picture, true of the last one.
    dpi : int
        Dots an inch.
    """

    def __init__(self, alt: str, *, dpi: int = 90) -> None:
        self.alt = alt
        self.dpi = dpi
        self._handle: DisplayHandle | None = None

    def show(self, figure: Figure | Axes) -> None:
        """Show a figure, in place of the last one, and close it."""
        from IPython.display import DisplayHandle

        data, metadata = as_png(figure, self.alt, self.dpi)
        if self._handle is None:
            self._handle = DisplayHandle()
            self._handle.display(data, metadata=metadata, raw=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
