"""nbval runs every solved notebook top to bottom, on simulated data, without a network.

The released ones run in the stand-in for Colab, see `tests/packaging/test_colab.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from offline import without_network

from helpers.lessons import LESSONS
from tests.commands import SMOKE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_solved_notebook_runs_top_to_bottom_and_calls_nobody(lesson, tmp_path) -> None:
    calls = tmp_path / "calls"
    env = {**os.environ, **without_network(calls), "COURSE_HOME": str(tmp_path), "COURSE_DATA_SOURCE": "simulated"}
    env |= SMOKE  # in full every lesson trains in test_real_promoters
    env |= {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # nothing of the run around this one
    notebook = ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb"
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval-lax", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, str(notebook)], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert calls.read_text() == ""


def test_a_call_to_another_machine_would_fail_and_be_heard_of(tmp_path) -> None:
    calls = tmp_path / "calls"
    code = "import urllib.request; urllib.request.urlopen('https://example.org', timeout=3)"
    env = {**os.environ, **without_network(calls)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "there is no network in this test" in done.stderr
    assert calls.read_text() == "example.org\n"
