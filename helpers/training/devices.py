"""Devices: where a model runs, and the random numbers it draws there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from helpers import settings


def device() -> torch.device:
    """Return the best device here: CUDA, then Apple's MPS, then the CPU; the environment's COURSE_DEVICE overrides.

    Raises ValueError if COURSE_DEVICE names no device, or one that is not here.
    """
    asked = settings.device()
    return _named(settings.DEVICE, asked) if asked else torch.device(_here()[0])


def chosen_device(wish: str | torch.device | None) -> torch.device:
    """Return the device that was wished for, or else what `device()` gives. Raises ValueError if it is not here."""
    return device() if wish is None else _named("device", str(wish))


@contextmanager
def own_randomness(on: torch.device) -> Iterator[None]:
    """Let the inside draw random numbers, and put torch's generators back: dropout knows no other generators."""
    mps = on.type == "mps"
    with torch.random.fork_rng(devices=[on] if on.type == "cuda" else []):
        before = torch.mps.get_rng_state() if mps else None
        try:
            yield
        finally:
            if before is not None:
                torch.mps.set_rng_state(before)


def reseed(on: torch.device, seed: int, epoch: int) -> torch.Generator:
    """Seed torch for one epoch, and return a generator for its order of rows."""
    dropout, order = np.random.SeedSequence([seed, epoch]).generate_state(2, np.uint64).tolist()
    torch.random.default_generator.manual_seed(dropout >> 1)  # torch.manual_seed would reach every GPU
    if on.type == "cuda":
        with torch.cuda.device(on):
            torch.cuda.manual_seed(dropout >> 1)
    elif on.type == "mps":
        torch.mps.manual_seed(dropout >> 1)
    return torch.Generator().manual_seed(order >> 1)


def _here() -> list[str]:
    """List the devices of this machine, the best first."""
    gpus = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*gpus, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def _named(asked_by: str, name: str) -> torch.device:
    here = _here()
    full = "cuda:0" if name == "cuda" else name
    if full not in here:
        raise ValueError(f"{asked_by} is {name!r}; what this machine has is {', '.join(here)}")
    return torch.device(full)
