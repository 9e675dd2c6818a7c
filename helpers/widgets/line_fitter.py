"""A line to move by hand over points, its squared errors drawn as squares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.widgets.base import Widget, as_array, js

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_POINTS = 500  # each of them can be taken and moved


def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the line with the smallest mean squared error; slope 0 where all `x` are equal.

    Parameters
    ----------
    x, y : numpy.ndarray
        Coordinates, shape ``(N,)`` each.
    """
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread > 0 else 0.0
    return slope, float(y.mean()) - slope * float(x.mean())


def _window(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    room = 0.12 * (high - low) or max(abs(high), 1.0)
    return [low - room, high + room]


class LineFitter(Widget):
    """Move a line, or single points, and watch each squared error grow and shrink.

    Parameters
    ----------
    x, y : array-like
        Coordinates, shape ``(N,)`` each, 2 to 500 points.
    slope, intercept : float
        Where the line starts.
    x_label, y_label : str
        Names of the axes, with units.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length, hold NaN or infinity, or are too few or too many.
    """

    _esm = js("common.js", "plot.js", "landscape.js", "line_fitter.js")
    label = traitlets.Unicode("Fit a line by hand").tag(sync=True)
    x = traitlets.List(traitlets.Float()).tag(sync=True)
    y = traitlets.List(traitlets.Float()).tag(sync=True)
    slope = traitlets.Float(0.0).tag(sync=True)
    intercept = traitlets.Float(0.0).tag(sync=True)
    squares = traitlets.Bool(True).tag(sync=True)
    reveal = traitlets.Bool(False).tag(sync=True)
    x_label = traitlets.Unicode("x").tag(sync=True)
    y_label = traitlets.Unicode("y").tag(sync=True)
    x_window = traitlets.List(traitlets.Float()).tag(sync=True)
    y_window = traitlets.List(traitlets.Float()).tag(sync=True)
    steepest = traitlets.Float(1.0).tag(sync=True)
    picture_inches = (9.0, 3.6)

    def __init__(
        self,
        x: Any,
        y: Any,
        slope: float = 0.0,
        intercept: float = 0.0,
        *,
        x_label: str = "x",
        y_label: str = "y",
        **traits: Any,
    ) -> None:
        xs = as_array("LineFitter", "x", x, ndim=1, shape="(N,)")
        ys = as_array("LineFitter", "y", y, ndim=1, shape="(N,)")
        if len(xs) != len(ys):
            raise ValueError(f"LineFitter: x has {len(xs)} points and y has {len(ys)}; they must be as many")
        if not 2 <= len(xs) <= MOST_POINTS:
            raise ValueError(f"LineFitter: {len(xs):,} points; expected 2 to {MOST_POINTS} (pass a sample)")
        x_window, y_window = _window(xs), _window(ys)
        best, _ = least_squares(xs, ys)
        across = (y_window[1] - y_window[0]) / (x_window[1] - x_window[0])
        super().__init__(
            x=xs.tolist(),
            y=ys.tolist(),
            slope=float(slope),
            intercept=float(intercept),
            x_label=x_label,
            y_label=y_label,
            x_window=x_window,
            y_window=y_window,
            steepest=2 * max(abs(best), abs(float(slope)), across),
            **traits,
        )

    def mse(self) -> float:
        """The mean squared error of the line as it lies, in squared units of y."""
        return float(np.mean(self._residuals() ** 2))

    def best(self) -> tuple[float, float]:
        """Slope and intercept of the best line through the points as they lie."""
        return least_squares(np.array(self.x), np.array(self.y))

    def numbers(self) -> dict[str, Any]:
        slope, intercept = self.best()
        best_mse = float(np.mean((np.array(self.y) - slope * np.array(self.x) - intercept) ** 2))
        return {
            "mse": self.mse(),
            "residuals": self._residuals().tolist(),
            "best": {"slope": slope, "intercept": intercept, "mse": best_mse},
            "corners": self._bowl(*(np.array(ends) for ends in self._bowl_window())).ravel().tolist(),
        }

    def alt_text(self) -> str:
        return (
            f"{len(self.x)} points and the line y = {self.slope:.3g} x {self.intercept:+.3g}, "
            f"each error drawn as a square; mean squared error {self.mse():.4g}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes, bowl = figure.subplots(1, 2, width_ratios=(2, 1))
        slopes, intercepts = (np.linspace(low, high, 60) for low, high in self._bowl_window())
        heights = self._bowl(slopes, intercepts)
        heights -= heights.min()
        bowl.contourf(slopes, intercepts, heights**0.25, 12, cmap="Blues_r")
        bowl.plot(self.slope, self.intercept, "o", color=HUES["red"], markeredgecolor="white", markersize=8)
        bowl.set(xlabel="slope", ylabel="intercept", title="mean square of every line")
        axes.set(xlim=self.x_window, ylim=self.y_window, xlabel=self.x_label, ylabel=self.y_label)
        figure.canvas.draw()  # the layout is settled: pixels of one axis can be told in units of the other
        box = axes.get_window_extent()
        x_per_y = (np.ptp(self.x_window) / box.width) / (np.ptp(self.y_window) / box.height)
        for x, y, residual in zip(self.x, self.y, self._residuals(), strict=True):
            square = Rectangle((x, y), abs(residual) * x_per_y, -residual, facecolor=HUES["blue"], alpha=0.2)
            axes.add_patch(square)
        ends = np.array(self.x_window)
        axes.plot(ends, self.slope * ends + self.intercept, color=HUES["red"], lw=2)
        axes.scatter(self.x, self.y, color="#1d2129", zorder=3)
        axes.set_title(f"mean squared error {self.mse():.4g}", loc="left")

    def _bowl_window(self) -> tuple[list[float], list[float]]:
        """Slopes and intercepts of the lines through the points' middle that the sliders reach."""
        reach = max(self.steepest * abs(float(np.mean(self.x_window))), self.y_window[1] - self.y_window[0])
        middle = float(np.mean(self.y_window))
        return [-self.steepest, self.steepest], [middle - reach, middle + reach]

    def _bowl(self, slopes: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
        """Mean squared errors, one row an intercept and one column a slope."""
        x, y = np.array(self.x), np.array(self.y)
        errors = y - slopes[None, :, None] * x - intercepts[:, None, None]
        return (errors**2).mean(axis=-1)

    def _residuals(self) -> np.ndarray:
        return np.array(self.y) - (self.slope * np.array(self.x) + self.intercept)
