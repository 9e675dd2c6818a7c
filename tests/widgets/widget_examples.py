"""Every widget once: with this entry it goes through all common tests and has its portrait taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Example:
    """One widget, as a lesson writes it, and how to move it.

    Attributes
    ----------
    code : str
        The expression that makes it, at its lesson's size. It may use ``np``, ``torch`` and every widget's name; it
        is evaluated here and in the kernels of JupyterLab and Notebook 7.
    control : str
        Accessible name of the control that takes `key`; the name is matched exactly.
    key : str
        The key that moves it; a second key may be separated by a blank ("Home ArrowRight").
    trait : str
        The trait which that key changes.
    value : object
        A value for `trait` to be set from Python, at which the picture must redraw.
    random : callable
        ``random(rng)`` makes a random instance, on which browser and Python must agree.
    role : str
        The control's ARIA role.
    """

    code: str
    control: str
    key: str
    trait: str
    value: Any
    random: Callable[[np.random.Generator], Any]
    role: str = "slider"

    @property
    def name(self) -> str:
        return self.code.split("(")[0].split(".")[0]

    def make(self) -> Any:
        import torch

        import helpers.widgets as widgets

        names = {name: getattr(widgets, name) for name in widgets.__all__ if name in self.code}
        return eval(self.code, {"np": np, "torch": torch, **names})

    def cell(self, name: str = "w") -> str:
        """A notebook cell that makes the widget, keeps it as `name`, and shows it."""
        return f"import numpy as np, torch\nfrom helpers.widgets import {self.name}\n{name} = {self.code}\n{name}"


def widgets() -> Any:
    import helpers.widgets

    return helpers.widgets


def _descent(rng: np.random.Generator) -> Any:
    """A random walk on a built-in surface, on an own function, or on the loss of a line."""
    DescentExplorer = widgets().DescentExplorer
    settings = {
        "learning_rate": float(10 ** rng.uniform(-3, -1.3)),
        "momentum": float(rng.uniform(0, 0.95)),
        "optimisers": ["SGD", "momentum", "Adagrad", "RMSprop", "Adam"],
        "steps": 40,
    }
    kind = rng.integers(3)
    if kind == 0:
        return DescentExplorer(
            lambda x, y: np.sin(x) * np.cos(y) + x * x / 9, start=rng.uniform(-3.5, 3.5, 2), **settings
        )
    if kind == 1:
        return DescentExplorer.from_data(rng.normal(2, 1, 30), rng.normal(size=30), **settings)
    surface = str(rng.choice(["bowl", "narrow valley", "saddle", "two minima"]))
    return DescentExplorer(surface=surface, start=rng.uniform(-1.5, 1.5, 2), **settings)


EXAMPLES = [
    Example(
        code=(
            "DescentExplorer(surface='narrow valley', learning_rate=0.075, steps=40, "
            "optimisers=['SGD', 'momentum', 'Adam'])"
        ),
        control="Learning rate",
        key="ArrowLeft",
        trait="learning_rate",
        value=0.02,
        random=_descent,
    ),
    Example(
        code=(
            "LineFitter(np.linspace(10, 30, 12), 22 + 1.3 * np.linspace(10, 30, 12) + np.cos(9 * np.arange(12)) * 6, "
            "slope=0.5, intercept=30, x_label='length (bases)', y_label='melting temperature (°C)')"
        ),
        control="Slope",
        key="ArrowRight",
        trait="slope",
        value=1.25,
        random=lambda rng: widgets().LineFitter(rng.normal(size=9) * 10, rng.normal(size=9), *rng.normal(size=2)),
    ),
    Example(
        code="SequenceEncoder('GCTATAAAAGNC')",
        control="Sequence",
        key="End T",
        trait="sequence",
        value="ACGTNACG",
        random=lambda rng: widgets().SequenceEncoder(
            "".join(rng.choice(list("ACGTN"), rng.integers(1, 60))),
            strand=str(rng.choice(["forward", "reverse complement"])),
        ),
        role="textbox",
    ),
]
