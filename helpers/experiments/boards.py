"""The experiments of a lesson over seeds, and what was measured: a file of numbers that ships."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.places import shipped
from helpers.text import spread

SEEDS = 5


@dataclass(frozen=True)
class Experiment:
    """One experiment: what it asks, what its numbers are, and the function from a seed to a number for each row."""

    title: str
    measure: str
    run: Callable[[int], dict[str, float]]
    data: str


@dataclass(frozen=True)
class Board:
    """The experiments of a lesson, by name, and the file in `datasets/` that keeps what they gave."""

    file: str
    experiments: Mapping[str, Experiment]

    def measured(self, name: str) -> dict[str, list[float]]:
        """What an experiment gave: for each row a number a seed.

        Raises
        ------
        KeyError
            If there is no such experiment; the message lists those there are.
        """
        found: dict[str, Any] = json.loads((shipped() / self.file).read_text(encoding="utf-8"))["experiments"]
        if name not in found:
            raise KeyError(f"measured: no experiment is called {name!r}; there are {', '.join(found)}")
        return found[name]

    def table(self, name: str) -> str:
        """An experiment's rows as text, each with the mean of its seeds and, where they differ, lowest and highest."""
        rows = self.measured(name)
        width = max(map(len, rows))
        about = self.experiments[name]
        lines = [f"{about.title}: {about.measure} ({about.data}, {SEEDS} seeds)"]
        return "\n".join([*lines, *(f"  {row:{width}} {spread(values)}" for row, values in rows.items())])
