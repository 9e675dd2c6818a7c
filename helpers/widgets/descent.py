"""Loss surfaces over two weights, and five optimisers that walk down them as torch's do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.widgets.base import pack

OPTIMISERS = ("SGD", "momentum", "Adagrad", "RMSprop", "Adam")
GRID = 61  # samples of an own function, along each axis
FAR = 1e6  # a walk that is this far out is over

# A surface is a table of terms [coefficient, power of x, power of y]: value and slope are exact everywhere.
BUILT_IN: dict[str, dict[str, Any]] = {
    "bowl": {"terms": [[1, 2, 0], [1, 0, 2]], "start": [-2.3, 1.7], "floor": 0.0},
    "narrow valley": {"terms": [[0.5, 2, 0], [12, 0, 2]], "start": [-2.5, 1.2], "floor": 0.0},
    "saddle": {"terms": [[0.5, 2, 0], [-0.5, 0, 2], [0.125, 0, 4]], "start": [-2.2, 0.05], "floor": -0.5},
    "two minima": {
        "terms": [[0.5, 4, 0], [-2, 2, 0], [0.5, 1, 0], [1, 0, 2]],
        "start": [2.2, 1.6],
        "floor": -2.7220960333,
    },
}


def terms_surface(
    terms: list, *, start: list[float], floor: float, window: tuple = (-3.0, 3.0), **more: Any
) -> dict[str, Any]:
    """A surface given by terms, in the form that the browser takes.

    Parameters
    ----------
    terms : list of [coefficient, power of x, power of y]
        Their sum is the loss.
    start : list of float
        Where the walk begins, `[x, y]`.
    floor : float
        The lowest loss; pictures show the loss above it.
    window : tuple of float
        Both axes, low and high; `x` and `y` in `more` override it.
    """
    axes = {"x": list(window), "y": list(window), "x_label": "weight 1", "y_label": "weight 2"}
    return {"terms": terms, "start": start, "floor": floor, **axes, **more}


def quadratic_surface(x: np.ndarray, y: np.ndarray, *, x_label: str, square: bool = False) -> dict[str, Any]:
    """The mean squared error of ``y = slope * x + intercept`` over slope and intercept.

    Parameters
    ----------
    x, y : numpy.ndarray
        Data, shape ``(N,)`` each.
    x_label : str
        What one unit of the slope belongs to.
    square : bool
        Show as much of the slope as of the intercept, so that round valleys look round.
    """
    terms = [
        [np.mean(x**2), 2, 0],
        [2 * np.mean(x), 1, 1],
        [1.0, 0, 2],
        [-2 * np.mean(x * y), 1, 0],
        [-2 * np.mean(y), 0, 1],
        [np.mean(y**2), 0, 0],
    ]
    design = np.stack([x, np.ones_like(x)], axis=1)
    best, *_ = np.linalg.lstsq(design, y, rcond=None)
    reach = [1.5 * max(abs(value), 0.1 * float(y.std()) / max(float(x.std()), 1e-12), 1e-3) for value in best]
    if square:
        reach = [max(reach)] * 2
    floor = float(np.mean((design @ best - y) ** 2))
    ranges = [[float(value - far), float(value + far)] for value, far in zip(best, reach, strict=True)]
    return terms_surface(
        [[float(c), i, j] for c, i, j in terms],
        start=[0.0, 0.0],
        floor=floor,
        x=ranges[0],
        y=ranges[1],
        x_label=f"slope ({x_label})",
        y_label="intercept",
    )


def grid_surface(
    loss: Callable[[Any, Any], Any], x: tuple[float, float], y: tuple[float, float]
) -> tuple[dict[str, Any], bytes]:
    """Sample an own function; the browser then draws and differentiates it by cubic interpolation.

    Parameters
    ----------
    loss : callable
        ``loss(x, y)``: of arrays, or of two floats.
    x, y : tuple of float
        Low and high of each axis.

    Returns
    -------
    tuple
        The surface, and its ``(61, 61)`` values as bytes, rows along y.

    Raises
    ------
    ValueError
        If `loss` gives something else than one finite number a point.
    """
    across, down = np.meshgrid(np.linspace(*x, GRID), np.linspace(*y, GRID))
    values = _sample(loss, across, down)
    if not np.isfinite(values).all():
        j, i = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(
            f"DescentExplorer: loss({across[j, i]:.3g}, {down[j, i]:.3g}) is {values[j, i]}; expected finite numbers "
            "everywhere between the ranges of x and y"
        )
    start = [x[0] + 0.15 * (x[1] - x[0]), y[0] + 0.8 * (y[1] - y[0])]
    return terms_surface([], start=start, floor=float(values.min()), x=list(x), y=list(y)), pack(values)


def _sample(loss: Callable[[Any, Any], Any], across: np.ndarray, down: np.ndarray) -> np.ndarray:
    try:
        values = np.asarray(loss(across, down), dtype=float)
        if values.shape == across.shape:
            return values
    except (TypeError, ValueError, RuntimeError, AttributeError):
        pass  # a function of two floats, or of tensors
    try:
        return np.array(
            [[float(loss(a, b)) for a, b in zip(*rows, strict=True)] for rows in zip(across, down, strict=True)]
        )
    except Exception as error:
        raise ValueError(f"DescentExplorer: loss(x, y) failed on two floats: {error}") from error


def value_and_slope(surface: dict[str, Any], grid: np.ndarray | None, p: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss at `p`, and its gradient, shape ``(2,)``."""
    if grid is not None:
        return _cubic(surface, grid, p)
    x, y = p
    value, slope = 0.0, np.zeros(2)
    for c, i, j in surface["terms"]:
        value += c * x**i * y**j
        slope[0] += c * i * x ** max(i - 1, 0) * y**j
        slope[1] += c * j * x**i * y ** max(j - 1, 0)
    return value, slope


