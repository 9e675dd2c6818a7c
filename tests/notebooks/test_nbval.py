"""nbval runs every notebook top to bottom: solved and unsolved, on simulated data, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.exercises import LESSONS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
@pytest.mark.parametrize("where", ["solutions", "course"])
def test_notebook_runs_top_to_bottom(where, lesson, tmp_path) -> None:
    offline = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    env = {**os.environ, **offline, "COURSE_HOME": str(tmp_path), "COURSE_DATA_SOURCE": "simulated"}
    env["PYTEST_ADDOPTS"] = ""  # those of the run around this one
    notebook = ROOT / where / lesson.folder / f"{lesson.folder}.ipynb"
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", str(notebook)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
