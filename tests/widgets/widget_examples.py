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


EXAMPLES = [
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
]
