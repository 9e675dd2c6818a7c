"""Points to draw and a small network that learns to part them, step by step, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES
from helpers.plots import label_ends
from helpers.widgets.base import Widget, as_array, js
from helpers.widgets.mlp import ACTIVATIONS, Network

if TYPE_CHECKING:
    import torch
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS, MOST_UNITS, MOST_LAYERS = 400, 16, 3
MOST_STEPS, RECORD_EVERY = 4000, 10
COLOURS = {0: HUES["red"], 1: HUES["blue"]}


def datasets(per_class: int = 40) -> dict[str, list[list[float]]]:
    """The built-in sets of points ``[x, y, label]`` between −1 and 1; the same every time.

    Parameters
    ----------
    per_class : int
        Points of each class.
    """
    rng = np.random.default_rng(4)
    n = 2 * per_class
    label = np.arange(n) % 2
    sign = 2 * label - 1
    angle, along = rng.uniform(0, 2 * np.pi, n), np.linspace(0.08, 1, n)
    corner = np.where(rng.random(n) < 0.5, -1, 1)
    radius = np.where(label == 1, 0.36 * np.sqrt(rng.random(n)), rng.uniform(0.62, 0.9, n))
    arm, turn = 0.85 * along, 3.6 * along + np.pi * label
    moon = rng.uniform(0, np.pi, n)
    moons = np.stack([0.55 * np.cos(moon) * sign - 0.27 * sign, 0.6 * np.sin(moon) * sign - 0.15 * sign], axis=1)
    places = {
        "two clouds": np.stack([0.42 * sign, 0.34 * sign], axis=1) + rng.normal(0, 0.19, (n, 2)),
        "XOR": 0.52 * np.stack([corner, -corner * sign], axis=1) + rng.normal(0, 0.14, (n, 2)),
        "ring": np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1),
        "spiral": np.stack([arm * np.cos(turn), arm * np.sin(turn)], axis=1) + rng.normal(0, 0.02, (n, 2)),
        "noisy moons": moons + rng.normal(0, 0.2, (n, 2)),
    }
    return {name: np.column_stack([xy.clip(-1, 1).round(3), label]).tolist() for name, xy in places.items()}


class BoundaryExplorer(Widget):
    """Draw points of two classes, choose a network, train it, and watch how it divides the plane.

    Parameters
    ----------
    model : torch.nn.Module, optional
        Linear layers with one kind of activation between them, from 2 inputs to 1 logit: training starts from its
        weights. The model itself stays as it is; :meth:`network_now` gives what the widget has learnt.
    X : array-like, optional
        Points, shape ``(N, 2)``, best standardised; at most 400. Built-in ones if not given.
    y : array-like, optional
        Labels 0 or 1, shape ``(N,)``.
    data : str
        The built-in set shown first: "two clouds", "XOR", "ring", "spiral", "noisy moons" or "empty".
    hidden, layers : int
        Hidden units in a layer, 0 to 16 (0 is a single line), and hidden layers, 1 to 3.
    activation : str
        "none", "ReLU", "tanh" or "sigmoid".
    learning_rate : float
        Of Adam, which takes all training points at once.
    hold_out : bool
        Keep every second point of a class away from training, to test on.

    Raises
    ------
    ValueError
        If `X` and `y` do not fit, hold NaN or other labels, the model is another kind, or a setting is none of these.
    """

    _esm = js("common.js", "plot.js", "dna.js", "heat.js", "mlp.js", "unit_pictures.js", "boundary_explorer.js")
    label = traitlets.Unicode("Teach a network to part points").tag(sync=True)
    datasets = traitlets.Dict().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the datasets, in order: a saved notebook sorts them
    data = traitlets.Unicode().tag(sync=True)
    points = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    window = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    hidden = traitlets.Int(3, min=0).tag(sync=True)
    layers = traitlets.Int(1, min=1, max=MOST_LAYERS).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    learning_rate = traitlets.Float(0.03).tag(sync=True)
    hold_out = traitlets.Bool(True).tag(sync=True)
    seed = traitlets.Int(1, min=0).tag(sync=True)
    pen = traitlets.Enum(("blue", "red", "eraser"), "blue").tag(sync=True)
    units = traitlets.Bool(True).tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    network = traitlets.Dict().tag(sync=True)
    most = traitlets.Dict({"points": MOST_POINTS, "units": MOST_UNITS, "steps": MOST_STEPS}).tag(sync=True)
    x_label = traitlets.Unicode("first input").tag(sync=True)
    y_label = traitlets.Unicode("second input").tag(sync=True)
    picture_inches = (9.0, 4.0)

    def __init__(
        self, model: torch.nn.Module | None = None, X: Any = None, y: Any = None, *, data: str = "XOR", **traits: Any
    ) -> None:
        sets = {**datasets(), "empty": []}
        window = [[-1.15, 1.15], [-1.15, 1.15]]
        if (X is None) != (y is None):
            raise ValueError(f"BoundaryExplorer: {'y' if y is None else 'X'} is missing; pass both X and y, or neither")
        if X is not None:
            own = _points(X, y)
            sets, data = {"your points": own, "empty": []}, "your points"
            window = [_room([point[axis] for point in own]) for axis in (0, 1)]
        if data not in sets:
            raise ValueError(f"BoundaryExplorer: data {data!r}; known are {', '.join(sets)}")
        if model is not None:
            traits |= _given(model)
        if not 0 <= traits.get("hidden", 3) <= traits.get("most", {}).get("units", MOST_UNITS):
            raise ValueError(
                f"BoundaryExplorer: hidden is {traits['hidden']}; expected 0 to {MOST_UNITS} units in a layer"
            )
        if not 1e-4 <= traits.get("learning_rate", 0.03) <= 1:
            raise ValueError(f"BoundaryExplorer: learning_rate is {traits['learning_rate']}; expected 0.0001 to 1")
        super().__init__(datasets=sets, names=list(sets), data=data, window=window, **traits)

    def sizes(self) -> list[int]:
        """Units of each layer, inputs and output included."""
        if self.hidden == 0:
            return [2, 1]
        given = self.given.get("sizes", [])
        fits = len(given) == self.layers + 2 and given[1] == self.hidden
        return list(given) if fits else [2, *[self.hidden] * self.layers, 1]

    def network_now(self) -> Network:
        """The network as it stands; ``network_now().to_torch()`` makes a torch model of it."""
        sizes, state = self.sizes(), self._state()
        if state:
            parameters, moments = np.array(state["parameters"]), np.array(state["moments"])
            return Network(tuple(sizes), self.activation, parameters, moments, state["steps"])
        if self.given and self.given["sizes"] == sizes and self.given["activation"] == self.activation:
            parameters = np.array(self.given["parameters"])
            return Network(tuple(sizes), self.activation, parameters, np.zeros((2, len(parameters))))
        return Network.fresh(sizes, self.activation, self.seed)

    def split(self) -> tuple[np.ndarray, np.ndarray]:
        """Training and held-out points, shape ``(N, 3)`` each: x, y, label."""
        points = np.array(self._points_now()).reshape(-1, 3)
        held = np.zeros(len(points), dtype=bool)
        if self.hold_out:
            for label in (0, 1):
                held[np.flatnonzero(points[:, 2] == label)[1::2]] = True
        return points[~held], points[held]

    def train(self, steps: int) -> None:
        """Take steps of Adam, as the browser's button does.

        Parameters
        ----------
        steps : int
            How many; training ends at 4,000 in all.
        """
        network, (train, held) = self.network_now(), self.split()
        losses = self.losses()
        for _ in range(min(steps, MOST_STEPS - network.steps)):
            if len(train) == 0:
                break
            network = network.step(train[:, :2], train[:, 2], self.learning_rate)
            if network.steps % RECORD_EVERY == 0:
                losses.append([network.loss(part[:, :2], part[:, 2]) for part in (train, held)])
        self.network = {
            "made_for": self._made_for(),
            "parameters": network.parameters.tolist(),
            "moments": network.moments.tolist(),
            "steps": network.steps,
            "losses": losses,
        }

    def losses(self) -> list[list[float]]:
        """Loss on training and held-out points, at step 0 and every 10 steps since."""
        state = self._state()
        if state:
            return [list(pair) for pair in state["losses"]]
        network = self.network_now()
        return [[network.loss(part[:, :2], part[:, 2]) for part in self.split()]]

    def numbers(self) -> dict[str, Any]:
        network, parts = self.network_now(), self.split()
        later = network
        for _ in range(3 if len(parts[0]) else 0):
            later = later.step(parts[0][:, :2], parts[0][:, 2], self.learning_rate)
        names = ("training", "held_out")
        middle = np.array([[(low + high) / 2 for low, high in self.window]])
        return {
            "sizes": self.sizes(),
            "units": [said[0].tolist() for said in network.hidden(middle)],
            "loss": {name: network.loss(part[:, :2], part[:, 2]) for name, part in zip(names, parts, strict=True)},
            "right": {name: _share_right(network, part) for name, part in zip(names, parts, strict=True)},
            "logits": network.forward(np.array(self._points_now()).reshape(-1, 3)[:, :2]).tolist(),
            "after_3_steps": later.parameters.tolist(),
        }

    def alt_text(self) -> str:
        network, (train, held) = self.network_now(), self.split()
        shape = " → ".join(map(str, self.sizes()))
        tested = f" and {_share_right(network, held):.0%} of {len(held)} held out" if len(held) else ""
        return (
            f"{len(train) + len(held)} points of two classes and how a network {shape} ({self.activation}) divides the "
            f"plane after {network.steps} steps: right for {_share_right(network, train):.0%} of {len(train)} training "
            f"points{tested}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        plane, curves = figure.subplots(1, 2, width_ratios=[1.1, 1])
        network = self.network_now()
        xs, ys = (np.linspace(low, high, 90) for low, high in self.window)
        grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        logits = network.forward(grid).reshape(90, 90)
        tints = LinearSegmentedColormap.from_list("classes", ["#f0b8bf", "#ffffff", "#b9cbf0"])
        plane.contourf(xs, ys, np.tanh(logits / 2), cmap=tints, levels=np.linspace(-1, 1, 21))
        plane.contour(xs, ys, logits, levels=[0], colors="#1d2129", linewidths=2)
        for part, filled in zip(self.split(), (True, False), strict=True):
            _scatter(plane, part, filled)
        plane.set(xlim=self.window[0], ylim=self.window[1], xlabel=self.x_label, ylabel=self.y_label)
        losses = np.array(self.losses())
        steps = RECORD_EVERY * np.arange(len(losses))
        colours = {"training": HUES["teal"], "held out": HUES["coral"]} if self.hold_out else {"training": HUES["teal"]}
        for column, colour in enumerate(colours.values()):
            curves.plot(steps, losses[:, column], color=colour, marker="o" if len(losses) == 1 else None)
        curves.set(
            xlabel="step", ylabel="loss (nats)", xlim=(0, max(1.35 * steps[-1], 100)), ylim=(0, 1.15 * losses.max())
        )
        label_ends(curves, steps[-1], dict(zip(colours, losses[-1], strict=False)), colours)

    @traitlets.validate("points")
    def _check_points(self, proposal: Any) -> list[list[float]]:
        if not proposal["value"]:
            return []
        points = as_array("BoundaryExplorer", "points", proposal["value"], ndim=2, shape="(N, 3): x, y, label")
        if points.shape[1] != 3:
            raise ValueError(f"BoundaryExplorer: points has shape {points.shape}; expected (N, 3): x, y, label")
        return _points(points[:, :2], points[:, 2])

    def _points_now(self) -> list[list[float]]:
        return self.points or self.datasets[self.data]

    def _made_for(self) -> str:
        return f"{'-'.join(map(str, self.sizes()))} {self.activation} {str(self.hold_out).lower()} {self.seed}"

    def _state(self) -> dict[str, Any]:
        """What was learnt, if it was learnt by such a network."""
        return self.network if self.network.get("made_for") == self._made_for() else {}


def _points(X: Any, y: Any) -> list[list[float]]:
    places = as_array("BoundaryExplorer", "X", X, ndim=2, shape="(N, 2)")
    labels = as_array("BoundaryExplorer", "y", y, ndim=1, shape="(N,)")
    if places.shape[1] != 2:
        raise ValueError(f"BoundaryExplorer: X has shape {places.shape}; expected (N, 2), a plane has two inputs")
    if len(places) != len(labels):
        raise ValueError(f"BoundaryExplorer: X has {len(places)} points and y {len(labels)} labels; expected as many")
    if len(places) > MOST_POINTS:
        raise ValueError(f"BoundaryExplorer: {len(places):,} points; expected at most {MOST_POINTS} (pass a sample)")
    strange = labels[(labels != 0) & (labels != 1)]
    if len(strange):
        raise ValueError(f"BoundaryExplorer: y holds {strange[0]:g}; expected labels 0 and 1")
    return np.column_stack([places, labels]).tolist()


def _room(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    room = 0.1 * (high - low) or 1.0
    return [low - room, high + room]


def _given(model: torch.nn.Module) -> dict[str, Any]:
    """The traits that a torch model brings."""
    network = Network.from_torch(model)
    hidden = network.sizes[1:-1]
    if len(hidden) > MOST_LAYERS or max(hidden, default=0) > 4 * MOST_UNITS:
        raise ValueError(
            f"BoundaryExplorer: model has hidden layers of {list(hidden)} units; expected at most {MOST_LAYERS} layers "
            f"of {4 * MOST_UNITS}"
        )
    given = {
        "sizes": list(network.sizes),
        "activation": network.activation,
        "parameters": network.parameters.tolist(),
    }
    most = {"points": MOST_POINTS, "units": max(MOST_UNITS, *hidden, 0), "steps": MOST_STEPS}
    activation = network.activation if hidden else "tanh"
    layers = max(len(hidden), 1)
    return {
        "given": given | {"activation": activation},
        "hidden": hidden[0] if hidden else 0,
        "layers": layers,
        "activation": activation,
        "most": most,
    }


def _share_right(network: Network, part: np.ndarray) -> float:
    return float(np.mean((network.forward(part[:, :2]) > 0) == (part[:, 2] == 1))) if len(part) else 0.0


def _scatter(axes: Axes, part: np.ndarray, filled: bool) -> None:
    for label, marker in ((0, "s"), (1, "o")):
        x, y = part[part[:, 2] == label, :2].T
        face = COLOURS[label] if filled else "white"
        edge = "white" if filled else COLOURS[label]
        axes.scatter(
            x, y, marker=marker, s=34, facecolor=face, edgecolor=edge, linewidth=1.2 if filled else 1.8, zorder=3
        )
