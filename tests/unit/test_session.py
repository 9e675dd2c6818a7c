"""The opening of a lesson."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

import helpers


def test_start_seeds_and_says_four_lines(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    drawn = []
    for _ in range(2):
        check = helpers.start(lesson=0)
        drawn.append((random.random(), np.random.rand(), float(torch.rand(1))))
    assert drawn[0] == drawn[1]
    out = capsys.readouterr().out.splitlines()[:4]
    assert [line.split()[0] for line in out] == ["Lesson", "Device", "Versions", "Data"]
    assert callable(check.gc_content)


def test_a_lesson_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="there is no lesson 17; there are 0 start_here, 1 linear_regression"):
        helpers.start(lesson=17)


def test_import_is_cheap_heavy_libraries_stay_out() -> None:
    heavy = ("sklearn", "captum", "logomaker", "Bio", "dask", "matplotlib", "pandas", "nbgrader", "ipywidgets", "scipy")
    code = f"import helpers, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
