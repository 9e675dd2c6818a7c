"""Descent to walk by hand: start, learning rate, momentum, optimisers side by side, on several surfaces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.widgets.base import Widget, as_array, js, unpack
from helpers.widgets.descent import (
    BUILT_IN,
    GRID,
    OPTIMISERS,
    grid_surface,
    highest_rate,
    quadratic_surface,
    terms_surface,
    value_and_slope,
    walk,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = dict(zip(OPTIMISERS, (*HUES.values(), "#1d2129"), strict=True))
LONGEST_WALK = 2000


class DescentExplorer(Widget):
    """Walk down a loss surface and see what crawls, what zigzags, what explodes.

    Parameters
    ----------
    loss : callable, optional
        An own surface, ``loss(x, y) -> float``; without it the built-in ones can be chosen from: a bowl, a narrow
        valley, a saddle and two minima.
    surface : str
        The built-in surface shown first.
    start : pair of float, optional
        Where the walk begins.
    learning_rate, momentum : float
        The learning rate of all optimisers (0 to 10), the momentum (0 to 0.99) of "momentum".
    optimisers : sequence of str
        Which walk: some of "SGD", "momentum", "Adagrad", "RMSprop", "Adam".
    steps : int
        How many steps are shown.
    most_steps : int
        How many can be walked, at most 2,000.
    x, y : pair of float
        Low and high of both weights, for an own `loss`.

    Raises
    ------
    ValueError
        If an optimiser, a surface or a number is none of these, or `loss` is not finite everywhere.
    """

    _esm = js("common.js", "plot.js", "landscape.js", "descent.js", "descent_explorer.js")
    label = traitlets.Unicode("Walk down a loss surface").tag(sync=True)
    surfaces = traitlets.Dict().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the surfaces, in order: a saved notebook sorts them
    surface = traitlets.Unicode().tag(sync=True)
    grid = traitlets.Bytes(b"").tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    learning_rate = traitlets.Float(0.1, min=0.0, max=10.0).tag(sync=True)
    momentum = traitlets.Float(0.9, min=0.0, max=0.99).tag(sync=True)
    optimisers = traitlets.List(traitlets.Enum(OPTIMISERS)).tag(sync=True)
    steps = traitlets.Int(0, min=0).tag(sync=True)
    most_steps = traitlets.Int(100).tag(sync=True)
    picture_inches = (9.0, 3.8)

    def __init__(
        self,
        loss: Callable[[Any, Any], Any] | None = None,
        *,
        surface: str = "bowl",
        start: Sequence[float] | None = None,
        learning_rate: float = 0.1,
        momentum: float = 0.9,
        optimisers: Sequence[str] = ("SGD",),
        steps: int = 0,
        most_steps: int = 100,
        x: tuple[float, float] = (-3.0, 3.0),
        y: tuple[float, float] = (-3.0, 3.0),
        **traits: Any,
    ) -> None:
        grid = traits.pop("grid", b"")
        surfaces = traits.pop("surfaces", {name: terms_surface(**spec) for name, spec in BUILT_IN.items()})
        if loss is not None:
            own, grid = grid_surface(loss, x, y)
            surfaces, surface = {"your function": own}, "your function"
        if surface not in surfaces:
            raise ValueError(f"DescentExplorer: surface {surface!r}; known are {', '.join(surfaces)}")
        unknown = [name for name in optimisers if name not in OPTIMISERS]
        if unknown or isinstance(optimisers, str):
            wrong = optimisers if isinstance(optimisers, str) else unknown[0]
            raise ValueError(f"DescentExplorer: optimisers {wrong!r}; expected a list out of {list(OPTIMISERS)}")
        if not 1 <= most_steps <= LONGEST_WALK:
            raise ValueError(f"DescentExplorer: most_steps {most_steps}; expected 1 to {LONGEST_WALK:,}")
        if not 0 <= learning_rate <= 10 or not 0 <= momentum <= 0.99:
            raise ValueError(
                f"DescentExplorer: learning_rate {learning_rate}, momentum {momentum}; expected 0 to 10 and 0 to 0.99"
            )
        origin = surfaces[surface]["start"] if start is None else start
        place = as_array("DescentExplorer", "start", origin, ndim=1, shape="(2,)")
        if place.shape != (2,):
            raise ValueError(f"DescentExplorer: start has {len(place)} numbers; expected 2, one for each weight")
        super().__init__(
            surfaces=surfaces,
            names=list(surfaces),
            surface=surface,
            grid=grid,
            start=place.tolist(),
            learning_rate=float(learning_rate),
            momentum=float(momentum),
            optimisers=list(optimisers),
            steps=int(min(steps, most_steps)),
            most_steps=int(most_steps),
            **traits,
        )

    @classmethod
    def from_data(cls, x: Any, y: Any, *, x_label: str = "per unit of x", **options: Any) -> DescentExplorer:
        """The loss of a line through data, over slope and intercept: raw, and with `x` standardised.

        Parameters
        ----------
        x, y : array-like
            Data, shape ``(N,)`` each, at least two points.
        x_label : str
            What the slope is counted in, such as "°C per base".
        **options
            As for the class.

        Raises
        ------
        ValueError
            If `x` and `y` differ in length, are too short, not finite, or `x` is constant.
        """
        xs = as_array("DescentExplorer", "x", x, ndim=1, shape="(N,)")
        ys = as_array("DescentExplorer", "y", y, ndim=1, shape="(N,)")
        if len(xs) != len(ys) or len(xs) < 2:
            raise ValueError(f"DescentExplorer: x has {len(xs)} points and y {len(ys)}; expected as many, at least 2")
        if xs.std() == 0:
            raise ValueError(f"DescentExplorer: x is {xs[0]:.4g} everywhere; a slope needs points at different x")
        surfaces = {
            "raw": quadratic_surface(xs, ys, x_label=x_label),
            "standardised": quadratic_surface(
                (xs - xs.mean()) / xs.std(), ys, x_label="per standard deviation of x", square=True
            ),
        }
        return cls(surfaces=surfaces, **{"surface": "raw", "learning_rate": 1e-3, **options})

    def path(self, n: int, optimiser: str | None = None) -> np.ndarray:
        """Where an optimiser stands after 0 to `n` steps.

        Parameters
        ----------
        n : int
            Number of steps.
        optimiser : str, optional
            Its name; the first one shown by default.

        Returns
        -------
        numpy.ndarray
            Shape ``(n + 1, 2)``; shorter where the walk left for infinity.
        """
        return walk(
            optimiser or self.optimisers[0],
            lambda p: self._loss(p)[1],
            self.start,
            steps=n,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
        )

    def losses(self, n: int, optimiser: str | None = None) -> np.ndarray:
        """The loss along :meth:`path`, shape ``(n + 1,)`` or shorter."""
        return np.array([self._loss(p)[0] for p in self.path(n, optimiser)])

    def numbers(self) -> dict[str, Any]:
        return {
            "paths": {name: self.path(self.steps, name).tolist() for name in self.optimisers},
            "losses": {name: self.losses(self.steps, name).tolist() for name in self.optimisers},
            "highest_rate": highest_rate(self.surfaces[self.surface]["terms"]),
        }

    def alt_text(self) -> str:
        if not self.optimisers:
            return f"The loss surface “{self.surface}”; no optimiser is chosen."
        ends = ", ".join(f"{name} {self.losses(self.steps, name)[-1]:.3g}" for name in self.optimisers)
        setting = f"Loss surface “{self.surface}”, learning rate {self.learning_rate:.3g}"
        return f"{setting}; loss after {self.steps} steps: {ends}."

    def draw(self, figure: Figure) -> None:
        chosen = self.surfaces[self.surface]
        ground, curves = figure.subplots(1, 2, width_ratios=[1.25, 1])
        (x0, x1), (y0, y1) = chosen["x"], chosen["y"]
        xs, ys = np.linspace(x0, x1, 80), np.linspace(y0, y1, 60)
        above = np.array([[self._loss(np.array([x, y]))[0] for x in xs] for y in ys]) - chosen["floor"]
        levels = above.max() * 3.0 ** -np.arange(9, -1, -1)
        ground.contourf(xs, ys, above.clip(min=0) ** 0.25, cmap="Blues_r", levels=12, alpha=0.45)
        ground.contour(xs, ys, above, levels=levels, colors="#7d8894", linewidths=0.7)
        ground.set(xlabel=chosen["x_label"], ylabel=chosen["y_label"], xlim=chosen["x"], ylim=chosen["y"])
        for name in self.optimisers:
            ground.plot(*self.path(self.steps, name).T, marker=".", ms=4, color=COLOURS[name], clip_on=True)
            gap = (self.losses(self.steps, name) - chosen["floor"]).clip(min=above.max() * 1e-8)
            curves.semilogy(gap, color=COLOURS[name])
            curves.annotate(
                name, (len(gap) - 1, gap[-1]), xytext=(4, 0), textcoords="offset points", color=COLOURS[name]
            )
        ground.plot(*self.start, marker="o", ms=9, mfc="white", mec="#1d2129")
        curves.set(xlabel="step", ylabel="loss above the lowest", xlim=(0, max(1.3 * self.steps, 10)))

    def _loss(self, p: np.ndarray) -> tuple[float, np.ndarray]:
        grid = unpack(self.grid, (GRID, GRID)) if self.grid else None
        return value_and_slope(self.surfaces[self.surface], grid, p)
