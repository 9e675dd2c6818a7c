"""Names that modules and exercises had before: notebooks in a learner's workspace and forks still use them."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ROOMS = {
    "dna": ("sequences", "motifs", "records", "codons", "windows"),
    "experiments": ("promoters", "memory", "costs", "pairs", "planted"),
    "learner": ("session", "progress", "workspace", "doctor"),
    "training": ("batches", "metrics"),
    "interpret": ("filters", "attention_maps"),
    "authoring": ("release", "adopt"),
}
MOVED = {
    **{f"helpers.{name}": f"helpers.{room}.{name}" for room, names in ROOMS.items() for name in names},
    **{f"helpers.exercises.{name}": f"helpers.engine.{name}" for name in ("answers", "codec", "kinds", "source")},
    "helpers.exercises.watch": "helpers.engine.watch",
    "helpers.exercises.engine": "helpers.engine.exercise",
    "helpers.exercises.messages": "helpers.engine.message",
    "helpers.exercises.check": "helpers.learner.check",
    "helpers.hidden_markov": "helpers.models.hidden_markov",
    "helpers.simulate": "helpers.datasets.simulated",
    "helpers.surroundings": "helpers.settings",
    "helpers.runner": "helpers.authoring.notebooks",
    "helpers.grading.feedback": "helpers.grading.nbgrader.feedback",
    "helpers.grading.late": "helpers.grading.nbgrader.late",
    "helpers.grading.preprocessors": "helpers.grading.nbgrader.preprocessors",
    "helpers.grading.transplant": "helpers.grading.handed_in.transplant",
}
EXERCISES = {("05", "skipgrams"): 8}  # lesson and name under which a notebook asks, to the lesson of today


class Forward(MetaPathFinder, Loader):
    """Finds the module of today under its old name, and says the new one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an old name; None for any other."""
        return ModuleSpec(fullname, self) if fullname in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to Python: the module of today takes its place at once."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of today where the old name looks for one."""
        new = MOVED[module.__name__]
        warnings.warn(f"{module.__name__} is called {new} now", DeprecationWarning, stacklevel=2)
        sys.modules[module.__name__] = importlib.import_module(new)


def forward() -> None:
    """Let old names be imported."""
    if not any(isinstance(finder, Forward) for finder in sys.meta_path):
        sys.meta_path.append(Forward())
