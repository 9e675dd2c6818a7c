"""Running without a network: who calls another machine fails at once, and the test hears of it."""

from __future__ import annotations

import os
from pathlib import Path

GUARD = Path(__file__).parent / "no_network"


def without_network(notes: Path) -> dict[str, str]:
    """Environment variables under which Python reaches this machine only; calls to others are noted in a file."""
    notes.touch()
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(GUARD), *([before] if before else [])]), "NETWORK_CALLS": str(notes)}
