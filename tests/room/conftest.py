"""An open room for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.learner import room as client
from tests.room.serving import Served


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "rooms")
    yield served
    served.close()


@pytest.fixture(autouse=True)
def nobody_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Progress is nobody's, no test stays in a room, and a slow disk is waited for."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "progress"))
    monkeypatch.setattr(client, "TIMEOUT", 60.0)
    yield
    client.leave()
