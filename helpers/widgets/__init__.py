"""Moving pictures for Jupyter: what a learner drags answers at once, in the browser.

Each widget is imported when first asked for, so that ``import helpers`` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "AttentionMap": "attention_map",
    "AttentionSteps": "attention_steps",
    "BoundaryExplorer": "boundary_explorer",
    "ConvScanner": "conv_scanner",
    "DescentExplorer": "descent_explorer",
    "DesignBench": "design_bench",
    "FilterLogo": "filter_logo",
    "HiddenState": "hidden_state",
    "ImageKernel": "image_kernel",
    "LatentWalk": "latent_walk",
    "LineFitter": "line_fitter",
    "MutationMap": "mutation_map",
    "NetworkExplorer": "network_explorer",
    "PileupGame": "pileup_game",
    "PoolExplorer": "pool_explorer",
    "Predict": "predict",
    "Quiz": "quiz",
    "SequenceEncoder": "sequence_encoder",
    "ShiftExplorer": "shift_explorer",
    "ThresholdExplorer": "threshold_explorer",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; widgets are {', '.join(_HOMES)}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