def highest_rate(terms: list[list[float]]) -> float | None:
    """The learning rate above which plain descent climbs out of a bowl: 2 over its steepest curvature.

    Parameters
    ----------
    terms : list
        ``[coefficient, power of x, power of y]`` each; none where the surface is given as samples.

    Returns
    -------
    float or None
        None where the surface is no bowl: of degree above 2, or flat or falling along one way.
    """
    if not terms or any(i + j > 2 for _, i, j in terms):
        return None
    xx, yy, xy = (sum(c for c, *powers in terms if powers == wanted) for wanted in ([2, 0], [0, 2], [1, 1]))
    hessian = np.array([[2 * xx, xy], [xy, 2 * yy]])
    least, most = np.linalg.eigvalsh(hessian)
    return float(2 / most) if least > 0 else None


def _weights(t: float) -> tuple[np.ndarray, np.ndarray]:
    """Catmull-Rom weights of four neighbours at 0 <= t <= 1, and their slopes (Catmull and Rom 1974)."""
    w = np.array([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]) / 2
    d = np.array([-1 + 4 * t - 3 * t**2, -10 * t + 9 * t**2, 1 + 8 * t - 9 * t**2, -2 * t + 3 * t**2]) / 2
    return w, d


def _cubic(surface: dict[str, Any], grid: np.ndarray, p: np.ndarray) -> tuple[float, np.ndarray]:
    """Cubic interpolation inside the grid; outside, straight on with the border's slope."""
    n = len(grid)
    cell, weights, slopes, beyond = [], [], [], []
    for axis, (low, high) in enumerate((surface["x"], surface["y"])):
        at = (p[axis] - low) / (high - low) * (n - 1)
        inside = min(max(at, 0.0), n - 1.0)
        first = min(int(inside), n - 2)
        w, d = _weights(inside - first)
        cell.append(np.clip(np.arange(first - 1, first + 3), 0, n - 1))
        weights.append(w)
        slopes.append(d * (n - 1) / (high - low))
        beyond.append(p[axis] - (low + inside * (high - low) / (n - 1)))
    patch = grid[np.ix_(cell[1], cell[0])]
    slope = np.array([weights[1] @ patch @ slopes[0], slopes[1] @ patch @ weights[0]])
    return float(weights[1] @ patch @ weights[0] + slope @ np.array(beyond)), slope


def walk(
    optimiser: str,
    slope_at: Callable[[np.ndarray], np.ndarray],
    start: list[float],
    *,
    steps: int,
    learning_rate: float,
    momentum: float,
) -> np.ndarray:
    """The points that an optimiser visits, with torch's formulas and defaults (torch.optim).

    Parameters
    ----------
    optimiser : str
        One of :data:`OPTIMISERS`.
    slope_at : callable
        The gradient at a point, shape ``(2,)``.
    start : list of float
        Where to begin.
    steps : int
        How many updates; fewer come back where the walk leaves for infinity.
    learning_rate, momentum : float
        The learning rate of all, the momentum of "momentum".

    Returns
    -------
    numpy.ndarray
        Shape ``(steps + 1, 2)`` or shorter; the start is the first.
    """
    p, first, second = np.array(start, dtype=float), np.zeros(2), np.zeros(2)
    path = [p]
    for t in range(1, steps + 1):
        g = slope_at(p)
        if optimiser == "SGD":
            move = g
        elif optimiser == "momentum":
            first = momentum * first + g
            move = first
        elif optimiser == "Adagrad":
            second = second + g * g
            move = g / (np.sqrt(second) + 1e-10)
        elif optimiser == "RMSprop":
            second = 0.99 * second + 0.01 * g * g
            move = g / (np.sqrt(second) + 1e-8)
        else:
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
            move = first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        p = p - learning_rate * move
        if not np.abs(p).max() < FAR:
            break
        path.append(p)
    return np.array(path)
